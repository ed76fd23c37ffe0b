internal import LedgerCryptography

/// Reads deterministic CBOR and refuses every other form of the same value.
extension ByteReader {
  /// The head of the next item: its major type and shortest-form argument.
  mutating func cborHead() throws(FormatError) -> (major: UInt8, argument: UInt64) {
    let start = offset
    let first = try uint8()
    let major = first >> 5
    let argument: UInt64
    let least: UInt64
    switch first & 31 {
    case let small where small < 24:
      return (major, UInt64(small))
    case 24:
      (argument, least) = (UInt64(try uint8()), 24)
    case 25:
      (argument, least) = (UInt64(try bigEndianUInt16()), 0x100)
    case 26:
      (argument, least) = (UInt64(try bigEndianUInt32()), 0x1_0000)
    case 27:
      (argument, least) = (try bigEndianUInt64(), 0x1_0000_0000)
    default:
      throw .notDeterministic(offset: start)
    }
    // Major type 7 with a longer argument is a float or a reserved simple value.
    guard major != 7 else { throw .notDeterministic(offset: start) }
    guard argument >= least else { throw .notShortestForm(offset: start) }
    return (major, argument)
  }

  /// The argument of the next item, which must be of `major` type.
  private mutating func cborArgument(major expected: UInt8, field: String)
    throws(FormatError) -> UInt64
  {
    let start = offset
    let (major, argument) = try cborHead()
    guard major == expected else {
      throw Self.refusal(of: major, argument, field: field, offset: start)
    }
    return argument
  }

  /// Why an item that begins with this head is not what `field` asks for: tags and unassigned
  /// simple values are wrong anywhere, other types only here.
  static func refusal(of major: UInt8, _ argument: UInt64, field: String, offset: Int)
    -> FormatError
  {
    major == 6 || major == 7 && argument > 22
      ? .notDeterministic(offset: offset)
      : .unexpectedType(field: field, found: major, offset: offset)
  }

  /// An unsigned integer of at most `limit`.
  mutating func cborUnsigned(_ field: String, limit: UInt64 = .max) throws(FormatError) -> UInt64 {
    let start = offset
    let value = try cborArgument(major: 0, field: field)
    guard value <= limit else {
      throw .overLimit(field: field, found: value, limit: limit, offset: start)
    }
    return value
  }

  /// An integer that fits in 64 signed bits.
  mutating func cborSigned(_ field: String) throws(FormatError) -> Int64 {
    let start = offset
    let (major, argument) = try cborHead()
    guard major == 0 || major == 1 else {
      throw Self.refusal(of: major, argument, field: field, offset: start)
    }
    guard argument <= UInt64(Int64.max) else {
      throw .overLimit(field: field, found: argument, limit: UInt64(Int64.max), offset: start)
    }
    return major == 0 ? Int64(argument) : ~Int64(argument)
  }

  /// A text of at most `limit` UTF-8 bytes.
  mutating func cborText(_ field: String, limit: Int) throws(FormatError) -> String {
    let start = offset
    let count = try cborArgument(major: 3, field: field)
    guard count <= UInt64(limit) else {
      throw .overLimit(field: field, found: count, limit: UInt64(limit), offset: start)
    }
    return try text(Int(count), field: field)
  }

  /// A byte string of at most `limit` bytes.
  mutating func cborBytes(_ field: String, limit: Int) throws(FormatError) -> [UInt8] {
    let start = offset
    let count = try cborArgument(major: 2, field: field)
    guard count <= UInt64(limit) else {
      throw .overLimit(field: field, found: count, limit: UInt64(limit), offset: start)
    }
    let span = try bytes(Int(count))
    var result: [UInt8] = []
    result.append(copying: span)
    return result
  }

  /// A byte string of exactly 32 bytes.
  mutating func cborDigest(_ field: String) throws(FormatError) -> SHA256Digest {
    let start = offset
    let count = try cborArgument(major: 2, field: field)
    guard count == 32 else { throw .badValue(field: field, found: count, offset: start) }
    return try digest()
  }

  /// The count of an array, from `range`. Each element takes at least `leastByteCount` bytes, so a
  /// count that the bytes left cannot hold is refused before anything is allocated for it.
  mutating func cborArray(
    _ field: String, _ range: ClosedRange<Int>, leastByteCount: Int = 1
  ) throws(FormatError) -> Int {
    let start = offset
    let count = try cborArgument(major: 4, field: field)
    if count == 0, range.lowerBound > 0 { throw .emptyCollection(field: field, offset: start) }
    guard count <= UInt64(range.upperBound) else {
      throw .overLimit(
        field: field, found: count, limit: UInt64(range.upperBound), offset: start)
    }
    guard count >= UInt64(range.lowerBound) else {
      throw .badValue(field: field, found: count, offset: start)
    }
    try require(Int(count) * leastByteCount)
    return Int(count)
  }

  /// The count of a map that is not empty.
  mutating func cborMap(_ field: String, limit: Int) throws(FormatError) -> Int {
    let start = offset
    let count = try cborArgument(major: 5, field: field)
    guard count > 0 else { throw .emptyCollection(field: field, offset: start) }
    guard count <= UInt64(limit) else {
      throw .overLimit(field: field, found: count, limit: UInt64(limit), offset: start)
    }
    return Int(count)
  }

  /// Whether the next item is `null`, which is then read.
  mutating func cborNull() throws(FormatError) -> Bool {
    guard try peek() == 0xF6 else { return false }
    try skip(1)
    return true
  }
}
