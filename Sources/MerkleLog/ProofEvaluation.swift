import LedgerCryptography

/// How hashes of a proof combine to roots, by the bits of positions alone: no tree is needed.
enum ProofEvaluation {
  /// How many hashes a proof of leaf `index` in a tree of `size` leaves has. `index < size`.
  static func inclusionHashCount(index: UInt64, size: UInt64) -> Int {
    // Below the bit where the paths of this and the last leaf part, every level has a sibling;
    // above it only those where the path turns right.
    let inner = 64 - (index ^ (size - 1)).leadingZeroBitCount
    return inner + (inner == 64 ? 0 : (index >> UInt64(inner)).nonzeroBitCount)
  }

  /// The root that `hashes`, of the right count, make out of `leafHash` (RFC 9162 §2.1.3.2).
  static func inclusionRoot(
    index: UInt64, size: UInt64, leafHash: SHA256Digest, hashes: [SHA256Digest]
  ) -> SHA256Digest {
    var path = index
    var edge = size - 1
    var root = leafHash
    for hash in hashes {
      if path & 1 == 1 || path == edge {
        root = MerkleHash.node(hash, root)
        let shift = UInt64(path.trailingZeroBitCount)
        path >>= shift
        edge >>= shift
      } else {
        root = MerkleHash.node(root, hash)
      }
      path >>= 1
      edge >>= 1
    }
    return root
  }

  /// Three positions that climb together: the first and last leaf of a subtree and the last leaf
  /// of the tree (the draft's `fn`, `sn` and `tn`).
  private struct Climb {
    var first: UInt64
    var last: UInt64
    var edge: UInt64

    /// Starts at the root of the largest part of the subtree that is a node of the tree.
    init(_ subtree: Subtree, treeSize: UInt64) {
      first = subtree.start
      last = subtree.end - 1
      edge = treeSize - 1
      if last == edge {
        while first != last { up(1) }
      } else {
        while first != last && last & 1 == 1 { up(1) }
      }
    }

    /// Whether that part is the whole subtree.
    var startsAtRoot: Bool { first == last }

    /// Whether the next sibling is on the left; moves below the level where it joins.
    mutating func turnsLeft() -> Bool {
      guard last & 1 == 1 || last == edge else { return false }
      up(UInt64(last.trailingZeroBitCount))
      return true
    }

    mutating func up(_ levels: UInt64) {
      first >>= levels
      last >>= levels
      edge >>= levels
    }
  }

  /// How many hashes the proof has that `subtree`, not empty, belongs to a tree of `treeSize`.
  static func consistencyHashCount(_ subtree: Subtree, treeSize: UInt64) -> Int {
    var climb = Climb(subtree, treeSize: treeSize)
    var count = climb.startsAtRoot ? 0 : 1
    while climb.edge != 0 {
      _ = climb.turnsLeft()
      climb.up(1)
      count += 1
    }
    return count
  }

  /// The hash of the subtree and the root of the tree that `hashes`, of the right count, make.
  static func consistencyRoots(
    _ subtree: Subtree, treeSize: UInt64, subtreeHash: SHA256Digest, hashes: [SHA256Digest]
  ) -> (subtree: SHA256Digest, tree: SHA256Digest) {
    var climb = Climb(subtree, treeSize: treeSize)
    let seed = climb.startsAtRoot ? subtreeHash : hashes[0]
    var subtreeRoot = seed
    var treeRoot = seed
    for hash in hashes.dropFirst(climb.startsAtRoot ? 0 : 1) {
      // As long as the positions differ, the left sibling lies within the subtree too. They are
      // compared before the shift, which may make them equal.
      let isWithin = climb.first < climb.last
      if climb.turnsLeft() {
        if isWithin { subtreeRoot = MerkleHash.node(hash, subtreeRoot) }
        treeRoot = MerkleHash.node(hash, treeRoot)
      } else {
        treeRoot = MerkleHash.node(treeRoot, hash)
      }
      climb.up(1)
    }
    return (subtreeRoot, treeRoot)
  }
}
