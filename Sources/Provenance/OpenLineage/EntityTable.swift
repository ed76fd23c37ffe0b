internal import LedgerFormat

/// The entities of one record in order of first mention, each (role, type, namespace, name,
/// version) once, compared by bytes.
struct EntityTable {
  private(set) var entities: [Entity] = []
  /// Two mentions of one entity contradict each other.
  private(set) var hasConflict = false
  /// Filled once there are more than `linearCountMax` entities: a few are compared faster than
  /// they are hashed.
  private var positions: [[UInt8]: UInt32] = [:]
  private var named: [[UInt8]: [UInt32]] = [:]
  private static let linearCountMax = 16

  /// The position of `entity`, which is added, or merged with its earlier mention.
  mutating func add(_ entity: Entity) -> UInt32 {
    if let position = position(of: entity) {
      merge(entity.facts, at: Int(position))
      return position
    }
    let position = UInt32(entities.count)
    entities.append(entity)
    if entities.count == Self.linearCountMax + 1 {
      for position in entities.indices { index(position) }
    } else if entities.count > Self.linearCountMax {
      index(Int(position))
    }
    return position
  }

  private func position(of entity: Entity) -> UInt32? {
    guard entities.count <= Self.linearCountMax else { return positions[Self.key(entity)] }
    let found = entities.firstIndex { known in
      known.role == entity.role && known.type == entity.type
        && Self.isSame(known.name, entity.name)
        && Self.isSame(known.namespace, entity.namespace)
        && (known.version == nil) == (entity.version == nil)
        && Self.isSame(known.version ?? "", entity.version ?? "")
    }
    return found.map { UInt32($0) }
  }

  private mutating func index(_ position: Int) {
    let entity = entities[position]
    positions[Self.key(entity)] = UInt32(position)
    named[
      Self.nameKey(entity.role, entity.type, entity.namespace, entity.name), default: []
    ].append(UInt32(position))
  }

  /// The positions of all versions of a dataset or job that `role` names.
  func positions(
    _ role: EntityRole, _ type: EntityType, namespace: String, name: String
  ) -> [UInt32] {
    guard entities.count <= Self.linearCountMax else {
      return named[Self.nameKey(role, type, namespace, name)] ?? []
    }
    var found: [UInt32] = []
    for (position, known) in entities.enumerated()
    where known.role == role && known.type == type && Self.isSame(known.name, name)
      && Self.isSame(known.namespace, namespace)
    {
      found.append(UInt32(position))
    }
    return found
  }

  /// By bytes: Swift takes canonically equivalent texts for one.
  private static func isSame(_ first: String, _ second: String) -> Bool {
    first.utf8.count == second.utf8.count && first.utf8.elementsEqual(second.utf8)
  }

  private static func key(_ entity: Entity) -> [UInt8] {
    var key = nameKey(entity.role, entity.type, entity.namespace, entity.name)
    if let version = entity.version {
      key.append(1)
      key.append(contentsOf: version.utf8)
    }
    return key
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
