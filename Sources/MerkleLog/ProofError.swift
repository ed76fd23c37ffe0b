public import LedgerCryptography

/// Why a proof was not accepted, or could not be made.
///
/// `rootMismatch` and `earlierRootMismatch` are findings about what the proof claims; all others
/// say that it is no proof of anything, see `isMalformed`.
public enum ProofError: Error, Hashable, Sendable {
  /// There is no leaf `index` in a tree of `treeSize` leaves.
  case indexBeyondSize(index: UInt64, treeSize: UInt64)
  /// The leaf is not one of the subtree's.
  case indexOutsideSubtree(index: UInt64, start: UInt64, end: UInt64)
  /// A tree of `newSize` leaves is smaller than one of `oldSize`.
  case sizesOutOfOrder(oldSize: UInt64, newSize: UInt64)
  /// The tree of `treeSize` leaves ends before the subtree does.
  case subtreeBeyondTree(end: UInt64, treeSize: UInt64)
  /// Positions and sizes determine the number of hashes, and it is another one.
  case wrongHashCount(expected: Int, found: Int)
  /// The hashes lead to another root than the one given.
  case rootMismatch(expected: SHA256Digest, computed: SHA256Digest)
  /// The hashes lead to another root of the earlier tree, or hash of the subtree, than given.
  case earlierRootMismatch(expected: SHA256Digest, computed: SHA256Digest)

  /// Whether the proof is none at all, as opposed to one of something else.
  public var isMalformed: Bool {
    switch self {
    case .rootMismatch, .earlierRootMismatch: false
    default: true
    }
  }
}
