public import LedgerFormat

/// One statement that a column was made from another.
public struct ColumnEdge: Hashable, Sendable {
  /// The output and its column; nil where the statement is about the whole dataset.
  public var target: EntityKey
  public var targetColumn: String?
  public var source: EntityKey
  public var sourceColumn: String?
  /// `TYPE/SUBTYPE` as stated, in the order stated.
  public var transformations: [String]
  /// Every transformation is declared to mask.
  public var isMasked: Bool
}

/// Column lineage as the body of an event states it.
///
/// The header says between which datasets columns flowed; which columns they were, only the
/// body says, and only while it is there. So column edges are an addition to a lineage, never a
/// reason to leave something out of it.
public enum ColumnLineage {
  /// The column edges into all outputs of an OpenLineage event, or of a dataset event's dataset;
  /// none where the bytes are no such event.
  ///
  /// Read are the facets `columnLineage` (fields and dataset) and `lineage` with `fields`.
  public static func read(_ body: [UInt8]) -> [ColumnEdge] {
    guard let root = (try? JSONDocument(parsing: body))?.root else { return [] }
    var reader = ColumnReader()
    for output in root["outputs"]?.elements ?? [] { reader.read(output) }
    if let dataset = root["dataset"] { reader.read(dataset) }
    for entry in root["job"]?["facets"]?["lineage"]?["entries"]?.elements ?? [] {
      guard entry["type"]?.string == "DATASET", let target = ColumnReader.key(of: entry) else {
        continue
      }
      reader.readLineage(entry, into: target)
    }
    return reader.edges
  }
}

private struct ColumnReader {
  var edges: [ColumnEdge] = []

  static func key(of value: JSONValue?) -> EntityKey? {
    guard let namespace = value?["namespace"]?.string, let name = value?["name"]?.string,
      !name.isEmpty
    else { return nil }
    return EntityKey(type: .dataset, namespace: namespace, name: name)
  }

  mutating func read(_ dataset: JSONValue) {
    guard let target = Self.key(of: dataset) else { return }
    if let facet = dataset["facets"]?["columnLineage"], !isDeleted(facet) {
      for (column, field) in facet["fields"]?.members ?? [] {
        let masksAll = field["transformationType"]?.string == "MASKED"
        for input in field["inputFields"]?.elements ?? [] {
          add(input, into: target, column, masksAll: masksAll)
        }
      }
      for input in facet["dataset"]?.elements ?? [] {
        add(input, into: target, nil, masksAll: false)
      }
    }
    if let facet = dataset["facets"]?["lineage"], !isDeleted(facet) {
      readLineage(facet, into: target)
    }
  }

  mutating func readLineage(_ facet: JSONValue, into target: EntityKey) {
    for (column, field) in facet["fields"]?.members ?? [] {
      for input in field["inputs"]?.elements ?? [] {
        add(input, into: target, column, masksAll: false)
      }
    }
  }

  private func isDeleted(_ facet: JSONValue) -> Bool { facet["_deleted"]?.boolean == true }

  private mutating func add(
    _ input: JSONValue, into target: EntityKey, _ column: String?, masksAll: Bool
  ) {
    guard let source = Self.key(of: input) else { return }
    let transformations = input["transformations"]?.elements ?? []
    edges.append(
      ColumnEdge(
        target: target, targetColumn: column, source: source,
        sourceColumn: input["field"]?.string,
        transformations: transformations.map { transformation in
          let type = transformation["type"]?.string ?? ""
          return transformation["subtype"]?.string.map { "\(type)/\($0)" } ?? type
        },
        isMasked: transformations.isEmpty
          ? masksAll : transformations.allSatisfy { $0["masking"]?.boolean == true }))
  }
}

/// The column edges that the records of a lineage state.
public struct LineageColumns: Hashable, Sendable {
  /// What one record states.
  public struct Statement: Hashable, Sendable {
    public var record: UInt64
    public var edges: [ColumnEdge]
  }

  /// By record, ascending; none without edges.
  public var statements: [Statement] = []
  /// The records whose body was not there, ascending.
  public var missing: [UInt64] = []
}

extension LineageGraph {
  /// The column edges of the graph's records, as far as their bodies are there.
  ///
  /// - Parameter body: the first body of a record; nil if it was erased or cannot be had.
  public func columns<Failure: Error>(
    _ body: (UInt64) throws(Failure) -> [UInt8]?
  ) throws(Failure) -> LineageColumns {
    var columns = LineageColumns()
    let inGraph = Set(nodes.map(\.entity))
    for record in Set(nodes.compactMap(\.record)).sorted() {
      guard let bytes = try body(record) else {
        columns.missing.append(record)
        continue
      }
      let edges = ColumnLineage.read(bytes).filter {
        inGraph.contains($0.target) && inGraph.contains($0.source)
      }
      if !edges.isEmpty { columns.statements.append(.init(record: record, edges: edges)) }
    }
    return columns
  }
}
