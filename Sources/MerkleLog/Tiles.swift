public import LedgerCryptography

/// The geometry of a tree served as tiles (c2sp.org/tlog-tiles, tile height 8).
///
/// A tile is a run of up to 256 consecutive hashes of one level in eight; the levels between are
/// computed from it. Levels of tiles count 0, 1, 2… for the tree's levels 0, 8, 16….
public enum Tiles {
  /// How many levels of the tree lie between one level of tiles and the next: 8.
  public static let height = 8
  /// The number of hashes of a full tile: 256.
  public static let width = 256
  /// The highest level of tiles that a tree of fewer than 2^64 leaves has.
  public static let levelMax = 7

  /// How many hashes all tiles of `level` hold together for a tree of `treeSize` leaves.
  public static func hashCount(level: Int, treeSize: UInt64) -> UInt64 {
    precondition(level >= 0, "a level is not negative")
    return level > levelMax ? 0 : treeSize >> UInt64(height * level)
  }

  /// How many full tiles `level` has.
  public static func fullTileCount(level: Int, treeSize: UInt64) -> UInt64 {
    hashCount(level: level, treeSize: treeSize) / UInt64(width)
  }

  /// How many hashes the partial tile at the right end of `level` has; 0 if there is none.
  public static func partialTileWidth(level: Int, treeSize: UInt64) -> Int {
    Int(hashCount(level: level, treeSize: treeSize) % UInt64(width))
  }

  /// Tile `index` of `level` as it is for a tree of `treeSize` leaves; nil if that has none.
  public static func tile(level: Int, index: UInt64, treeSize: UInt64) -> TileCoordinate? {
    let full = fullTileCount(level: level, treeSize: treeSize)
    if index < full { return TileCoordinate(level: level, index: index) }
    let partial = partialTileWidth(level: level, treeSize: treeSize)
    guard index == full, partial > 0 else { return nil }
    return TileCoordinate(level: level, index: index, width: partial)
  }

  /// Where a node's hash comes from: the tile, as it is for a tree of `treeSize` leaves, and the
  /// hashes in it to fold (a power of two of them). Nil if the node is not complete in that tree.
  public static func location(
    of node: TreeCoordinate, treeSize: UInt64
  ) -> (tile: TileCoordinate, hashes: Range<Int>)? {
    guard node.index < treeSize >> UInt64(node.level) else { return nil }
    let rest = UInt64(node.level % height)
    let first = node.index << rest
    let level = node.level / height
    guard let tile = tile(level: level, index: first / UInt64(width), treeSize: treeSize) else {
      return nil
    }
    let offset = Int(first % UInt64(width))
    return (tile, offset..<(offset + (1 << Int(rest))))
  }

  /// The tiles that hold `nodes`, each once, in the order of first need. Nodes that are not
  /// complete in a tree of `treeSize` leaves are passed over.
  public static func tiles(
    for nodes: [TreeCoordinate], treeSize: UInt64
  ) -> [TileCoordinate] {
    var seen: Set<TileCoordinate> = []
    var tiles: [TileCoordinate] = []
    for node in nodes {
      guard let tile = location(of: node, treeSize: treeSize)?.tile else { continue }
      if seen.insert(tile).inserted { tiles.append(tile) }
    }
    return tiles
  }

  /// The hash of the node over `hashes`, of which there is a power of two.
  public static func fold(_ hashes: ArraySlice<SHA256Digest>) -> SHA256Digest {
    precondition(hashes.count.nonzeroBitCount == 1, "a node covers a power of two of hashes")
    var row = Array(hashes)
    var count = row.count
    while count > 1 {
      count /= 2
      for position in 0..<count {
        row[position] = MerkleHash.node(row[2 * position], row[2 * position + 1])
      }
    }
    return row[0]
  }
}
