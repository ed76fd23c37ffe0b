public import LedgerCryptography

/// The right edge of a growing tree: the roots of its complete subtrees, largest first.
///
/// Enough to append leaves and to give the root, in at most 64 hashes whatever the size. Tree sizes
/// stay below 2^63.
public struct TreeFrontier: Sendable, Equatable {
  /// The number of leaves appended.
  public private(set) var size: UInt64

  /// One hash for each set bit of `size`, from the highest bit to the lowest.
  public private(set) var hashes: [SHA256Digest]

  /// The edge of the empty tree. Allocates once for all sizes.
  public init() {
    size = 0
    hashes = []
    hashes.reserveCapacity(64)
  }

  /// The edge of a tree of `size` leaves; nil unless there is one hash for each set bit of it.
  /// Whether they are the right ones shows when `root` is compared with a signed one.
  public init?(size: UInt64, hashes: [SHA256Digest]) {
    guard size < 1 << 63, hashes.count == size.nonzeroBitCount else { return nil }
    self.init()
    self.size = size
    self.hashes.append(contentsOf: hashes)
  }

  /// Adds one leaf hash and reports each interior node that it completes, lowest first.
  ///
  /// The leaf itself is not reported: it is node `size` of level 0. Amortised one node hash per
  /// leaf; nothing is allocated unless the value was copied.
  ///
  /// - Parameter completed: takes the level, 1 or more, the index within the level, and the hash.
  public mutating func append(
    _ leaf: SHA256Digest,
    completed: (_ level: Int, _ index: UInt64, _ hash: SHA256Digest) -> Void
  ) {
    append(leaf, level: 0, completed: completed)
  }

  /// Adds a complete node whose leaves follow those that are there, and reports each one that it
  /// completes, lowest first; not itself, which is node `size >> level` of its level.
  ///
  /// - Precondition: `size` is a multiple of the node's leaves.
  mutating func append(
    _ node: SHA256Digest, level: Int,
    completed: (_ level: Int, _ index: UInt64, _ hash: SHA256Digest) -> Void
  ) {
    let leafCount: UInt64 = 1 << UInt64(level)
    precondition(size & (leafCount - 1) == 0, "a node begins at a multiple of its leaves")
    precondition(size < (1 << 63) - leafCount, "a tree has fewer than 2^63 leaves")
    var (hash, level) = (node, level)
    // Each set bit from its level on is a complete subtree as large as the one now in hand.
    while size >> UInt64(level) & 1 == 1 {
      hash = MerkleHash.node(hashes.removeLast(), hash)
      level += 1
      completed(level, size >> UInt64(level), hash)
    }
    hashes.append(hash)
    size += leafCount
  }

  /// Adds one leaf hash.
  public mutating func append(_ leaf: SHA256Digest) {
    append(leaf) { _, _, _ in }
  }

  /// The root of the tree: `hashes` folded from the smallest to the largest. O(log size) hashes.
  public var root: SHA256Digest {
    guard var root = hashes.last else { return MerkleHash.empty }
    for hash in hashes.dropLast().reversed() {
      root = MerkleHash.node(hash, root)
    }
    return root
  }

  /// Equal if both have the same size and hashes.
  public static func == (left: TreeFrontier, right: TreeFrontier) -> Bool {
    left.size == right.size && left.hashes == right.hashes
  }
}
