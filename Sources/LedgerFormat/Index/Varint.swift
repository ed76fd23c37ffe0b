/// Unsigned LEB128 of at most 63 bits in its shortest form: seven bits a byte, lowest first, the
/// high bit set in all bytes but the last.
extension ByteBuffer {
  @inline(__always)
  mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }
}

extension ByteReader {
  /// The next variable-length number.
  @inline(__always)
  mutating func varint(_ field: String) throws(FormatError) -> UInt64 {
    let first = try uint8()
    if first < 0x80 { return UInt64(first) }
    return try longVarint(first, field)
  }

  private mutating func longVarint(_ first: UInt8, _ field: String) throws(FormatError) -> UInt64 {
    let start = offset - 1
    var value = UInt64(first & 0x7F)
    // Nine bytes hold 63 bits.
    for shift in stride(from: UInt64(7), to: 63, by: 7) {
      let byte = try uint8()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 {
        guard byte != 0 else { throw .notShortestForm(offset: start) }
        return value
      }
    }
    throw .overLimit(
      field: field, found: .max, limit: FormatLimits.integerMax, offset: start)
  }

  /// The next variable-length number, at most `limit`.
  mutating func varint(_ field: String, limit: UInt64) throws(FormatError) -> UInt64 {
    let start = offset
    let value = try varint(field)
    guard value <= limit else {
      throw .overLimit(field: field, found: value, limit: limit, offset: start)
    }
    return value
  }
}
