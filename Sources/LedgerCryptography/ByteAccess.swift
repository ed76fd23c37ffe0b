// The one place where this module looks at raw memory from Swift: every function checks its
// bounds, or works on storage whose layout has no padding, and is therefore safe to call.

extension [UInt8] {
  /// These bytes as a raw span, borrowed.
  ///
  /// The library's `Span.bytes` is marked unsafe because an element may have padding; a byte has
  /// none.
  @inlinable
  public var rawSpan: RawSpan {
    @_lifetime(borrow self)
    get { unsafe span.bytes }
  }
}

extension Span where Element == UInt8 {
  /// These bytes as a raw span.
  @inlinable
  public var rawSpan: RawSpan {
    @_lifetime(copy self)
    get { unsafe bytes }
  }
}

extension RawSpan {
  /// The byte at `offset`, which must be below `byteCount`.
  @inlinable
  public func byte(at offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "byte offset beyond the end")
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// A copy of these bytes.
  public func copied() -> [UInt8] {
    unsafe withUnsafeBytes { unsafe [UInt8]($0) }
  }
}

extension Array where Element == UInt8 {
  /// Appends a copy of `bytes`.
  @inlinable
  public mutating func append(copying bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}

/// Eight bytes at a time, in memory order on any machine: how digests are stored.
@usableFromInline
enum DigestWord {
  /// The eight bytes from `offset`, which must all exist.
  @inlinable
  static func load(_ bytes: RawSpan, at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset + 8 <= bytes.byteCount, "a digest word beyond the end")
    return unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  /// The bytes of four words, borrowed.
  @inlinable
  @_lifetime(borrow words)
  static func bytes(of words: borrowing InlineArray<4, UInt64>) -> RawSpan {
    unsafe words.span.bytes
  }

  /// The bytes of two words, borrowed.
  @inlinable
  @_lifetime(borrow words)
  static func bytes(of words: borrowing InlineArray<2, UInt64>) -> RawSpan {
    unsafe words.span.bytes
  }
}
