internal import LedgerCryptography
internal import MerkleLog
internal import Synchronization

/// A tile with the nodes above its hashes, as far as they are complete: at most 511 hashes.
final class FoldedTile: Sendable {
  /// Row behind row; row r has the nodes r levels above the tile's hashes.
  private let hashes: [SHA256Digest]
  private let starts: [Int]

  init(_ row: [SHA256Digest]) {
    var hashes = row
    hashes.reserveCapacity(2 * row.count)
    var starts = [0]
    var (start, count) = (0, row.count)
    while count > 1 {
      for position in 0..<count / 2 {
        hashes.append(
          MerkleHash.node(hashes[start + 2 * position], hashes[start + 2 * position + 1]))
      }
      (start, count) = (start + count, count / 2)
      starts.append(start)
    }
    self.hashes = hashes
    self.starts = starts
  }

  /// The node over `range` of the tile's hashes, of which there is a power of two.
  func node(over range: Range<Int>) -> SHA256Digest {
    let row = range.count.trailingZeroBitCount
    return hashes[starts[row] + range.lowerBound >> row]
  }
}

/// What a reader keeps from proof to proof: tiles that were folded, and the note that was verified.
///
/// Nothing in it is trusted: each proof is checked against the signed root before it is given out,
/// and a cache with which that fails is emptied.
final class ProofCache: Sendable {
  private struct State {
    /// Of the lowest level, of which a ledger has many.
    var leafTiles: [TileCoordinate: FoldedTile] = [:]
    /// Of the levels above: one for 65,536 records.
    var tiles: [TileCoordinate: FoldedTile] = [:]
    var note: LedgerNote?
  }

  /// 16 KiB each.
  private static let tileCountMax = 512
  private let state = Mutex(State())

  var note: LedgerNote? { state.withLock { $0.note } }

  func remember(_ note: LedgerNote) { state.withLock { $0.note = note } }

  func tile(at coordinate: TileCoordinate) -> FoldedTile? {
    state.withLock { coordinate.level == 0 ? $0.leafTiles[coordinate] : $0.tiles[coordinate] }
  }

  func remember(_ tile: FoldedTile, at coordinate: TileCoordinate) {
    state.withLock { state in
      if coordinate.level == 0 {
        if state.leafTiles.count >= Self.tileCountMax { state.leafTiles.removeAll() }
        state.leafTiles[coordinate] = tile
      } else {
        if state.tiles.count >= Self.tileCountMax { state.tiles.removeAll() }
        state.tiles[coordinate] = tile
      }
    }
  }

  func forgetTiles() {
    state.withLock { state in
      state.leafTiles = [:]
      state.tiles = [:]
    }
  }
}

/// Node hashes out of tiles that are folded once: a proof takes about one tile for 256 times the
/// records, and those above the lowest level are the same for many.
struct FoldedTileReader<Source: TileReader>: NodeHashReader {
  let source: Source
  let treeSize: UInt64
  let cache: ProofCache

  func hashes(at coordinates: [TreeCoordinate]) throws -> [SHA256Digest] {
    var hashes: [SHA256Digest] = []
    hashes.reserveCapacity(coordinates.count)
    // The nodes of a proof come tile by tile.
    var last: (coordinate: TileCoordinate, tile: FoldedTile)?
    for node in coordinates {
      guard let (coordinate, range) = Tiles.location(of: node, treeSize: treeSize) else {
        throw TileError.nodeBeyondTree(node: node, treeSize: treeSize)
      }
      let tile: FoldedTile
      if let last, last.coordinate == coordinate {
        tile = last.tile
      } else {
        tile = try self.tile(at: coordinate)
        last = (coordinate, tile)
      }
      hashes.append(tile.node(over: range))
    }
    return hashes
  }

  private func tile(at coordinate: TileCoordinate) throws -> FoldedTile {
    if let known = cache.tile(at: coordinate) { return known }
    let row = try source.tile(at: coordinate)
    guard row.count == coordinate.width else {
      throw TileError.wrongHashCount(tile: coordinate, found: row.count)
    }
    let tile = FoldedTile(row)
    cache.remember(tile, at: coordinate)
    return tile
  }
}
