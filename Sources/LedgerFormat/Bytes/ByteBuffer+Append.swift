public import LedgerCryptography

/// The write side of `ByteReader`: a plain array of bytes, reused from batch to batch.
public typealias ByteBuffer = [UInt8]

extension ByteBuffer {
  /// Appends two bytes, little-endian.
  @inlinable
  public mutating func append(littleEndian value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  /// Appends four bytes, little-endian.
  @inlinable
  public mutating func append(littleEndian value: UInt32) {
    append(littleEndian: UInt16(truncatingIfNeeded: value))
    append(littleEndian: UInt16(truncatingIfNeeded: value >> 16))
  }

  /// Appends eight bytes, little-endian.
  @inlinable
  public mutating func append(littleEndian value: UInt64) {
    append(littleEndian: UInt32(truncatingIfNeeded: value))
    append(littleEndian: UInt32(truncatingIfNeeded: value >> 32))
  }

  /// Overwrites four bytes at `offset`, little-endian; they must exist.
  @inlinable
  public mutating func replace(littleEndian value: UInt32, at offset: Int) {
    for byte in 0..<4 { self[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
  }

  /// Appends the UTF-8 bytes of `text`.
  @inlinable
  public mutating func append(utf8 text: String) {
    append(contentsOf: text.utf8)
  }

  /// Appends the 32 bytes of `digest`.
  @inlinable
  public mutating func append(_ digest: SHA256Digest) { digest.append(to: &self) }

  /// Appends the 16 bytes of `digest`.
  @inlinable
  public mutating func append(_ digest: TruncatedDigest) { digest.append(to: &self) }
}

extension ByteReader {
  /// The next 32 bytes as a SHA-256 digest.
  public mutating func digest() throws(FormatError) -> SHA256Digest {
    SHA256Digest(try bytes(SHA256Digest.byteCount))
  }

  /// The next 16 bytes as a truncated digest.
  public mutating func truncatedDigest() throws(FormatError) -> TruncatedDigest {
    TruncatedDigest(try bytes(TruncatedDigest.byteCount))
  }

  /// Reads eight bytes that must be `magic`.
  mutating func magic(_ magic: UInt64, structure: String) throws(FormatError) {
    guard try uint64() == magic else { throw .badMagic(structure: structure) }
  }
}
