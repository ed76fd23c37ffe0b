internal import LedgerFormat

/// Inputs, outputs and what their facets say of them.
extension OpenLineageMapper {
  /// Adds all datasets first, so that edges find them whatever their order is.
  mutating func addInputsAndOutputs() throws(OpenLineageRejection) {
    for (number, value) in readElements(root["inputs"]).enumerated() {
      let field = "inputs[\(number)]"
      guard let identifier = try readIdentifier(value, field) else { continue }
      _ = try addDataset(value, identifier, role: .input, field)
    }
    var outputs: [(value: JSONValue, position: UInt32)] = []
    for (number, value) in readElements(root["outputs"]).enumerated() {
      let field = "outputs[\(number)]"
      guard let identifier = try readIdentifier(value, field) else { continue }
      outputs.append((value, try addDataset(value, identifier, role: .output, field)))
    }
    try addEdges(outputs: outputs)
  }

  /// Adds a dataset with its version, facts, other identifiers and former identifier.
  mutating func addDataset(
    _ value: JSONValue?, _ identifier: QualifiedName, role: EntityRole, _ field: String
  ) throws(OpenLineageRejection) -> UInt32 {
    var entity = Entity(
      role: role, type: .dataset, namespace: identifier.namespace, name: identifier.name)
    entity.version = try readVersion(of: value, field)
    let change = facet("lifecycleStateChange", of: value)
    entity.facts.lifecycle = try readLifecycle(change)
    entity.facts.subset = readSubset(of: value, role)
    if role != .input { entity.facts.writeMode = try readWriteMode(of: value, entity.facts) }
    let position = table.add(entity)
    try addSymlinks(of: value, position, field)
    try addPrevious(change, entity.facts.lifecycle, position, field)
    return position
  }

  private mutating func readVersion(
    of value: JSONValue?, _ field: String
  ) throws(OpenLineageRejection) -> String? {
    let facet = facet("version", of: value) ?? facet("datasetVersion", of: value)
    guard let facet else { return nil }
    guard let version = try readText(facet["datasetVersion"]), !version.isEmpty else {
      noteIncomplete()
      return nil
    }
    return try limited(version, "\(field) version")
  }

  private mutating func readLifecycle(
    _ change: JSONValue?
  ) throws(OpenLineageRejection) -> Lifecycle? {
    guard let change else { return nil }
    let lifecycle = try readText(change["lifecycleStateChange"]).flatMap {
      Lifecycle(codeName: $0)
    }
    if lifecycle == nil { noteIncomplete() }
    return lifecycle
  }

  /// How the output was written, as far as the event tells; nil where it says nothing.
  ///
  /// `OVERWRITE` alone is unknown, because Spark says it of partial overwrites too; with a
  /// partition condition it replaced partitions. Of Iceberg's commit operations only `append`
  /// tells what became of the earlier rows. `CREATE`, `DROP`, `RENAME` and `ALTER` are no ways of
  /// writing: the lifecycle says it all.
  private mutating func readWriteMode(
    of value: JSONValue?, _ facts: EntityFacts
  ) throws(OpenLineageRejection) -> WriteMode? {
    if facts.lifecycle == .truncate { return .truncate }
    if facts.lifecycle == .overwrite {
      return facts.subset.contains(.partition) ? .partition : .unknown
    }
    guard let report = facet("icebergCommitReport", of: value, in: "outputFacets"),
      let operation = try readText(report["operation"])
    else { return nil }
    return operation == "append" ? .append : .unknown
  }

  /// Which kinds of conditions restrict what was read or written.
  private mutating func readSubset(of value: JSONValue?, _ role: EntityRole) -> SubsetFlags {
    let (container, member) =
      role == .input ? ("inputFacets", "inputCondition") : ("outputFacets", "outputCondition")
    guard let facet = facet("subset", of: value, in: container) else { return [] }
    guard let condition = facet[member], condition.isObject else {
      noteIncomplete()
      return []
    }
    var flags: SubsetFlags = []
    var pending = [condition]
    while let next = pending.popLast() {
      switch next["type"]?.string {
      case "partition": flags.insert(.partition)
      case "location": flags.insert(.location)
      case "compare": flags.insert(.compare)
      case "binary":
        guard let left = next["left"], let right = next["right"] else {
          flags.insert(.other)
          noteIncomplete()
          break
        }
        pending += [left, right]
      default: flags.insert(.other)
      }
    }
    return flags
  }

  /// Other identifiers of the dataset; one that repeats its own adds nothing.
  private mutating func addSymlinks(
    of value: JSONValue?, _ position: UInt32, _ field: String
  ) throws(OpenLineageRejection) {
    guard let facet = facet("symlinks", of: value) else { return }
    let own = EntityKey(table.entities[Int(position)])
    for identifier in readElements(facet["identifiers"]) {
      guard let other = try readIdentifier(identifier, "\(field) symlink") else { continue }
      let entity = Entity(
        role: .symlink, type: .dataset, namespace: other.namespace, name: other.name)
      guard EntityKey(entity) != own else { continue }
      let pair = EntityPair(entity: position, other: table.add(entity))
      if isNew(pair) { content.symlinks.append(pair) }
    }
  }

  /// The identifier the dataset had before; a rename that does not name it is incomplete.
  private mutating func addPrevious(
    _ change: JSONValue?, _ lifecycle: Lifecycle?, _ position: UInt32, _ field: String
  ) throws(OpenLineageRejection) {
    guard let previous = change?["previousIdentifier"], !previous.isNull else {
      if lifecycle == .rename { noteIncomplete() }
      return
    }
    guard let other = try readIdentifier(previous, "\(field) previous identifier") else {
      return
    }
    let entity = Entity(
      role: .previous, type: .dataset, namespace: other.namespace, name: other.name)
    let pair = EntityPair(entity: position, other: table.add(entity))
    if isNew(pair) { content.renames.append(pair) }
  }
}
