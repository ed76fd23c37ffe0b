internal import LedgerFormat

/// What the target of a `lineage` entry names.
enum LineageTarget {
  /// The event's own job without detail: membership in inputs and outputs already says it.
  case ownJob
  case entities([UInt32], isDataset: Bool)
}

/// The two ends of an explicit or column edge.
extension OpenLineageMapper {
  /// The target of an entry; nil and flagged if it cannot be read.
  mutating func readTarget(
    _ entry: JSONValue
  ) throws(OpenLineageRejection) -> LineageTarget? {
    switch entry["type"]?.string {
    case "DATASET":
      guard let name = try readIdentifier(entry, "lineage target") else { return nil }
      return .entities(datasets(name, role: .output), isDataset: true)
    case "JOB":
      if isOwnJob(entry) { return .ownJob }
      guard let name = try readIdentifier(entry, "lineage target") else { return nil }
      return .entities([jobPosition(name)] + (try runs(of: entry)), isDataset: false)
    default:
      noteIncomplete()
      return nil
    }
  }

  /// The entities that a source names, none for the event's own job; nil and flagged if it cannot
  /// be read.
  mutating func readSource(_ source: JSONValue) throws(OpenLineageRejection) -> [UInt32]? {
    switch source["type"]?.string {
    case "DATASET":
      guard let name = try readIdentifier(source, "lineage source") else { return nil }
      return datasets(name, role: .input)
    case "JOB":
      if isOwnJob(source) { return [] }
      guard let name = try readIdentifier(source, "lineage source") else { return nil }
      return [jobPosition(name)] + (try runs(of: source))
    default:
      noteIncomplete()
      return nil
    }
  }

  /// All mentions of the dataset as `role`; a dataset that is none becomes `related`.
  mutating func datasets(_ name: QualifiedName, role: EntityRole) -> [UInt32] {
    let found = table.positions(role, .dataset, namespace: name.namespace, name: name.name)
    if !found.isEmpty { return found }
    return [
      table.add(
        Entity(role: .related, type: .dataset, namespace: name.namespace, name: name.name))
    ]
  }

  private func isOwnJob(_ value: JSONValue) -> Bool {
    value["namespace"] == nil && value["name"] == nil
  }

  private mutating func jobPosition(_ name: QualifiedName) -> UInt32 {
    let own = table.positions(.job, .job, namespace: name.namespace, name: name.name)
    if let own = own.first { return own }
    return table.add(
      Entity(role: .related, type: .job, namespace: name.namespace, name: name.name))
  }

  /// The run that binds a job's end of an edge to one execution, where it is given.
  private mutating func runs(of value: JSONValue) throws(OpenLineageRejection) -> [UInt32] {
    guard let name = try readText(value["runId"]), !name.isEmpty else { return [] }
    return [
      table.add(
        Entity(
          role: .related, type: .run, namespace: "", name: try limited(name, "lineage run")))
    ]
  }

  /// The edges of a `columnLineage` facet into `position`, one per source dataset.
  mutating func addColumnEdges(
    of value: JSONValue?, into position: UInt32
  ) throws(OpenLineageRejection) {
    guard let facet = facet("columnLineage", of: value) else { return }
    var collector = EdgeCollector(basis: .column)
    if let fields = facet["fields"], !fields.isObject { noteIncomplete() }
    for (_, column) in facet["fields"]?.members ?? [] {
      if column["inputFields"]?.isArray != true { noteIncomplete() }
      let masksAll = column["transformationType"]?.string == "MASKED"
      for input in readElements(column["inputFields"]) {
        try addColumnEdge(input, into: position, masksAll: masksAll, &collector)
      }
    }
    for input in readElements(facet["dataset"]) {
      try addColumnEdge(input, into: position, masksAll: false, &collector)
    }
    content.edges += collector.edges
  }

  /// One column's source. `masksAll` is the facet's older way to say that a column is masked,
  /// which counts where no transformations are listed.
  private mutating func addColumnEdge(
    _ input: JSONValue, into target: UInt32, masksAll: Bool, _ collector: inout EdgeCollector
  ) throws(OpenLineageRejection) {
    guard let name = try readIdentifier(input, "column lineage source") else { return }
    let isListed = input["transformations"]?.elements?.isEmpty == false
    let flags = isListed ? Self.flags(of: input["transformations"]) : masksAll ? .masked : []
    let sources = datasets(name, role: .input)
    mention(targets: [target], sources: sources, flags: flags, in: &collector)
  }
}
