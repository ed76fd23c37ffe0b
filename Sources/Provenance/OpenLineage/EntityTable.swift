internal import LedgerFormat

/// The entities of one record in order of first mention, each (role, type, namespace, name,
/// version) once, compared by bytes.
struct EntityTable {
  private(set) var entities: [Entity] = []
  /// Two mentions of one entity contradict each other.
  private(set) var hasConflict = false
  private var positions: [[UInt8]: UInt32] = [:]
  private var named: [[UInt8]: [UInt32]] = [:]

  /// The position of `entity`, which is added, or merged with its earlier mention.
  mutating func add(_ entity: Entity) -> UInt32 {
    let name = Self.nameKey(entity.role, entity.type, entity.namespace, entity.name)
    var key = name
    if let version = entity.version {
      key.append(1)
      key.append(contentsOf: version.utf8)
    }
    if let position = positions[key] {
      merge(entity.facts, at: Int(position))
      return position
    }
    let position = UInt32(entities.count)
    entities.append(entity)
    positions[key] = position
    named[name, default: []].append(position)
    return position
  }

  /// The positions of all versions of a dataset or job that `role` names.
  func positions(
    _ role: EntityRole, _ type: EntityType, namespace: String, name: String
  ) -> [UInt32] {
    named[Self.nameKey(role, type, namespace, name)] ?? []
  }

  /// States that all edges into the entity at `position` are known.
  mutating func markEdgesComplete(at position: UInt32) {
    entities[Int(position)].facts.areEdgesComplete = true
  }

  /// Takes back every such statement.
  mutating func clearEdgesComplete() {
    for position in entities.indices { entities[position].facts.areEdgesComplete = false }
  }

  /// Keeps what is safe for a closure: a contradiction of write modes is unknown, and a mention of
  /// the whole dataset outweighs one of a part.
  private mutating func merge(_ facts: EntityFacts, at position: Int) {
    var merged = entities[position].facts
    if let lifecycle = facts.lifecycle {
      if let earlier = merged.lifecycle, earlier != lifecycle { hasConflict = true }
      merged.lifecycle = lifecycle
    }
    if let writeMode = facts.writeMode {
      if let earlier = merged.writeMode, earlier != writeMode {
        hasConflict = true
        merged.writeMode = .unknown
      } else {
        merged.writeMode = writeMode
      }
    }
    merged.subset =
      merged.subset.isEmpty || facts.subset.isEmpty ? [] : merged.subset.union(facts.subset)
    entities[position].facts = merged
  }

  private static func nameKey(
    _ role: EntityRole, _ type: EntityType, _ namespace: String, _ name: String
  ) -> [UInt8] {
    [role.rawValue] + EntityKey(type: type, namespace: namespace, name: name).bytes
  }
}
