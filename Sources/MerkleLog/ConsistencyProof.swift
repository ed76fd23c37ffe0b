public import LedgerCryptography

/// Proof that a tree is an earlier one with leaves appended (RFC 6962 §2.1.2, RFC 9162 §2.1.4).
///
/// From an empty tree, and between trees of the same size, it has no hashes.
public struct ConsistencyProof: Hashable, Sendable {
  /// The number of leaves of the earlier tree.
  public let oldSize: UInt64
  /// The number of leaves of the later tree.
  public let newSize: UInt64
  /// The hashes, in the order of the RFC.
  public let hashes: [SHA256Digest]

  /// Holds what was received; `check` decides what it is worth.
  public init(oldSize: UInt64, newSize: UInt64, hashes: [SHA256Digest]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.hashes = hashes
  }

  /// Makes the proof out of a tree of at least `newSize` leaves.
  ///
  /// - Throws: `ProofError.sizesOutOfOrder`, or what the reader throws.
  public static func make(
    oldSize: UInt64, newSize: UInt64, reader: some NodeHashReader
  ) throws -> ConsistencyProof {
    guard oldSize <= newSize else {
      throw ProofError.sizesOutOfOrder(oldSize: oldSize, newSize: newSize)
    }
    let plan = ProofPlan.consistency(of: Subtree(treeSize: oldSize), treeSize: newSize)
    return ConsistencyProof(
      oldSize: oldSize, newSize: newSize, hashes: try plan.hashes(reader: reader))
  }

  /// Returns if the tree with `newRoot` continues the one with `oldRoot`; throws otherwise.
  public func check(oldRoot: SHA256Digest, newRoot: SHA256Digest) throws(ProofError) {
    guard oldSize <= newSize else {
      throw .sizesOutOfOrder(oldSize: oldSize, newSize: newSize)
    }
    try SubtreeConsistencyProof(
      subtree: Subtree(treeSize: oldSize), treeSize: newSize, hashes: hashes
    ).check(subtreeHash: oldRoot, root: newRoot)
    // The empty tree needs no proof, so nothing above looked at the root of an empty new one.
    if newSize == 0, newRoot != MerkleHash.empty {
      throw .rootMismatch(expected: newRoot, computed: MerkleHash.empty)
    }
  }
}
