public import LedgerCryptography

/// The three hashes of the tree (RFC 6962 §2.1, RFC 9162 §2.1.1), over SHA-256.
///
/// Leaves and nodes have different prefixes, so that no entry can pass for a node.
public enum MerkleHash {
  /// The hash of a tree without entries: SHA-256 of nothing.
  public static let empty = SHA256Hasher.hash([])

  /// The hash of an entry's bytes: SHA-256 of 0x00 and the bytes.
  public static func leaf(_ entry: RawSpan) -> SHA256Digest {
    SHA256Hasher.hash(prefix: 0, entry)
  }

  /// The hash of an entry's bytes: SHA-256 of 0x00 and the bytes.
  public static func leaf(_ entry: [UInt8]) -> SHA256Digest {
    SHA256Hasher.hash(prefix: 0, entry.rawSpan)
  }

  /// The hash of a node over its two children: SHA-256 of 0x01 and both hashes.
  public static func node(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
    SHA256Hasher.hash(prefix: 1, left, right)
  }
}
