/// A cursor over borrowed bytes that checks every length once, before it reads.
///
/// Fixed-width integers are little-endian. One of the files that may hold `unsafe`: the loads
/// below stand directly behind the bounds check of `require`.
public struct ByteReader: ~Escapable {
  @usableFromInline let bytes: RawSpan
  /// Bytes read so far, which is the offset of the next one.
  public private(set) var offset = 0

  /// Reads `bytes` from the front.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan) { self.bytes = bytes }

  /// Bytes not read yet.
  public var remaining: Int { bytes.byteCount - offset }

  /// Throws `truncated` unless `count` more bytes are there.
  @inline(__always)
  func require(_ count: Int) throws(FormatError) {
    guard count >= 0, count <= bytes.byteCount - offset else {
      throw .truncated(needed: count, available: bytes.byteCount - offset, offset: offset)
    }
  }

  /// The next byte.
  @inline(__always)
  public mutating func uint8() throws(FormatError) -> UInt8 {
    try require(1)
    let value = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    offset += 1
    return value
  }

  /// The next byte, which stays unread.
  @inline(__always)
  public func peek() throws(FormatError) -> UInt8 {
    try require(1)
    return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  @inline(__always)
  private mutating func load<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type)
    throws(FormatError) -> T
  {
    try require(MemoryLayout<T>.size)
    let value = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: T.self)
    offset += MemoryLayout<T>.size
    return value
  }

  /// The next two bytes, little-endian.
  public mutating func uint16() throws(FormatError) -> UInt16 {
    UInt16(littleEndian: try load(UInt16.self))
  }

  /// The next four bytes, little-endian.
  public mutating func uint32() throws(FormatError) -> UInt32 {
    UInt32(littleEndian: try load(UInt32.self))
  }

  /// The next eight bytes, little-endian.
  public mutating func uint64() throws(FormatError) -> UInt64 {
    UInt64(littleEndian: try load(UInt64.self))
  }

  /// The next two bytes, big-endian, as CBOR has them.
  mutating func bigEndianUInt16() throws(FormatError) -> UInt16 {
    UInt16(bigEndian: try load(UInt16.self))
  }

  /// The next four bytes, big-endian, as CBOR has them.
  mutating func bigEndianUInt32() throws(FormatError) -> UInt32 {
    UInt32(bigEndian: try load(UInt32.self))
  }

  /// The next eight bytes, big-endian, as CBOR has them.
  mutating func bigEndianUInt64() throws(FormatError) -> UInt64 {
    UInt64(bigEndian: try load(UInt64.self))
  }

  /// The next `count` bytes, borrowed from what this reader borrows.
  @_lifetime(copy self)
  public mutating func bytes(_ count: Int) throws(FormatError) -> RawSpan {
    try require(count)
    let start = offset
    offset += count
    return bytes.extracting(start..<start + count)
  }

  /// The next `count` bytes as a text, which must be valid UTF-8.
  public mutating func text(_ count: Int, field: String) throws(FormatError) -> String {
    let start = offset
    let raw = try bytes(count)
    // `String(validating:as:)` is generic code that the standard library does not specialise.
    let text: String? = unsafe raw.withUnsafeBytes { raw in
      let bytes = unsafe raw.assumingMemoryBound(to: UInt8.self).span
      guard let text = try? UTF8Span(validating: bytes) else { return nil }
      return String(copying: text)
    }
    guard let text else { throw .invalidText(field: field, offset: start) }
    return text
  }

  /// Moves on by `count` bytes.
  public mutating func skip(_ count: Int) throws(FormatError) {
    try require(count)
    offset += count
  }

  /// Throws `trailingBytes` unless all was read.
  public func finish() throws(FormatError) {
    guard remaining == 0 else { throw .trailingBytes(count: remaining, offset: offset) }
  }
}

extension RawSpan {
  /// The eight bytes from `offset` as a number, little-endian; they must exist.
  @inlinable @inline(__always)
  package func word(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset <= byteCount - 8, "a word beyond the end")
    return UInt64(
      littleEndian: unsafe unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt64.self))
  }
}
