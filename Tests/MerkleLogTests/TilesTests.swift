import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@Suite struct TilesTests {
  /// The sizes worked out in tlog-tiles for a tree of 70,000.
  @Test func geometryOfSeventyThousand() {
    let size: UInt64 = 70_000
    #expect(Tiles.fullTileCount(level: 0, treeSize: size) == 273)
    #expect(Tiles.partialTileWidth(level: 0, treeSize: size) == 112)
    #expect(Tiles.fullTileCount(level: 1, treeSize: size) == 1)
    #expect(Tiles.partialTileWidth(level: 1, treeSize: size) == 17)
    #expect(Tiles.fullTileCount(level: 2, treeSize: size) == 0)
    #expect(Tiles.partialTileWidth(level: 2, treeSize: size) == 1)
    #expect(Tiles.hashCount(level: 3, treeSize: size) == 0)
    #expect(Tiles.tile(level: 0, index: 272, treeSize: size)?.width == 256)
    #expect(Tiles.tile(level: 0, index: 273, treeSize: size)?.path == "tile/0/273.p/112")
    #expect(Tiles.tile(level: 0, index: 274, treeSize: size) == nil)
    #expect(Tiles.tile(level: 1, index: 1, treeSize: size)?.path == "tile/1/001.p/17")
    #expect(Tiles.tile(level: 2, index: 0, treeSize: size)?.path == "tile/2/000.p/1")
    #expect(Tiles.tile(level: 3, index: 0, treeSize: size) == nil)
  }

  /// "A tree of size 256" of the same text.
  @Test func geometryOfOneFullTile() {
    #expect(Tiles.tile(level: 0, index: 0, treeSize: 256) == TileCoordinate(level: 0, index: 0))
    #expect(Tiles.tile(level: 0, index: 1, treeSize: 256) == nil)
    #expect(
      Tiles.tile(level: 1, index: 0, treeSize: 256)
        == TileCoordinate(level: 1, index: 0, width: 1))
    #expect(Tiles.tile(level: 0, index: 0, treeSize: 0) == nil)
    #expect(Tiles.hashCount(level: 7, treeSize: .max) == 255)
    #expect(Tiles.hashCount(level: 8, treeSize: .max) == 0)
    #expect(Tiles.hashCount(level: 63, treeSize: .max) == 0)
  }

  static let paths: [(coordinate: TileCoordinate, path: String)] = [
    (TileCoordinate(level: 0, index: 1_234_067), "tile/0/x001/x234/067"),
    (TileCoordinate(level: 0, index: 0), "tile/0/000"),
    (TileCoordinate(level: 63, index: 999, width: 255), "tile/63/999.p/255"),
    (TileCoordinate(level: 10, index: 1000, width: 1), "tile/10/x001/000.p/1"),
    (TileCoordinate(level: 0, index: 1_234), "tile/0/x001/234"),
    (
      TileCoordinate(level: 0, index: .max, width: 9),
      "tile/0/x018/x446/x744/x073/x709/x551/615.p/9"
    ),
  ]

  @Test(arguments: paths.indices)
  func pathsBothWays(_ position: Int) {
    let (coordinate, path) = Self.paths[position]
    #expect(coordinate.path == path)
    #expect(TileCoordinate(path: path) == coordinate)
    let entries = EntryBundleCoordinate(index: coordinate.index, width: coordinate.width)
    #expect(EntryBundleCoordinate(path: entries.path) == entries)
    #expect(entries.path.hasPrefix("tile/entries/"))
    #expect(path.hasSuffix(entries.path.dropFirst("tile/entries".count)))
  }

  @Test(arguments: [
    "", "tile", "tile/", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile//000",
    "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/+1/000", "tile/x/000",
    "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000", "tile/0/x000/000", "tile/0/x000/001",
    "tile/0/001/000", "tile/0/x001/x000", "tile/0/X001/000", "tile/0/x01/000", "tile/0/ 00",
    "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
    "tile/0/000.p/1/", "tile/0/000.p/+1", "tile/0/000p/1", "tile/0/.p/1", "tile/0/00.p/1",
    "tile/0/000.P/1", "tile/0/000.p/1.p/1", "tile/0/x018/x446/x744/x073/x709/x551/616",
    "tile/0/x001/x000/x000/x000/x000/x000/x000/000", "tile/entries", "tile/entries/",
    "tile/entries/0/000", "tiles/0/000", "tile/0/０00",
  ])
  func refusesPath(_ path: String) {
    #expect(TileCoordinate(path: path) == nil)
    #expect(EntryBundleCoordinate(path: path) == nil)
    let entries = path.replacingPrefix("tile/0/", with: "tile/entries/")
    #expect(EntryBundleCoordinate(path: entries) == nil)
  }

  @Test func locatesNodes() {
    let size: UInt64 = 70_000
    func location(_ level: Int, _ index: UInt64) -> (String, Range<Int>)? {
      Tiles.location(of: TreeCoordinate(level: level, index: index), treeSize: size)
        .map { ($0.tile.path, $0.hashes) }
    }
    #expect(location(0, 69_999)! == ("tile/0/273.p/112", 111..<112))
    #expect(location(0, 70_000) == nil)
    #expect(location(7, 1)! == ("tile/0/000", 128..<256))
    #expect(location(3, 8_749)! == ("tile/0/273.p/112", 104..<112))
    #expect(location(3, 8_750) == nil)
    #expect(location(8, 272)! == ("tile/1/001.p/17", 16..<17))
    #expect(location(8, 273) == nil)
    #expect(location(12, 16)! == ("tile/1/001.p/17", 0..<16))
    #expect(location(16, 0)! == ("tile/2/000.p/1", 0..<1))
    #expect(location(17, 0) == nil)
    #expect(location(63, 0) == nil)
    let nodes = [
      TreeCoordinate(level: 0, index: 5), TreeCoordinate(level: 2, index: 3),
      TreeCoordinate(level: 16, index: 0), TreeCoordinate(level: 40, index: 0),
    ]
    #expect(
      Tiles.tiles(for: nodes, treeSize: size).map(\.path) == ["tile/0/000", "tile/2/000.p/1"])
  }
}

extension String {
  fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
    hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
  }
}
