public import LedgerCryptography

/// Proof that a leaf is in a subtree (draft-ietf-plants-merkle-tree-certs, "Subtree Inclusion
/// Proofs").
public struct SubtreeInclusionProof: Hashable, Sendable {
  /// The leaf's position in the whole tree.
  public let index: UInt64
  /// The interval the proof is about.
  public let subtree: Subtree
  /// The sibling hashes from the leaf up to below the subtree's root.
  public let hashes: [SHA256Digest]

  /// Holds what was received; `check` decides what it is worth.
  public init(index: UInt64, subtree: Subtree, hashes: [SHA256Digest]) {
    self.index = index
    self.subtree = subtree
    self.hashes = hashes
  }

  /// Makes the proof out of a tree that holds at least the subtree.
  ///
  /// - Throws: `ProofError.indexOutsideSubtree`, or what the reader throws.
  public static func make(
    index: UInt64, subtree: Subtree, reader: some NodeHashReader
  ) throws -> SubtreeInclusionProof {
    guard index >= subtree.start && index < subtree.end else {
      throw ProofError.indexOutsideSubtree(
        index: index, start: subtree.start, end: subtree.end)
    }
    let plan = ProofPlan.inclusion(index: index, in: subtree)
    return SubtreeInclusionProof(
      index: index, subtree: subtree, hashes: try plan.hashes(reader: reader))
  }

  /// Returns if the leaf is at `index` of the subtree with `subtreeHash`; throws otherwise.
  public func check(leafHash: SHA256Digest, subtreeHash: SHA256Digest) throws(ProofError) {
    guard index >= subtree.start && index < subtree.end else {
      throw .indexOutsideSubtree(index: index, start: subtree.start, end: subtree.end)
    }
    try InclusionProof(index: index - subtree.start, treeSize: subtree.size, hashes: hashes)
      .check(leafHash: leafHash, root: subtreeHash)
  }
}

/// Proof that the leaves of a subtree are those of the tree at that place (same draft, "Subtree
/// Consistency Proofs").
public struct SubtreeConsistencyProof: Hashable, Sendable {
  /// The interval the proof is about.
  public let subtree: Subtree
  /// The number of leaves of the tree.
  public let treeSize: UInt64
  /// The hashes, in the order of the draft.
  public let hashes: [SHA256Digest]

  /// Holds what was received; `check` decides what it is worth.
  public init(subtree: Subtree, treeSize: UInt64, hashes: [SHA256Digest]) {
    self.subtree = subtree
    self.treeSize = treeSize
    self.hashes = hashes
  }

  /// Makes the proof out of a tree of at least `treeSize` leaves.
  ///
  /// - Throws: `ProofError.subtreeBeyondTree`, or what the reader throws.
  public static func make(
    subtree: Subtree, treeSize: UInt64, reader: some NodeHashReader
  ) throws -> SubtreeConsistencyProof {
    guard subtree.end <= treeSize else {
      throw ProofError.subtreeBeyondTree(end: subtree.end, treeSize: treeSize)
    }
    let plan = ProofPlan.consistency(of: subtree, treeSize: treeSize)
    return SubtreeConsistencyProof(
      subtree: subtree, treeSize: treeSize, hashes: try plan.hashes(reader: reader))
  }

  /// Returns if the tree with `root` holds the subtree with `subtreeHash`; throws otherwise.
  ///
  /// An empty subtree is part of every tree: then `root` is not looked at.
  public func check(subtreeHash: SHA256Digest, root: SHA256Digest) throws(ProofError) {
    guard subtree.end <= treeSize else {
      throw .subtreeBeyondTree(end: subtree.end, treeSize: treeSize)
    }
    let isEmpty = subtree.size == 0
    let expected =
      isEmpty ? 0 : ProofEvaluation.consistencyHashCount(subtree, treeSize: treeSize)
    guard hashes.count == expected else {
      throw .wrongHashCount(expected: expected, found: hashes.count)
    }
    if isEmpty {
      guard subtreeHash == MerkleHash.empty else {
        throw .earlierRootMismatch(expected: subtreeHash, computed: MerkleHash.empty)
      }
      return
    }
    let computed = ProofEvaluation.consistencyRoots(
      subtree, treeSize: treeSize, subtreeHash: subtreeHash, hashes: hashes)
    guard computed.subtree == subtreeHash else {
      throw .earlierRootMismatch(expected: subtreeHash, computed: computed.subtree)
    }
    guard computed.tree == root else {
      throw .rootMismatch(expected: root, computed: computed.tree)
    }
  }
}
