import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Synchronization
import Testing

/// Tiles cut from a naive tree, and proofs made from nothing else.
@Suite struct TileReaderTests {
  /// A tree over three levels of tiles would be 65,536 leaves; two with partial ends suffice.
  static let tree = NaiveTree(
    entries: (0..<1_111).map { [UInt8($0 >> 8), UInt8($0 & 255)] })
  static let nodes = NaiveNodeReader(tree)

  final class Source: TileReader {
    let asked = Mutex<[TileCoordinate]>([])
    let surplus: Int

    init(surplus: Int = 0) { self.surplus = surplus }

    func tile(at coordinate: TileCoordinate) throws -> [SHA256Digest] {
      asked.withLock { $0.append(coordinate) }
      let level = TileReaderTests.nodes.levels[8 * coordinate.level]
      let start = 256 * Int(coordinate.index)
      let tile = Array(level[start..<(start + coordinate.width)])
      return surplus < 0
        ? tile.dropLast(-surplus) : tile + [SHA256Digest](repeating: .zero, count: surplus)
    }
  }

  @Test(arguments: [1, 2, 255, 256, 257, 511, 512, 1_000, 1_024, 1_111])
  func proofsFromTilesEqualTheNaiveOnes(_ size: Int) throws {
    let root = Self.tree.hash(0, size)
    for index in Set([0, 1, size / 3, size / 2, size - 1]).filter({ $0 < size }) {
      let source = Source()
      let reader = TileNodeHashReader(source: source, treeSize: UInt64(size))
      let proof = try InclusionProof.make(
        index: UInt64(index), treeSize: UInt64(size), reader: reader)
      #expect(proof.hashes == Self.tree.path(index, 0, size), "\(index) of \(size)")
      try proof.check(leafHash: Self.tree.leafHash(index), root: root)
      let asked = source.asked.withLock { $0 }
      #expect(Set(asked).count == asked.count, "a tile was read twice")
      for tile in asked {
        #expect(
          Tiles.tile(level: tile.level, index: tile.index, treeSize: UInt64(size)) == tile)
      }
    }
    for oldSize in [1, 100, 256, 257, 700, 1_024] where oldSize <= size {
      let reader = TileNodeHashReader(source: Source(), treeSize: UInt64(size))
      let proof = try ConsistencyProof.make(
        oldSize: UInt64(oldSize), newSize: UInt64(size), reader: reader)
      #expect(proof.hashes == Self.tree.proof(oldSize, size), "\(oldSize) to \(size)")
    }
  }

  @Test(arguments: [-1, 1])
  func refusesATileOfAnotherWidth(_ surplus: Int) {
    let reader = TileNodeHashReader(source: Source(surplus: surplus), treeSize: 300)
    let tile = TileCoordinate(level: 0, index: 1, width: 44)
    #expect(throws: TileError.wrongHashCount(tile: tile, found: 44 + surplus)) {
      try reader.hashes(at: [TreeCoordinate(level: 0, index: 299)])
    }
  }

  @Test func refusesANodeBeyondTheTree() {
    let reader = TileNodeHashReader(source: Source(), treeSize: 300)
    for node in [
      TreeCoordinate(level: 0, index: 300), TreeCoordinate(level: 1, index: 150),
      TreeCoordinate(level: 9, index: 0),
    ] {
      #expect(throws: TileError.nodeBeyondTree(node: node, treeSize: 300)) {
        try reader.hashes(at: [node])
      }
    }
  }

  @Test func bundlesBothWays() throws {
    let entries: [[UInt8]] = [
      [], [1], Array(repeating: 7, count: 255), Array(repeating: 8, count: 256),
      Array(repeating: 9, count: 65_535),
    ]
    var bundle: [UInt8] = []
    for entry in entries { EntryBundle.append(entry, to: &bundle) }
    #expect(bundle.starts(with: [0, 0, 0, 1, 1, 0, 255, 7]))
    #expect(try EntryBundle.decode(bundle, width: 5).map { Array($0) } == entries)
  }

  @Test func bundleDamageIsNamed() {
    let bundle: [UInt8] = [0, 2, 10, 11, 0, 1, 12]
    #expect(throws: EntryBundleError.tooFewEntries(expected: 3, found: 2)) {
      try EntryBundle.decode(bundle, width: 3)
    }
    #expect(throws: EntryBundleError.tooFewEntries(expected: 1, found: 0)) {
      try EntryBundle.decode([], width: 1)
    }
    #expect(throws: EntryBundleError.trailingBytes(offset: 4, count: 3)) {
      try EntryBundle.decode(bundle, width: 1)
    }
    #expect(throws: EntryBundleError.truncatedEntry(offset: 6, needed: 1, available: 0)) {
      try EntryBundle.decode(Array(bundle.dropLast()), width: 2)
    }
    #expect(throws: EntryBundleError.truncatedLength(offset: 4)) {
      try EntryBundle.decode(Array(bundle.dropLast(2)), width: 2)
    }
    #expect(throws: EntryBundleError.truncatedEntry(offset: 2, needed: 2, available: 1)) {
      try EntryBundle.decode([0, 2, 10], width: 1)
    }
  }
}
