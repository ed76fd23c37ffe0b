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
      read: { (records, take) throws(any Error) in
        try readHistory(records, as: RecordFacts.init, take)
      })
  }

  /// Every record in `range` that names the entity, the parts of a continued one joined.
  public func history(of key: EntityKey, in range: Range<UInt64>) throws -> [HistoryRecord] {
    var records: [HistoryRecord] = []
    try readHistory(try self.records(naming: key, in: range), as: \.self) { record, _ in
      records.append(record)
    }
    return records
  }

  /// What is made of a record, or of a part of one that the caller has to join.
  private enum Read<Made: Sendable>: Sendable {
    case whole(UInt64, Made)
    case part(UInt64)
  }

  /// Gives what `make` makes of the whole records that `indexes`, ascending, are parts of.
  private func readHistory<Made: Sendable>(
    _ indexes: [UInt64], as make: @Sendable (HistoryRecord) -> Made,
    _ take: (_ record: Made, _ end: UInt64) -> Void
  ) throws(LedgerError) {
    try translatingErrors {
      var end: UInt64 = 0
      @Sendable func making(_ record: HistoryRecord) -> Read<Made> {
        record.content.part == nil ? .whole(record.index, make(record)) : .part(record.index)
      }
      try forEachRecord(of: indexes, making) { read in
        switch read {
        case .whole(let index, let made):
          guard index >= end else { return }
          end = index + 1
          take(made, end)
        case .part(let index):
          guard index >= end else { return }
          let parts = try parts(at: index)
          end = (parts.last?.header.index ?? index) + 1
          take(make(try HistoryRecord(parts: parts.map(\.header))), end)
        }
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
