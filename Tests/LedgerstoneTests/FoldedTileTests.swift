import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import Ledgerstone

/// Folded tiles against the tree as the RFC defines it.
@Suite struct FoldedTileTests {
  private struct Row: TileReader {
    let tree: NaiveTree
    let damaged: TileCoordinate?

    func tile(at coordinate: TileCoordinate) throws -> [SHA256Digest] {
      let span = 1 << (8 * coordinate.level)
      var hashes = (0..<coordinate.width).map { position in
        let start = (Int(coordinate.index) * 256 + position) * span
        return tree.hash(start, start + span)
      }
      if coordinate == damaged { hashes[0] = .zero }
      return hashes
    }
  }

  @Test(arguments: [1, 2, 3, 255, 256, 257, 300, 513, 1_100]) func provesAsTheTree(_ size: Int)
    throws
  {
    let tree = NaiveTree(count: size)
    let cache = ProofCache()
    let reader = FoldedTileReader(
      source: Row(tree: tree, damaged: nil), treeSize: UInt64(size), cache: cache)
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
        source: Row(tree: tree, damaged: nil), treeSize: size, cache: cache)
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
      source: Row(tree: tree, damaged: nil), treeSize: 300, cache: cache)
    let proof = try InclusionProof.make(index: 1, treeSize: 300, reader: good)
    try proof.check(leafHash: tree.leafHash(1), root: tree.hash(0, 300))
    #expect(throws: TileError.self) {
      try good.hashes(at: [TreeCoordinate(level: 0, index: 300)])
    }
  }
}
