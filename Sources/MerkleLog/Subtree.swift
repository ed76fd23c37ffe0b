public import LedgerCryptography

/// An interval of leaves whose own tree can be proven consistent with the whole one
/// (draft-ietf-plants-merkle-tree-certs, "Definition of a Subtree").
public struct Subtree: Hashable, Sendable {
  /// The first leaf.
  public let start: UInt64
  /// One past the last leaf.
  public let end: UInt64

  /// The number of leaves.
  public var size: UInt64 { end - start }

  /// The interval; nil unless `start <= end` and `start` is a multiple of the smallest power of
  /// two that is not below the number of leaves.
  public init?(start: UInt64, end: UInt64) {
    guard start <= end else { return nil }
    let size = end - start
    // Beyond 2^63 leaves that power of two is 2^64, of which only 0 is a multiple.
    if size > 1 << 63 {
      guard start == 0 else { return nil }
    } else if size > 1 {
      let mask = UInt64.max >> UInt64((size - 1).leadingZeroBitCount)
      guard start & mask == 0 else { return nil }
    }
    self.start = start
    self.end = end
  }

  /// The whole tree of `size` leaves.
  init(treeSize: UInt64) {
    start = 0
    end = treeSize
  }

  private init(uncheckedStart start: UInt64, end: UInt64) {
    self.start = start
    self.end = end
  }

  /// Two adjacent subtrees that together hold `interval`, end where it ends and begin at most
  /// half the first one's leaves before it (same draft, "Selecting Two Subtrees").
  public static func covering(_ interval: Range<UInt64>) -> (left: Subtree, right: Subtree) {
    let start = interval.lowerBound
    let end = interval.upperBound
    if end - start <= 1 {
      return (
        Subtree(uncheckedStart: start, end: end), Subtree(uncheckedStart: end, end: end)
      )
    }
    let last = end - 1
    // The bit where the paths of the first and the last leaf part.
    let split = UInt64(63 - (start ^ last).leadingZeroBitCount)
    let mask: UInt64 = (1 << split) - 1
    let middle = last & ~mask
    let leftHeight = UInt64(64 - (~start & mask).leadingZeroBitCount)
    let leftStart = start & ~((1 << leftHeight) - 1)
    return (
      Subtree(uncheckedStart: leftStart, end: middle),
      Subtree(uncheckedStart: middle, end: end)
    )
  }

  /// The hash of this interval's own tree. O(log size) nodes are read, in one call.
  public func hash(reader: some NodeHashReader) throws -> SHA256Digest {
    var plan = ProofPlan()
    plan.append(start: start, end: end)
    return try plan.hashes(reader: reader)[0]
  }
}
