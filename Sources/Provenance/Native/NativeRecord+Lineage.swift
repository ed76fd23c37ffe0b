internal import LedgerFormat

/// Entities, and edges and pairs as positions in their list.
extension NativeRecord {
  /// The most entities, edges or pairs of one record: what fits into its continuations.
  static let listCountMax = 65_536

  static func readLineage(
    _ object: NativeObject<NativeRecordName>, into content: inout RecordContent
  ) throws(NativeRecordError) {
    for field in try object[.entities]?.elements(limit: listCountMax) ?? [] {
      content.entities.append(try entity(field))
    }
    let count = content.entities.count
    for field in try object[.edges]?.elements(limit: listCountMax) ?? [] {
      content.edges.append(try edge(field, entityCount: count))
    }
    for field in try object[.symlinks]?.elements(limit: listCountMax) ?? [] {
      content.symlinks.append(
        try pair(field, to: .symlink, of: content.entities, "a symlink"))
    }
    for field in try object[.renames]?.elements(limit: listCountMax) ?? [] {
      content.renames.append(
        try pair(field, to: .previous, of: content.entities, "a former identifier"))
    }
  }

  private enum EntityName: Int, NativeName {
    case role, type, namespace, name, version, lifecycle, writeMode, subset, edgesComplete
    static let spellings = spelled()
  }

  private static func entity(_ field: NativeField) throws(NativeRecordError) -> Entity {
    let object = try field.object(EntityName.self)
    let type = try object.require(.type).code(EntityType.self)
    // Runs have no namespace, and requests need none.
    let mayLackNamespace = type == .run || type == .request
    let namespaceField = mayLackNamespace ? object[.namespace] : try object.require(.namespace)
    let namespace = try namespaceField?.name(mayBeEmpty: true) ?? ""
    if type == .run, !namespace.isEmpty, let namespaceField {
      throw namespaceField.error(.conflict("a run has no namespace"))
    }
    return Entity(
      role: try object.require(.role).code(EntityRole.self), type: type,
      namespace: namespace, name: try object.require(.name).name(),
      version: try object[.version]?.name(),
      facts: EntityFacts(
        lifecycle: try object[.lifecycle]?.code(Lifecycle.self),
        writeMode: try object[.writeMode]?.code(WriteMode.self),
        subset: try object[.subset]?.flags(FlagNames.subset) ?? [],
        areEdgesComplete: try object[.edgesComplete]?.boolean() ?? false))
  }

  /// `[target, source, basis]`, with a list of flags as fourth element where there are any.
  private static func edge(
    _ field: NativeField, entityCount: Int
  ) throws(NativeRecordError) -> Edge {
    let parts = try field.elements(limit: 4)
    guard parts.count >= 3 else {
      throw field.error(.conflict("an edge is [target, source, basis] or has flags as fourth"))
    }
    return Edge(
      target: try position(parts[0], entityCount), source: try position(parts[1], entityCount),
      basis: try parts[2].code(EdgeBasis.self),
      flags: parts.count == 4 ? try parts[3].flags(FlagNames.edge) : [])
  }

  /// `[dataset, other]`, where the other entity has `role`.
  private static func pair(
    _ field: NativeField, to role: EntityRole, of entities: [Entity], _ what: String
  ) throws(NativeRecordError) -> EntityPair {
    let parts = try field.elements(limit: 2)
    guard parts.count == 2 else {
      throw field.error(.conflict("a pair is [dataset, \(role.codeName)]"))
    }
    let pair = EntityPair(
      entity: try position(parts[0], entities.count),
      other: try position(parts[1], entities.count))
    guard entities[Int(pair.other)].role == role else {
      throw parts[1].error(.conflict("\(what) is an entity with role '\(role.codeName)'"))
    }
    return pair
  }

  private static func position(
    _ field: NativeField, _ count: Int
  ) throws(NativeRecordError) -> UInt32 {
    let position = try field.integer(UInt32.self)
    guard position < count else {
      throw field.error(.noSuchEntity(position: position, count: count))
    }
    return position
  }
}
