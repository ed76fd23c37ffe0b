public import LedgerFormat
public import Provenance
internal import SegmentStorage

/// What lineage and closure read of a ledger: the complete histories of the entities that they ask
/// for, as the index gives them.
extension LedgerReader {
  /// The source over the records below `size`: the index as it is when the first question comes.
  public func lineageSource(
    size: UInt64, sequenceGaps: [SequenceGap] = []
  ) -> LineageHistory<any Error> {
    var known: IndexView?
    return LineageHistory(
      sequenceGaps: sequenceGaps,
      records: { (keys) throws(any Error) -> RecordLists in
        let view = try known ?? indexView()
        known = view
        return try records(namingEach: keys, in: 0..<size, view)
      },
      read: { (records, take) throws(any Error) in try readHistory(records, take) })
  }

  /// Every record in `range` that names the entity, the parts of a continued one joined.
  public func history(of key: EntityKey, in range: Range<UInt64>) throws -> [HistoryRecord] {
    var records: [HistoryRecord] = []
    try readHistory(try self.records(naming: key, in: range)) { record, _ in
      records.append(record)
    }
    return records
  }

  /// Gives the whole records that `indexes`, ascending, are parts of.
  private func readHistory(
    _ indexes: [UInt64], _ take: (_ record: HistoryRecord, _ end: UInt64) -> Void
  ) throws(LedgerError) {
    try translatingErrors {
      var end: UInt64 = 0
      try forEachContent(of: indexes) { index, recordedTime, content in
        guard index >= end else { return }
        if content.part == nil {
          end = index + 1
          take(
            HistoryRecord(index: index, recordedTime: recordedTime, content: content), end)
          return
        }
        let parts = try parts(at: index)
        end = (parts.last?.header.index ?? index) + 1
        take(try HistoryRecord(parts: parts.map(\.header)), end)
      }
    }
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
