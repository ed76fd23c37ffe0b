internal import LedgerCryptography

/// Finds the keys of the entities that a header names, without building any value.
///
/// The items of a key lie in the header as they are in the key, one behind the other, so each is
/// given as a range of the header's bytes: the key is 0x83 and those bytes. The header must have
/// been decoded or encoded before: of other bytes the walk gives keys or an error, and never
/// reads beyond them, but refuses only what it stumbles over. Allocates nothing.
public struct EntityKeyWalk: ~Escapable {
  private var reader: ByteReader
  private var remaining: UInt64

  /// Moves to the entities of a header.
  @_lifetime(copy header)
  public init(_ header: RawSpan) throws(FormatError) {
    try self.init(header, omittedPairCount: 0)
  }

  /// Moves to the entities of a header as it stands in a block: without its first two pairs
  /// (`HeaderEntry`).
  @_lifetime(copy entry)
  public init(entry: RawSpan) throws(FormatError) {
    try self.init(entry, omittedPairCount: 2)
  }

  @_lifetime(copy bytes)
  private init(_ bytes: RawSpan, omittedPairCount: UInt64) throws(FormatError) {
    reader = ByteReader(bytes)
    remaining = 0
    let (major, pairCount) = try reader.cborHead()
    guard major == 5 else { throw .unexpectedType(field: "header", found: major, offset: 0) }
    guard pairCount >= omittedPairCount else { throw .missingField(field: "previous leaf hash") }
    for _ in omittedPairCount..<pairCount {
      let (keyMajor, key) = try head()
      guard keyMajor == 0 else {
        throw .unexpectedType(field: "key", found: keyMajor, offset: reader.offset)
      }
      // Keys ascend: behind the entities' place there are none.
      if key > UInt64(HeaderKey.entities.rawValue) { return }
      if key == UInt64(HeaderKey.entities.rawValue) {
        remaining = try array("entities")
        return
      }
      try skipItem()
    }
  }

  /// Where the next entity's type, namespace and name lie in the header; nil after the last.
  public mutating func next() throws(FormatError) -> Range<Int>? {
    guard remaining > 0 else { return nil }
    remaining -= 1
    let count = try array("entity")
    guard count >= 4, count <= 6 else {
      throw .badValue(field: "entity", found: count, offset: reader.offset)
    }
    try skipItem()
    let start = reader.offset
    try skipItem()
    try skipItem()
    try skipItem()
    let end = reader.offset
    if count > 4 { try skipItem() }
    if count > 5 { try skipItem() }
    return start..<end
  }

  @inline(__always)
  private mutating func array(_ field: String) throws(FormatError) -> UInt64 {
    let (major, count) = try head()
    guard major == 4 else {
      throw .unexpectedType(field: field, found: major, offset: reader.offset)
    }
    return count
  }

  /// The head of the next item; most are one byte.
  @inline(__always)
  private mutating func head() throws(FormatError) -> (major: UInt8, argument: UInt64) {
    let first = try reader.peek()
    guard first & 31 < 24 else { return try reader.cborHead() }
    try reader.skip(1)
    return (first >> 5, UInt64(first & 31))
  }

  /// Skips an item that holds only integers, strings, and arrays or maps of those.
  @inline(__always)
  private mutating func skipItem() throws(FormatError) {
    let (major, argument) = try head()
    if major == 2 || major == 3 { return try reader.skip(Int(clamping: argument)) }
    if major == 4 || major == 5 { try skipItems(major == 4 ? argument : argument << 1) }
  }

  /// The list ahead: items within items are counted rather than entered, so depth costs nothing.
  private mutating func skipItems(_ count: UInt64) throws(FormatError) {
    var left = count
    while left > 0 {
      try reader.require(1)
      left -= 1
      let (major, argument) = try head()
      switch major {
      case 2, 3: try reader.skip(Int(clamping: argument))
      case 4, 5:
        let inner = min(argument, UInt64(FormatLimits.headerByteCountMax))
        left += major == 4 ? inner : 2 * inner
      default: break
      }
    }
  }
}
