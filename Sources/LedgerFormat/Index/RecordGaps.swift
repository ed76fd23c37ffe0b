/// A strictly ascending list of records as differences: the first as its distance from a base,
/// each further one as its distance from the one before less one, so that no bytes stand for a
/// list out of order or with a record twice.
enum RecordGaps {
  /// Appends `records`, all at or above `base`.
  static func append(_ records: [UInt64], base: UInt64, to buffer: inout ByteBuffer) {
    var least = base
    for record in records {
      buffer.append(varint: record - least)
      least = record + 1
    }
  }

  /// Reads `count` records from `range` and appends them.
  ///
  /// A record takes one byte at least, so a count that the bytes left cannot hold is refused
  /// before anything is allocated for it.
  static func decode(
    count: Int, in range: Range<UInt64>, from reader: inout ByteReader,
    into records: inout [UInt64]
  ) throws(FormatError) {
    try reader.require(count)
    records.reserveCapacity(records.count + count)
    var least = range.lowerBound
    for _ in 0..<count {
      let start = reader.offset
      let gap = try reader.varint("record")
      // Both are below 2^63.
      let record = least + gap
      guard record < range.upperBound else {
        throw .overLimit(
          field: "record", found: record, limit: range.upperBound - 1, offset: start)
      }
      records.append(record)
      least = record + 1
    }
  }
}
