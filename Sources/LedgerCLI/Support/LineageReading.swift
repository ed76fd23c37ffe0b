internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// What lineage and closure are asked with on the command line.
enum LineageReading {
  /// The source over the records below `size`.
  static func source(
    _ reader: LedgerReader, size: UInt64, sequenceGaps: [SequenceGap] = []
  ) -> LineageHistory<any Error> {
    reader.lineageSource(size: size, sequenceGaps: sequenceGaps)
  }

  /// Every record in `range` that names the entity, the parts of a continued one joined.
  static func history(of key: EntityKey, in range: Range<UInt64>, _ reader: LedgerReader) throws
    -> [HistoryRecord]
  {
    try reader.history(of: key, in: range)
  }

  /// The first body of a record, empty if it has none; nil if it is sealed or was erased.
  static func firstBody(of record: UInt64, _ reader: LedgerReader) throws -> [UInt8]? {
    try reader.firstBody(of: record)
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
    try reader.place(text, option: option, limit: limit)
  }

  static func time(_ text: String, option: String) throws -> Timestamp {
    try LedgerReader.time(text, option: option)
  }
}
