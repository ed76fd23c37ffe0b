public import LedgerCryptography

/// Where tiles come from: files, a network, or memory.
public protocol TileReader {
  /// The hashes of a tile.
  ///
  /// Must return exactly `width` hashes, or throw. Where only the full tile is kept, its first
  /// `width` hashes are the partial one.
  func tile(at coordinate: TileCoordinate) throws -> [SHA256Digest]
}

/// What tiles may fail to be.
public enum TileError: Error, Hashable, Sendable {
  /// A node was asked for that a tree of this size does not have complete.
  case nodeBeyondTree(node: TreeCoordinate, treeSize: UInt64)
  /// The source gave a tile of another width.
  case wrongHashCount(tile: TileCoordinate, found: Int)
}

/// Hashes of nodes out of the tiles of a tree of a given size.
///
/// Reads each tile once per call. Nothing it returns is verified: what is proven with it is, by
/// the check of the proof.
public struct TileNodeHashReader<Source: TileReader>: NodeHashReader {
  /// Where the tiles come from.
  public let source: Source
  /// The number of leaves, which determines the widths of the partial tiles.
  public let treeSize: UInt64

  /// Reads the tree of `treeSize` leaves from `source`.
  public init(source: Source, treeSize: UInt64) {
    self.source = source
    self.treeSize = treeSize
  }

  /// The hashes of `coordinates`; throws `TileError`, or what the source throws.
  public func hashes(at coordinates: [TreeCoordinate]) throws -> [SHA256Digest] {
    var tiles: [TileCoordinate: [SHA256Digest]] = [:]
    var hashes: [SHA256Digest] = []
    hashes.reserveCapacity(coordinates.count)
    for node in coordinates {
      guard let (coordinate, range) = Tiles.location(of: node, treeSize: treeSize) else {
        throw TileError.nodeBeyondTree(node: node, treeSize: treeSize)
      }
      let tile: [SHA256Digest]
      if let known = tiles[coordinate] {
        tile = known
      } else {
        tile = try source.tile(at: coordinate)
        guard tile.count == coordinate.width else {
          throw TileError.wrongHashCount(tile: coordinate, found: tile.count)
        }
        tiles[coordinate] = tile
      }
      hashes.append(Tiles.fold(tile[range]))
    }
    return hashes
  }
}
