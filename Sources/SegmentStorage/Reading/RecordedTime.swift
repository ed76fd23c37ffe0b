internal import LedgerCryptography
internal import LedgerFormat

/// The recorded time of a header, without decoding the rest.
enum RecordedTime {
  /// Where key 1 lies in every header, behind the previous leaf hash.
  private static let indexOffset = 36

  /// Reads the integers of keys 1 and 2; a header of another shape is refused.
  static func decode(header: RawSpan) throws(FormatError) -> Timestamp {
    var reader = ByteReader(header)
    try reader.skip(indexOffset)
    guard try reader.uint8() == 1 else { throw .missingField(field: "index") }
    _ = try integer(from: &reader)
    guard try reader.uint8() == 2 else { throw .missingField(field: "recorded time") }
    return Timestamp(microseconds: try integer(from: &reader))
  }

  /// A CBOR integer of 64 bits with its sign (RFC 8949 §3.1).
  private static func integer(from reader: inout ByteReader) throws(FormatError) -> Int64 {
    let start = reader.offset
    let first = try reader.uint8()
    let byteCount: Int
    switch first & 31 {
    case let small where small < 24: byteCount = 0
    case 24: byteCount = 1
    case 25: byteCount = 2
    case 26: byteCount = 4
    case 27: byteCount = 8
    default: throw .notDeterministic(offset: start)
    }
    var value: UInt64 = byteCount == 0 ? UInt64(first & 31) : 0
    for _ in 0..<byteCount { value = value << 8 | UInt64(try reader.uint8()) }
    guard first >> 5 <= 1, value <= UInt64(Int64.max) else {
      throw .badValue(field: "recorded time", found: value, offset: start)
    }
    return first >> 5 == 0 ? Int64(value) : ~Int64(value)
  }
}
