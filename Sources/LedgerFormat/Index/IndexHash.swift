public import LedgerCryptography
internal import MerkleLog

/// What the index hashes. All are leaves of RFC 6962 trees; the eight letters keep them apart from
/// each other and from headers, whose first byte is no letter.
///
/// ```
/// chunk   00 "LSTCHUNK" record 8 … record 8          256 records, in the last chunk 1 to 256
/// entry   00 "LSTENTRY" key hash 32, record count 8, list root 32
/// ```
/// The list root is the root of the tree over an entry's chunks, the run's root that of the tree
/// over its entries in the order of their key hashes. Numbers are little-endian.
public enum IndexHash {
  private static let chunkStart = hasher("LSTCHUNK")
  private static let entryStart = hasher("LSTENTRY")

  private static func hasher(_ name: String) -> SHA256Hasher {
    var hasher = SHA256Hasher()
    hasher.update([0x00] + Array(name.utf8))
    return hasher
  }

  /// The leaf hash of one chunk of a record list.
  public static func chunk(_ records: [UInt64]) -> SHA256Digest {
    var hasher = chunkStart
    hasher.update(littleEndian: records.span)
    return hasher.finalize()
  }

  /// The leaf hash of one chunk of a record list.
  public static func chunk(_ records: ArraySlice<UInt64>) -> SHA256Digest {
    var hasher = chunkStart
    hasher.update(littleEndian: records.span)
    return hasher.finalize()
  }

  /// The leaf hash of an entry.
  public static func entry(
    keyHash: SHA256Digest, recordCount: UInt64, listRoot: SHA256Digest
  ) -> SHA256Digest {
    var hasher = entryStart
    keyHash.withBytes { hasher.update($0) }
    let count: InlineArray<1, UInt64> = [recordCount]
    hasher.update(littleEndian: count.span)
    listRoot.withBytes { hasher.update($0) }
    return hasher.finalize()
  }

  /// The root over consecutive nodes of one level, of which only the last may be incomplete.
  static func fold(_ hashes: [SHA256Digest]) -> SHA256Digest {
    var row = hashes
    guard !row.isEmpty else { return MerkleHash.empty }
    // A node without a sibling moves up as it is, which gives the splits of RFC 6962.
    while row.count > 1 {
      let pairs = row.count / 2
      for pair in 0..<pairs { row[pair] = MerkleHash.node(row[2 * pair], row[2 * pair + 1]) }
      if row.count % 2 == 1 { row[pairs] = row[row.count - 1] }
      row.removeLast(row.count / 2)
    }
    return row[0]
  }
}
