import LedgerCryptography
import LedgerTestSupport
import Testing

@testable import MerkleLog

/// Runs of leaves, hashed apart, against leaves that are appended one by one and the naive tree.
@Suite struct LeafRunTests {
  private static func run(_ leaves: Range<Int>, of tree: NaiveTree) -> LeafRun {
    LeafRun(firstLeaf: UInt64(leaves.lowerBound), leaves: leaves.map { tree.leafHash($0) })
  }

  @Test func anyTwoRunsGiveTheTree() {
    let tree = NaiveTree(count: 70)
    for middle in 0...70 {
      for end in middle...70 {
        var frontier = TreeFrontier()
        frontier.append(Self.run(0..<middle, of: tree))
        #expect(frontier.root == tree.hash(0, middle))
        frontier.append(Self.run(middle..<end, of: tree))
        #expect(frontier.size == UInt64(end))
        #expect(frontier.root == tree.hash(0, end), "\(middle), \(end)")
      }
    }
  }

  @Test func nodesAreTheLargestThatAreComplete() {
    let tree = NaiveTree(count: 800)
    // 5, 6..<8, 8..<16, ..., and none over more than a tile.
    let run = Self.run(5..<777, of: tree)
    let expected = [
      (5, 0), (6, 1), (8, 3), (16, 4), (32, 5), (64, 6), (128, 7), (256, 8), (512, 8), (768, 3),
      (776, 0),
    ]
    #expect(run.nodes.map(\.level) == expected.map(\.1))
    #expect(run.nodes.map(\.hash) == expected.map { tree.hash($0.0, $0.0 + 1 << $0.1) })
    #expect(Self.run(5..<5, of: tree).nodes.isEmpty)
  }

  /// Runs of every length between 1 and some thousand, through more than two tiles of level 1.
  @Test func tilesAreReportedAsLeafByLeaf() {
    var generator = DiskGenerator(seed: 20_261_128)
    var oneByOne = TreeFrontier()
    var inRuns = TreeFrontier()
    var expected: [Int: [SHA256Digest]] = [:]
    var found: [Int: [SHA256Digest]] = [:]
    while inRuns.size < 140_000 {
      let first = inRuns.size
      let countMax: UInt64 = [1, 3, 300, 5_000].randomElement(using: &generator) ?? 1
      let count = UInt64.random(in: 0...countMax, using: &generator)
      let leaves = (first..<first + count).map { SHA256Hasher.hash(Array("\($0)".utf8)) }
      for leaf in leaves {
        oneByOne.append(leaf) { level, _, hash in
          if [8, 16].contains(level) { expected[level, default: []].append(hash) }
        }
      }
      inRuns.append(LeafRun(firstLeaf: first, leaves: leaves)) { level, hash in
        found[level, default: []].append(hash)
      }
      #expect(inRuns == oneByOne)
      #expect(found == expected)
    }
    #expect(found[8]?.count == Int(inRuns.size / 256))
    #expect(found[16]?.count == 2)
  }
}
