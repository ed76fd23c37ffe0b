public import LedgerCryptography

/// Consecutive leaves with the complete nodes that cover them, hashed apart from the tree around
/// them: a few of these can be made at once, and appended to a frontier one after the other.
public struct LeafRun: Sendable, Equatable {
  /// The index of the first leaf.
  public let firstLeaf: UInt64
  /// The hashes of the leaves.
  public let leaves: [SHA256Digest]
  /// The largest complete nodes over the leaves, first leaf first, none above `levelMax`.
  let nodes: [Node]

  struct Node: Sendable, Equatable {
    var level: Int
    var hash: SHA256Digest
  }

  /// The height of a tile (C2SP tlog-tiles, "Merkle Tree"): a run hides no node that tiles store.
  static let levelMax = 8

  /// Hashes the nodes over `leaves`: fewer than there are leaves.
  public init(firstLeaf: UInt64, leaves: [SHA256Digest]) {
    self.firstLeaf = firstLeaf
    self.leaves = leaves
    var nodes: [Node] = []
    nodes.reserveCapacity(leaves.count >> Self.levelMax + 2 * Self.levelMax)
    for (leaf, hash) in zip(firstLeaf..., leaves) {
      var node = Node(level: 0, hash: hash)
      // The node before is its sibling if both have the same level and this one is the right one.
      while node.level < Self.levelMax, leaf >> UInt64(node.level) & 1 == 1,
        let left = nodes.last, left.level == node.level
      {
        nodes.removeLast()
        node = Node(level: node.level + 1, hash: MerkleHash.node(left.hash, node.hash))
      }
      nodes.append(node)
    }
    self.nodes = nodes
  }
}

extension TreeFrontier {
  /// Adds the leaves of a run that begins where this tree ends, and reports each node at a multiple
  /// of level 8 that is complete with them, as tiles store them; per level, first leaf first.
  ///
  /// - Parameter completed: takes the level, 8 or more, and the hash.
  public mutating func append(
    _ run: LeafRun, completedTile completed: (_ level: Int, _ hash: SHA256Digest) -> Void
  ) {
    precondition(run.firstLeaf == size, "a run begins where the tree ends")
    for node in run.nodes {
      if node.level == LeafRun.levelMax { completed(node.level, node.hash) }
      append(node.hash, level: node.level) { level, _, hash in
        if level.isMultiple(of: LeafRun.levelMax) { completed(level, hash) }
      }
    }
  }

  /// Adds the leaves of a run that begins where this tree ends.
  public mutating func append(_ run: LeafRun) {
    append(run) { _, _ in }
  }
}
