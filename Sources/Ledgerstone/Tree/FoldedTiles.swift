internal import LedgerCryptography
internal import MerkleLog

/// Consecutive hashes of one level with the nodes above them, as far as they are complete.
final class FoldedHashes: Sendable {
  /// Row behind row; row r has the nodes r levels above the hashes.
  private let rows: [SHA256Digest]
  /// Of the lowest row.
  let count: Int

  /// - Parameter hashes: at least one; the first is at a multiple of what a whole row has.
  init(_ hashes: [SHA256Digest]) {
    var rows = hashes
    rows.reserveCapacity(2 * hashes.count)
    var (start, count) = (0, hashes.count)
    while count > 1 {
      for position in 0..<count / 2 {
        rows.append(MerkleHash.node(rows[start + 2 * position], rows[start + 2 * position + 1]))
      }
      (start, count) = (start + count, count / 2)
    }
    self.rows = rows
    self.count = hashes.count
  }

  /// The node over `range` of the hashes, of which there is a power of two.
  func node(over range: Range<Int>) -> SHA256Digest {
    let height = range.count.trailingZeroBitCount
    var (start, count) = (0, self.count)
    for _ in 0..<height { (start, count) = (start + count, count / 2) }
    return rows[start + range.lowerBound >> height]
  }
}

/// What of a tile is folded and kept by itself.
enum TilePart: Hashable, Sendable {
  /// A tile above the lowest level, which stands for 65,536 records or more.
  case whole(TileCoordinate)
  /// Of a tile of leaf hashes, of which a ledger has many: the nodes over its complete groups.
  case crown(TileCoordinate)
  /// `groupWidth` leaf hashes of such a tile, or what its last group has.
  case group(Int, of: TileCoordinate)

  /// An eighth of a tile: reading and folding as many hashes takes about as long as the rest of a
  /// proof, and a crown takes a thirty-second of the memory of its tile, folded.
  static let groupWidth = 32
}

/// Node hashes out of parts of tiles that are folded once.
///
/// A proof goes through about one tile for 256 times the records. Those above the lowest level are
/// the same for many proofs. Of the lowest one most of the work, its crown, is kept, in a
/// thirty-second of the memory; the group is read for each proof.
struct FoldedTileReader<Source: TilePartReader>: NodeHashReader {
  let source: Source
  let treeSize: UInt64
  let cache: ProofCache

  func hashes(at coordinates: [TreeCoordinate]) throws -> [SHA256Digest] {
    var hashes: [SHA256Digest] = []
    hashes.reserveCapacity(coordinates.count)
    // The nodes of a proof come part by part.
    var last: (part: TilePart, folded: FoldedHashes)?
    for node in coordinates {
      guard let (tile, range) = Tiles.location(of: node, treeSize: treeSize) else {
        throw TileError.nodeBeyondTree(node: node, treeSize: treeSize)
      }
      let (part, place) = Self.place(of: range, in: tile)
      let folded: FoldedHashes
      if let last, last.part == part {
        folded = last.folded
      } else {
        folded = try self.folded(part)
        last = (part, folded)
      }
      hashes.append(folded.node(over: place))
    }
    return hashes
  }

  /// The part that has the node over `range` of a tile's hashes, and where in it.
  private static func place(
    of range: Range<Int>, in tile: TileCoordinate
  ) -> (part: TilePart, range: Range<Int>) {
    let width = TilePart.groupWidth
    if tile.level > 0 { return (.whole(tile), range) }
    if range.count < width {
      let start = range.lowerBound % width
      return (.group(range.lowerBound / width, of: tile), start..<start + range.count)
    }
    return (.crown(tile), range.lowerBound / width..<range.upperBound / width)
  }

  private func folded(_ part: TilePart) throws -> FoldedHashes {
    if let known = cache[part] { return known }
    let folded: FoldedHashes
    switch part {
    case .whole(let tile): folded = FoldedHashes(try read(0..<tile.width, of: tile))
    case .group(let group, let tile):
      let start = group * TilePart.groupWidth
      folded = FoldedHashes(
        try read(start..<min(start + TilePart.groupWidth, tile.width), of: tile))
    case .crown(let tile):
      let width = TilePart.groupWidth
      let hashes = try read(0..<tile.width - tile.width % width, of: tile)
      folded = FoldedHashes(
        stride(from: 0, to: hashes.count, by: width).map {
          Tiles.fold(hashes[$0..<$0 + width])
        })
    }
    cache.remember(folded, as: part)
    return folded
  }

  private func read(_ range: Range<Int>, of tile: TileCoordinate) throws -> [SHA256Digest] {
    let hashes = try source.hashes(range, of: tile)
    guard hashes.count == range.count else {
      throw TileError.wrongHashCount(tile: tile, found: hashes.count)
    }
    return hashes
  }
}

/// Where tiles come from of which parts can be had alone.
protocol TilePartReader {
  /// The hashes of `tile` in `range`: exactly these, or it throws.
  func hashes(_ range: Range<Int>, of tile: TileCoordinate) throws -> [SHA256Digest]
}
