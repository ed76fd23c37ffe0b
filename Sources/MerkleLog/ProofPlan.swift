import LedgerCryptography

/// The complete nodes out of which the hashes of a proof are folded, gathered first so that one
/// read fetches them all.
struct ProofPlan {
  private var coordinates: [TreeCoordinate] = []
  /// For each hash of the proof how many of the coordinates it takes.
  private var counts: [Int] = []

  /// Adds the hash of the leaves `start ..< end`, of which `start` is a multiple of the smallest
  /// power of two not below their count.
  mutating func append(start: UInt64, end: UInt64) {
    var position = start
    var remaining = end - start
    var count = 0
    while remaining > 0 {
      let level = 63 - remaining.leadingZeroBitCount
      coordinates.append(TreeCoordinate(level: level, index: position >> UInt64(level)))
      position += 1 << UInt64(level)
      remaining -= 1 << UInt64(level)
      count += 1
    }
    counts.append(count)
  }

  /// Reads the nodes and folds them, right to left.
  func hashes(reader: some NodeHashReader) throws -> [SHA256Digest] {
    let nodes = try reader.hashes(at: coordinates)
    precondition(nodes.count == coordinates.count, "a reader returns what was asked or throws")
    var hashes: [SHA256Digest] = []
    hashes.reserveCapacity(counts.count)
    var next = 0
    for count in counts {
      guard count > 0 else {
        hashes.append(MerkleHash.empty)
        continue
      }
      var hash = nodes[next + count - 1]
      for position in stride(from: next + count - 2, through: next, by: -1) {
        hash = MerkleHash.node(nodes[position], hash)
      }
      hashes.append(hash)
      next += count
    }
    return hashes
  }

  /// The siblings on the way from leaf `index` up to the root of `subtree`
  /// (RFC 6962 §2.1.1, `PATH`).
  static func inclusion(index: UInt64, in subtree: Subtree) -> ProofPlan {
    var low = subtree.start
    var high = subtree.end
    var siblings: [(start: UInt64, end: UInt64)] = []
    while high - low > 1 {
      let middle = low + largestPowerOfTwo(below: high - low)
      if index < middle {
        siblings.append((middle, high))
        high = middle
      } else {
        siblings.append((low, middle))
        low = middle
      }
    }
    return ProofPlan(fromRootDown: siblings)
  }

  /// What proves `subtree` consistent with the tree of `treeSize` leaves (the draft's
  /// `SUBTREE_PROOF`; with a start of 0 it is RFC 6962 §2.1.2, `PROOF`).
  static func consistency(of subtree: Subtree, treeSize: UInt64) -> ProofPlan {
    if subtree.size == 0 { return ProofPlan() }
    var start = subtree.start
    let end = subtree.end
    var low: UInt64 = 0
    var high = treeSize
    // Whether what is left of the subtree is all of it, so that the verifier knows its hash.
    var isWhole = true
    var siblings: [(start: UInt64, end: UInt64)] = []
    while !(start == low && end == high) {
      let middle = low + largestPowerOfTwo(below: high - low)
      if end <= middle {
        siblings.append((middle, high))
        high = middle
      } else {
        siblings.append((low, middle))
        if start < middle {
          start = middle
          isWhole = false
        }
        low = middle
      }
    }
    if !isWhole { siblings.append((low, high)) }
    return ProofPlan(fromRootDown: siblings)
  }

  init() {}

  private init(fromRootDown siblings: [(start: UInt64, end: UInt64)]) {
    counts.reserveCapacity(siblings.count)
    for sibling in siblings.reversed() { append(start: sibling.start, end: sibling.end) }
  }

  /// Where a tree of `count` leaves, 2 or more, splits.
  static func largestPowerOfTwo(below count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
  }
}
