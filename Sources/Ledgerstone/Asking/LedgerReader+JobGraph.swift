internal import LedgerFormat
public import Provenance

/// The graph of jobs and datasets that OpenLineage readers ask for.
extension LedgerReader {
  /// The jobs and datasets around a node; nil if no record names it.
  ///
  /// - Parameters:
  ///   - node: `dataset:NAMESPACE:NAME`, `job:NAMESPACE:NAME` or `model:NAMESPACE:NAME`, nothing
  ///     encoded.
  ///   - depth: how many datasets may lie between a job and the nearest one that is, or that reads
  ///     or writes, the node.
  /// - Throws: `invalid` for another form of `node`.
  public func jobGraph(around node: String, depth: Int) throws -> JobGraph? {
    guard let key = try self.node(named: node) else { return nil }
    return try JobGraph.compute(around: key, depth: depth) { (key) throws(any Error) in
      try history(of: key, in: 0..<size)
    }
  }

  /// Which colon ends the namespace is not said; most names have only one place where an entity of
  /// the ledger would be. Where there are several, a scheme (`s3://`) or a port is no name.
  private func node(named text: String) throws(LedgerError) -> EntityKey? {
    let candidates = CommandLineEntity.unencodedCandidates(text).filter { $0.version == nil }
    guard let first = candidates.first, [.dataset, .job, .model].contains(first.type) else {
      throw LedgerError(
        .invalid, "a node is dataset:NAMESPACE:NAME, job:NAMESPACE:NAME or model:NAMESPACE:NAME")
    }
    var present: [CommandLineEntity] = []
    for candidate in candidates where try !records(of: candidate, limit: 1).isEmpty {
      present.append(candidate)
    }
    let named = present.first { candidate in
      !candidate.name.hasPrefix("//") && !(candidate.name.utf8.first.map(Self.isDigit) ?? false)
    }
    return (named ?? present.first)?.key
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
