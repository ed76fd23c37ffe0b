public import LedgerCryptography

/// The place of a complete node: the root of the leaves `index << level ..< (index + 1) << level`.
///
/// Only complete nodes have a coordinate; once there they never change as the tree grows.
public struct TreeCoordinate: Hashable, Sendable {
  /// The height above the leaves, which are at level 0.
  public let level: Int
  /// The position within the level, from the left.
  public let index: UInt64

  /// Names the node `index` of `level`.
  public init(level: Int, index: UInt64) {
    precondition(level >= 0 && level < 64, "a level is 0 to 63")
    self.level = level
    self.index = index
  }
}

/// Where proofs get their hashes from: tree files, tiles, or memory.
public protocol NodeHashReader {
  /// The hashes of the nodes asked for.
  ///
  /// Must return exactly as many hashes as coordinates, in the same order, or throw. All nodes of
  /// a proof are asked for in one call.
  func hashes(at coordinates: [TreeCoordinate]) throws -> [SHA256Digest]
}
