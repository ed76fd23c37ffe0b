public import LedgerCryptography
internal import MerkleLog

/// Walks through the headers of one expanded header block, rebuilding each one's exact bytes and
/// the chain of leaf hashes that runs through them.
public struct HeaderChain {
  /// Index of the record that `next` will give.
  public private(set) var nextIndex: UInt64
  /// Leaf hash of the record before that.
  public private(set) var leafHash: SHA256Digest
  /// The exact bytes of the header that `next` gave last; reused.
  public private(set) var header: ByteBuffer = []

  /// Begins before record `firstRecord`, whose predecessor has `leafHashBefore`.
  public init(firstRecord: UInt64, leafHashBefore: SHA256Digest) {
    nextIndex = firstRecord
    leafHash = leafHashBefore
  }

  /// Reads the next entry: afterwards `header` holds its bytes and `leafHash` its leaf hash.
  public mutating func next(from entries: inout ByteReader) throws(FormatError) {
    try HeaderEntry.decode(
      from: &entries, index: nextIndex, previousLeafHash: leafHash, into: &header)
    leafHash = MerkleHash.leaf(header.rawSpan)
    nextIndex += 1
  }
}
