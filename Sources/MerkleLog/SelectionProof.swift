public import LedgerCryptography

/// Proof that chosen leaves, wherever they are, lie in a tree at given positions.
///
/// The hashes are those of the largest subtrees of RFC 6962 §2.1 that hold none of the leaves, from
/// left to right; of consecutive leaves they are those of a `RangeProof`. Many leaves share the
/// hashes that an inclusion proof of each would repeat.
public struct SelectionProof: Hashable, Sendable {
  /// The positions of the leaves proven: ascending, none twice.
  public let indexes: [UInt64]
  /// The number of leaves of the tree.
  public let treeSize: UInt64
  /// The hashes of what lies beside the leaves, from left to right.
  public let hashes: [SHA256Digest]

  /// Holds what was received; `check` decides what it is worth.
  ///
  /// - Precondition: `indexes` ascend, none of them twice.
  public init(indexes: [UInt64], treeSize: UInt64, hashes: [SHA256Digest]) {
    precondition(zip(indexes, indexes.dropFirst()).allSatisfy(<), "positions ascend")
    self.indexes = indexes
    self.treeSize = treeSize
    self.hashes = hashes
  }

  /// Makes the proof for the tree of `treeSize` leaves that `reader` reaches at least to.
  ///
  /// - Precondition: as for `init`.
  /// - Throws: `ProofError.indexBeyondSize`, or what the reader throws.
  public static func make(
    indexes: [UInt64], treeSize: UInt64, reader: some NodeHashReader
  ) throws -> SelectionProof {
    try requireInside(indexes, treeSize)
    var plan = ProofPlan()
    visit(indexes[...], 0, treeSize) { plan.append(start: $0, end: $1) }
    return SelectionProof(
      indexes: indexes, treeSize: treeSize, hashes: try plan.hashes(reader: reader))
  }

  /// The root that follows from `leafHashes`, one for each of `indexes`, and the proof.
  ///
  /// - Precondition: there are as many leaf hashes as positions.
  /// - Throws: `indexBeyondSize`, `wrongHashCount`.
  /// - Complexity: O(k log n) for k leaves in a tree of n.
  public func root(leafHashes: [SHA256Digest]) throws(ProofError) -> SHA256Digest {
    precondition(leafHashes.count == indexes.count, "one leaf hash for each position")
    try Self.requireInside(indexes, treeSize)
    var expected = 0
    Self.visit(indexes[...], 0, treeSize) { _, _ in expected += 1 }
    guard hashes.count == expected else {
      throw .wrongHashCount(expected: expected, found: hashes.count)
    }
    var next = 0
    return fold(indexes[...], leafHashes, &next, 0, treeSize)
  }

  /// Returns if the leaves with `leafHashes` lie at `indexes` of the tree with `root`.
  public func check(leafHashes: [SHA256Digest], root: SHA256Digest) throws(ProofError) {
    let computed = try self.root(leafHashes: leafHashes)
    guard computed == root else { throw .rootMismatch(expected: root, computed: computed) }
  }

  private static func requireInside(
    _ indexes: [UInt64], _ treeSize: UInt64
  ) throws(ProofError) {
    if let last = indexes.last, last >= treeSize {
      throw .indexBeyondSize(index: last, treeSize: treeSize)
    }
  }

  /// Names the subtrees that hold none of `indexes`, from left to right.
  private static func visit(
    _ indexes: ArraySlice<UInt64>, _ low: UInt64, _ high: UInt64,
    _ beside: (UInt64, UInt64) -> Void
  ) {
    if indexes.isEmpty { return beside(low, high) }
    if high - low == 1 { return }
    let middle = low + ProofPlan.largestPowerOfTwo(below: high - low)
    let cut = firstPlace(in: indexes, notBelow: middle)
    visit(indexes[..<cut], low, middle, beside)
    visit(indexes[cut...], middle, high, beside)
  }

  private func fold(
    _ indexes: ArraySlice<UInt64>, _ leafHashes: [SHA256Digest], _ next: inout Int,
    _ low: UInt64, _ high: UInt64
  ) -> SHA256Digest {
    if indexes.isEmpty {
      next += 1
      return hashes[next - 1]
    }
    if high - low == 1 { return leafHashes[indexes.startIndex] }
    let middle = low + ProofPlan.largestPowerOfTwo(below: high - low)
    let cut = Self.firstPlace(in: indexes, notBelow: middle)
    let left = fold(indexes[..<cut], leafHashes, &next, low, middle)
    return MerkleHash.node(left, fold(indexes[cut...], leafHashes, &next, middle, high))
  }

  /// By halving: a slice of many leaves is cut once per level.
  private static func firstPlace(in indexes: ArraySlice<UInt64>, notBelow bound: UInt64) -> Int {
    var low = indexes.startIndex
    var high = indexes.endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if indexes[middle] < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
