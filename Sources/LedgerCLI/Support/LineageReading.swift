internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// What lineage and closure read of a ledger: the complete histories of the entities that they ask
/// for, as the index gives them.
enum LineageReading {
  /// The source over the records below `size`.
  static func source(
    _ reader: LedgerReader, size: UInt64, sequenceGaps: [SequenceGap] = []
  ) -> LineageHistory<any Error> {
    LineageHistory(sequenceGaps: sequenceGaps) { (key) throws(any Error) -> [HistoryRecord] in
      try history(of: key, in: 0..<size, reader)
    }
  }

  /// Every record in `range` that names the entity, the parts of a continued one joined.
  static func history(of key: EntityKey, in range: Range<UInt64>, _ reader: LedgerReader) throws
    -> [HistoryRecord]
  {
    var records: [HistoryRecord] = []
    var lastPart: UInt64?
    for index in try reader.records(naming: key, in: range, limit: .max) {
      if let lastPart, index <= lastPart { continue }
      let parts = try reader.parts(at: index)
      lastPart = parts.last?.header.index
      records.append(try HistoryRecord(parts: parts.map(\.header)))
    }
    return records
  }

  /// The first body of a record, empty if it has none; nil if it is sealed or was erased.
  static func firstBody(of record: UInt64, _ reader: LedgerReader) throws -> [UInt8]? {
    guard let body = try reader.record(at: record).header.content.bodies.first else { return [] }
    guard body.tag == nil else { return nil }
    do {
      return try reader.body(record: record, body: 0)
    } catch let error where error.code == .erased {
      return nil
    }
  }

  /// A number of records, or the records that were there before a time.
  static func size(_ text: String?, _ reader: LedgerReader) throws -> UInt64 {
    guard let text else { return reader.size }
    return try place(text, option: "--as-of", limit: reader.size, reader)
  }

  /// An index or size up to `limit`, or the first record at or after a time.
  static func place(
    _ text: String, option: String, limit: UInt64, _ reader: LedgerReader
  ) throws -> UInt64 {
    if let number = UInt64(text) {
      guard number <= limit else {
        throw CommandFailure(.usage, "\(option): \(number) is beyond \(limit)")
      }
      return number
    }
    return min(limit, try reader.firstRecord(atOrAfter: time(text, option: option)))
  }

  static func time(_ text: String, option: String) throws -> Timestamp {
    guard let parsed = Timestamp.parse(text) else {
      throw CommandFailure(
        .usage,
        "\(option): '\(text)' is neither a number nor an RFC 3339 time, such as "
          + "2026-01-31T00:00:00Z")
    }
    return parsed.timestamp
  }
}
