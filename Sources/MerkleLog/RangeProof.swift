public import LedgerCryptography

/// Proof that consecutive leaves are in a tree at given positions.
///
/// One leaf, two neighbours or many: the hashes are those of the largest subtrees of RFC 6962 §2.1
/// that hold none of the leaves, from left to right. With one leaf they are the hashes of its
/// inclusion proof in another order.
public struct RangeProof: Hashable, Sendable {
  /// The leaves proven; never empty.
  public let range: Range<UInt64>
  /// The number of leaves of the tree.
  public let treeSize: UInt64
  /// The hashes of what lies beside the leaves, from left to right.
  public let hashes: [SHA256Digest]

  /// Holds what was received; `check` decides what it is worth.
  public init(range: Range<UInt64>, treeSize: UInt64, hashes: [SHA256Digest]) {
    self.range = range
    self.treeSize = treeSize
    self.hashes = hashes
  }

  /// Makes the proof for the tree of `treeSize` leaves that `reader` reaches at least to.
  ///
  /// - Precondition: `range` is not empty.
  /// - Throws: `ProofError.indexBeyondSize`, or what the reader throws.
  public static func make(
    range: Range<UInt64>, treeSize: UInt64, reader: some NodeHashReader
  ) throws -> RangeProof {
    precondition(!range.isEmpty, "a range proof is about one leaf at least")
    guard range.upperBound <= treeSize else {
      throw ProofError.indexBeyondSize(index: range.upperBound - 1, treeSize: treeSize)
    }
    var plan = ProofPlan()
    visit(range, 0, treeSize) { plan.append(start: $0, end: $1) }
    return RangeProof(range: range, treeSize: treeSize, hashes: try plan.hashes(reader: reader))
  }

  /// How many hashes the proof of `range` in a tree of `treeSize` leaves has: at most two per
  /// level. The range is not empty and lies within the tree.
  public static func hashCount(range: Range<UInt64>, treeSize: UInt64) -> Int {
    var count = 0
    visit(range, 0, treeSize) { _, _ in count += 1 }
    return count
  }

  /// The root that follows from `leafHashes`, one for each position of the range, and the proof.
  ///
  /// - Precondition: there are as many leaf hashes as positions, which are not none.
  /// - Throws: `indexBeyondSize`, `wrongHashCount`.
  public func root(leafHashes: [SHA256Digest]) throws(ProofError) -> SHA256Digest {
    precondition(
      !range.isEmpty && leafHashes.count == Int(range.upperBound - range.lowerBound),
      "one leaf hash for each position")
    guard range.upperBound <= treeSize else {
      throw .indexBeyondSize(index: range.upperBound - 1, treeSize: treeSize)
    }
    let expected = Self.hashCount(range: range, treeSize: treeSize)
    guard hashes.count == expected else {
      throw .wrongHashCount(expected: expected, found: hashes.count)
    }
    var next = 0
    return fold(leafHashes, &next, 0, treeSize)
  }

  /// Returns if the leaves with `leafHashes` lie at the range of the tree with `root`.
  public func check(leafHashes: [SHA256Digest], root: SHA256Digest) throws(ProofError) {
    let computed = try self.root(leafHashes: leafHashes)
    guard computed == root else { throw .rootMismatch(expected: root, computed: computed) }
  }

  /// Names the subtrees beside `range`, from left to right.
  private static func visit(
    _ range: Range<UInt64>, _ low: UInt64, _ high: UInt64, _ beside: (UInt64, UInt64) -> Void
  ) {
    if high <= range.lowerBound || low >= range.upperBound { return beside(low, high) }
    if low >= range.lowerBound && high <= range.upperBound { return }
    let middle = low + ProofPlan.largestPowerOfTwo(below: high - low)
    visit(range, low, middle, beside)
    visit(range, middle, high, beside)
  }

  private func fold(
    _ leafHashes: [SHA256Digest], _ next: inout Int, _ low: UInt64, _ high: UInt64
  ) -> SHA256Digest {
    if high <= range.lowerBound || low >= range.upperBound {
      next += 1
      return hashes[next - 1]
    }
    if high - low == 1 { return leafHashes[Int(low - range.lowerBound)] }
    let middle = low + ProofPlan.largestPowerOfTwo(below: high - low)
    let left = fold(leafHashes, &next, low, middle)
    return MerkleHash.node(left, fold(leafHashes, &next, middle, high))
  }
}
