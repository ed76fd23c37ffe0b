internal import LedgerFormat

/// Edges in their precedence: the `lineage` facet, else `columnLineage`, else nothing, because
/// inferred edges are a rule of the reader and are never stored.
///
/// The form of the facets is that of the OpenLineage proposal "explicit lineage facets"
/// (issue 4359) and of `ColumnLineageDatasetFacet` 1-2-0.
extension OpenLineageMapper {
  /// The edges into `outputs` of a run or job event.
  ///
  /// A `lineage` facet on the job speaks for all outputs, also for those it does not name.
  mutating func addEdges(
    outputs: [(value: JSONValue, position: UInt32)]
  ) throws(OpenLineageRejection) {
    let lineage = facet("lineage", of: root["job"])
    guard let entries = lineage?["entries"]?.elements else {
      if lineage != nil { noteIncomplete() }
      for output in outputs { try addDatasetEdges(of: output.value, into: output.position) }
      return
    }
    var collector = EdgeCollector(basis: .explicit)
    var isWhole = true
    var targets = outputs.map(\.position)
    for entry in entries {
      guard let target = try readTarget(entry) else {
        isWhole = false
        continue
      }
      guard case .entities(let positions, let isDataset) = target else { continue }
      if isDataset { targets += positions }
      isWhole = try collect(entry, into: positions, &collector) && isWhole
    }
    // An output that also carries the facet itself adds to what the job says.
    for output in outputs {
      guard let own = facet("lineage", of: output.value) else { continue }
      isWhole = try collect(own, into: [output.position], &collector) && isWhole
    }
    content.edges += collector.edges
    if isWhole {
      for target in targets { table.markEdgesComplete(at: target) }
    } else {
      for output in outputs { try addColumnEdges(of: output.value, into: output.position) }
    }
  }

  /// The edges that a dataset's own facets state. Column lineage counts unless a `lineage` facet
  /// could be read in full and says something.
  mutating func addDatasetEdges(
    of value: JSONValue?, into position: UInt32
  ) throws(OpenLineageRejection) {
    if let lineage = facet("lineage", of: value) {
      var collector = EdgeCollector(basis: .explicit)
      let isWhole = try collect(lineage, into: [position], &collector)
      content.edges += collector.edges
      if isWhole, lineage["inputs"] != nil || lineage["fields"] != nil {
        table.markEdgesComplete(at: position)
        return
      }
    }
    try addColumnEdges(of: value, into: position)
  }

  /// Collects the sources in `inputs` and in each of `fields`.
  ///
  /// - Returns: whether all of it could be read.
  private mutating func collect(
    _ entry: JSONValue, into targets: [UInt32], _ collector: inout EdgeCollector
  ) throws(OpenLineageRejection) -> Bool {
    var sources: [JSONValue] = []
    var isWhole = true
    func append(_ value: JSONValue?) {
      guard let value, !value.isNull else { return }
      guard let elements = value.elements else {
        isWhole = false
        return
      }
      sources += elements
    }
    append(entry["inputs"])
    if let fields = entry["fields"], !fields.isNull {
      isWhole = isWhole && fields.isObject
      for (_, field) in fields.members ?? [] {
        isWhole = isWhole && field["inputs"]?.isArray == true
        append(field["inputs"])
      }
    }
    for source in sources {
      guard let named = try readSource(source) else {
        isWhole = false
        continue
      }
      let flags = Self.flags(of: source["transformations"])
      mention(targets: targets, sources: named, flags: flags, in: &collector)
    }
    if !isWhole { noteIncomplete() }
    return isWhole
  }

  /// An edge is masked if all transformations mask, and indirect if all are `INDIRECT`; none
  /// stated is neither.
  static func flags(of transformations: JSONValue?) -> EdgeFlags {
    guard let all = transformations?.elements, !all.isEmpty else { return [] }
    var flags: EdgeFlags = []
    if all.allSatisfy({ $0["masking"]?.boolean == true }) { flags.insert(.masked) }
    if all.allSatisfy({ $0["type"]?.string == "INDIRECT" }) { flags.insert(.indirect) }
    return flags
  }
}
