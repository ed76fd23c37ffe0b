import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import Ledgerstone

/// Folded tiles against the tree as the RFC defines it.
@Suite struct FoldedTileTests {
  private struct Row: TilePartReader {
    let tree: NaiveTree
    /// The tile whose first hash is another.
    var damaged: TileCoordinate?
    /// Gives one hash too few.
    var isShort = false

    func hashes(_ range: Range<Int>, of tile: TileCoordinate) throws -> [SHA256Digest] {
      let span = 1 << (8 * tile.level)
      return range.dropLast(isShort ? 1 : 0).map { position in
        if tile == damaged, position == 0 { return .zero }
        let start = (Int(tile.index) * 256 + position) * span
        return tree.hash(start, start + span)
      }
    }
  }

  @Test(arguments: [1, 2, 3, 31, 32, 33, 63, 65, 255, 256, 257, 287, 288, 300, 513, 1_100])
  func provesAsTheTree(_ size: Int)
    throws
  {
    let tree = NaiveTree(count: size)
    let cache = ProofCache()
    let reader = FoldedTileReader(
      source: Row(tree: tree), treeSize: UInt64(size), cache: cache)
    // Twice: the second time out of the cache.
    for _ in 0..<2 {
      for index in stride(from: 0, to: size, by: max(1, size / 40)) {
        let proof = try InclusionProof.make(
          index: UInt64(index), treeSize: UInt64(size), reader: reader)
        #expect(proof.hashes == tree.path(index, 0, size))
      }
    }
  }

  @Test func aTileOfAnotherWidthIsAnother() throws {
    let cache = ProofCache()
    let tree = NaiveTree(count: 300)
    for size in [300, 290, 300, 257] as [UInt64] {
      let reader = FoldedTileReader(
        source: Row(tree: tree), treeSize: size, cache: cache)
      let proof = try InclusionProof.make(index: 256, treeSize: size, reader: reader)
      #expect(proof.hashes == tree.path(256, 0, Int(size)))
    }
  }

  @Test func whatIsWrongIsForgotten() throws {
    let tree = NaiveTree(count: 300)
    let cache = ProofCache()
    let coordinate = TileCoordinate(level: 0, index: 0)
    let bad = FoldedTileReader(
      source: Row(tree: tree, damaged: coordinate), treeSize: 300, cache: cache)
    let wrong = try InclusionProof.make(index: 1, treeSize: 300, reader: bad)
    #expect(throws: ProofError.self) {
      try wrong.check(leafHash: tree.leafHash(1), root: tree.hash(0, 300))
    }
    cache.forgetTiles()
    let good = FoldedTileReader(
      source: Row(tree: tree), treeSize: 300, cache: cache)
    let proof = try InclusionProof.make(index: 1, treeSize: 300, reader: good)
    try proof.check(leafHash: tree.leafHash(1), root: tree.hash(0, 300))
    #expect(throws: TileError.self) {
      try good.hashes(at: [TreeCoordinate(level: 0, index: 300)])
    }
  }

  @Test(arguments: [0, 3, 4, 7, 8]) func aSourceThatGivesTooLittleIsAnError(_ level: Int) {
    let reader = FoldedTileReader(
      source: Row(tree: NaiveTree(count: 300), isShort: true), treeSize: 300,
      cache: ProofCache())
    #expect(throws: TileError.self) {
      try reader.hashes(at: [TreeCoordinate(level: level, index: 0)])
    }
  }

  /// Of a hundred tiles through a cache for four, the one asked for in between is read once.
  @Test func whatIsAskedForAgainStays() throws {
    final class Counted: TilePartReader {
      var readCounts: [TileCoordinate: Int] = [:]
      func hashes(_ range: Range<Int>, of tile: TileCoordinate) -> [SHA256Digest] {
        readCounts[tile, default: 0] += 1
        return range.map { SHA256Hasher.hash(Array("\(tile.level) \(tile.index) \($0)".utf8)) }
      }
    }
    for level in [1, 6, 9] {
      let source = Counted()
      let reader = FoldedTileReader(
        source: source, treeSize: 1 << 40,
        cache: ProofCache(wholeCountMax: 4, crownCountMax: 4, groupCountMax: 4))
      let inTile = UInt64(8 - level % 8)
      for index in 1...100 as ClosedRange<UInt64> {
        for tile in [index, 0] {
          _ = try reader.hashes(at: [TreeCoordinate(level: level, index: tile << inTile)])
        }
      }
      #expect(source.readCounts.count == 101)
      #expect(source.readCounts.values.allSatisfy { $0 == 1 })
    }
  }

  /// More groups and tiles than are kept: dropping them loses nothing.
  @Test func whatIsDroppedIsReadAgain() throws {
    /// The hash of a place tells it from all others; no tree is needed to compare.
    struct Places: TilePartReader {
      func hashes(_ range: Range<Int>, of tile: TileCoordinate) -> [SHA256Digest] {
        range.map { SHA256Hasher.hash(Array("\(tile.level) \(tile.index) \($0)".utf8)) }
      }
    }
    let treeSize: UInt64 = 1 << 40
    let cache = ProofCache(wholeCountMax: 512, crownCountMax: 300, groupCountMax: 64)
    let reader = FoldedTileReader(source: Places(), treeSize: treeSize, cache: cache)
    let plain = TileNodeHashReader(source: PlacesByTile(places: Places()), treeSize: treeSize)
    for step in 0..<600 as Range<UInt64> {
      let nodes = [0, 2, 7, 9].map {
        TreeCoordinate(level: $0, index: (step % 550) << UInt64(16 - $0))
      }
      #expect(try reader.hashes(at: nodes) == plain.hashes(at: nodes))
    }

    struct PlacesByTile: TileReader {
      let places: Places
      func tile(at coordinate: TileCoordinate) -> [SHA256Digest] {
        places.hashes(0..<coordinate.width, of: coordinate)
      }
    }
  }
}
