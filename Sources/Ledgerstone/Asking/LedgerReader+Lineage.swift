public import LedgerFormat
public import Provenance

/// What lineage and closure read of a ledger: the complete histories of the entities that they ask
/// for, as the index gives them.
extension LedgerReader {
  /// The source over the records below `size`.
  public func lineageSource(
    size: UInt64, sequenceGaps: [SequenceGap] = []
  ) -> LineageHistory<any Error> {
    LineageHistory(sequenceGaps: sequenceGaps) { (key) throws(any Error) -> [HistoryRecord] in
      try history(of: key, in: 0..<size)
    }
  }

  /// Every record in `range` that names the entity, the parts of a continued one joined.
  public func history(of key: EntityKey, in range: Range<UInt64>) throws -> [HistoryRecord] {
    var records: [HistoryRecord] = []
    var lastPart: UInt64?
    for index in try self.records(naming: key, in: range, limit: .max) {
      if let lastPart, index <= lastPart { continue }
      let parts = try parts(at: index)
      lastPart = parts.last?.header.index
      records.append(try HistoryRecord(parts: parts.map(\.header)))
    }
    return records
  }

  /// The first body of a record, empty if it has none; nil if it is sealed or was erased.
  public func firstBody(of record: UInt64) throws(LedgerError) -> [UInt8]? {
    guard let body = try self.record(at: record).header.content.bodies.first else { return [] }
    guard body.tag == nil else { return nil }
    do {
      return try self.body(record: record, body: 0)
    } catch {
      guard error.code == .erased else { throw error }
      return nil
    }
  }
}
