public import LedgerCryptography

/// The three hashes of an RFC 6962 §2.1 tree over SHA-256.
public enum MerkleHash {
  /// The hash of a leaf: SHA-256(0x00 ‖ entry).
  public static func leaf(_ entry: RawSpan) -> SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update([0x00])
    hasher.update(entry)
    return hasher.finalize()
  }
}
