public import LedgerCryptography

/// Proof that a leaf is in a tree (RFC 6962 §2.1.1, RFC 9162 §2.1.3).
public struct InclusionProof: Hashable, Sendable {
  /// The leaf's position, from 0.
  public let index: UInt64
  /// The number of leaves of the tree.
  public let treeSize: UInt64
  /// The sibling hashes from the leaf up to below the root.
  public let hashes: [SHA256Digest]

  /// Holds what was received; `check` decides what it is worth.
  public init(index: UInt64, treeSize: UInt64, hashes: [SHA256Digest]) {
    self.index = index
    self.treeSize = treeSize
    self.hashes = hashes
  }

  /// Makes the proof for the tree of `treeSize` leaves that `reader` reaches at least to.
  ///
  /// - Throws: `ProofError.indexBeyondSize`, or what the reader throws.
  /// - Complexity: O(log treeSize) to the square hashes in the worst case, one call of the reader.
  public static func make(
    index: UInt64, treeSize: UInt64, reader: some NodeHashReader
  ) throws -> InclusionProof {
    guard index < treeSize else {
      throw ProofError.indexBeyondSize(index: index, treeSize: treeSize)
    }
    let plan = ProofPlan.inclusion(index: index, in: Subtree(treeSize: treeSize))
    return InclusionProof(
      index: index, treeSize: treeSize, hashes: try plan.hashes(reader: reader))
  }

  /// The root that follows from `leafHash` and the proof.
  ///
  /// - Throws: `indexBeyondSize`, `wrongHashCount`.
  public func root(leafHash: SHA256Digest) throws(ProofError) -> SHA256Digest {
    guard index < treeSize else { throw .indexBeyondSize(index: index, treeSize: treeSize) }
    let expected = ProofEvaluation.inclusionHashCount(index: index, size: treeSize)
    guard hashes.count == expected else {
      throw .wrongHashCount(expected: expected, found: hashes.count)
    }
    return ProofEvaluation.inclusionRoot(
      index: index, size: treeSize, leafHash: leafHash, hashes: hashes)
  }

  /// Returns if the leaf with `leafHash` is at `index` of the tree with `root`; throws otherwise.
  public func check(leafHash: SHA256Digest, root: SHA256Digest) throws(ProofError) {
    let computed = try self.root(leafHash: leafHash)
    guard computed == root else { throw .rootMismatch(expected: root, computed: computed) }
  }
}
