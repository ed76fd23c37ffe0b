internal import LedgerCryptography
internal import LedgerFormat

/// The way into a block whose digest is wrong.
enum DamagedBytes {
  /// The raw bytes of the block, as if its stored bytes were what they should be; nil if they do
  /// not even expand.
  ///
  /// A copy gets the digest that its bytes have, because the format's decoder rightly shows
  /// nothing of a block with another one.
  static func expand(_ kind: BlockKind, _ bytes: RawSpan) -> (header: BlockHeader, raw: [UInt8])? {
    let end = BlockHeader.byteCount(kind)
    let digestStart = end - TruncatedDigest.byteCount
    guard bytes.byteCount >= end else { return nil }
    var claimed = ByteReader(bytes)
    // LZ4 gives less than 255 bytes for one: a damaged length must not cost more memory.
    guard let header = try? BlockHeader.decode(kind, from: &claimed),
      header.rawByteCount <= 255 * header.storedByteCount
    else { return nil }
    var hasher = SHA256Hasher()
    hasher.update(bytes.extracting(0..<digestStart))
    hasher.update(bytes.extracting(end..<bytes.byteCount))
    var digest: [UInt8] = []
    hasher.finalize().truncated.append(to: &digest)
    var stamped = bytes.copied()
    stamped.replaceSubrange(digestStart..<end, with: digest)
    var reader = ByteReader(stamped.rawSpan)
    var raw: [UInt8] = []
    guard (try? Block.decode(kind, from: &reader, into: &raw)) != nil else { return nil }
    return (header, raw)
  }
}
