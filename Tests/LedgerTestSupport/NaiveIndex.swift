public import LedgerCryptography

/// A run of the index as a dictionary of arrays, hashed by the recursive tree.
///
/// Shares only SHA-256 with the code under test: encodings and chunks are written again.
public struct NaiveIndex: Sendable {
  /// By the key's bytes, the records that name the entity.
  public var entries: [[UInt8]: [UInt64]] = [:]

  public init() {}

  /// Adds a record that names the entities with `keys`.
  public mutating func add(_ record: UInt64, keys: [[UInt8]]) {
    for key in Set(keys) { entries[key, default: []].append(record) }
  }

  /// What `other`, of later records, has as well.
  public mutating func merge(_ other: NaiveIndex) {
    for (key, records) in other.entries { entries[key, default: []] += records }
  }

  /// Entries in the order of their key hashes.
  public var sorted: [(keyHash: SHA256Digest, records: [UInt64])] {
    entries.map { (SHA256Hasher.hash($0.key), $0.value) }
      .sorted { "\($0.keyHash)" < "\($1.keyHash)" }
  }

  /// The eight bytes of a number, lowest first.
  public static func littleEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(number >> (8 * UInt64($0)) & 255) }
  }

  /// The tree over the chunks of a record list.
  public static func chunkTree(_ records: [UInt64]) -> NaiveTree {
    NaiveTree(
      entries: stride(from: 0, to: records.count, by: 256).map { start in
        Array("LSTCHUNK".utf8)
          + records[start..<min(records.count, start + 256)].flatMap(littleEndian)
      })
  }

  /// The root of a record list.
  public static func listRoot(_ records: [UInt64]) -> SHA256Digest {
    let tree = chunkTree(records)
    return tree.hash(0, tree.entries.count)
  }

  /// The tree over the entries.
  public var tree: NaiveTree {
    NaiveTree(
      entries: sorted.map { entry in
        var bytes = Array("LSTENTRY".utf8)
        entry.keyHash.append(to: &bytes)
        bytes += Self.littleEndian(UInt64(entry.records.count))
        Self.listRoot(entry.records).append(to: &bytes)
        return bytes
      })
  }

  /// The run's root.
  public var root: SHA256Digest {
    let tree = tree
    return tree.hash(0, tree.entries.count)
  }
}
