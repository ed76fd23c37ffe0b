import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@Suite struct TreeFrontierTests {
  static let tree = NaiveTree(count: 300)

  @Test func rootsEqualTheNaiveTree() {
    var frontier = TreeFrontier()
    #expect(frontier.root == Self.tree.hash(0, 0))
    for size in 1...300 {
      frontier.append(Self.tree.leafHash(size - 1))
      #expect(frontier.size == UInt64(size))
      #expect(frontier.hashes.count == size.nonzeroBitCount)
      #expect(frontier.root == Self.tree.hash(0, size), "size \(size)")
    }
  }

  @Test func everyInteriorNodeIsReportedOnce() {
    let expected = NaiveNodeReader(Self.tree).levels
    var found: [TreeCoordinate: SHA256Digest] = [:]
    var frontier = TreeFrontier()
    for index in 0..<300 {
      var levelBefore = 0
      frontier.append(Self.tree.leafHash(index)) { level, position, hash in
        #expect(level == levelBefore + 1)
        levelBefore = level
        let previous = found.updateValue(
          hash, forKey: TreeCoordinate(level: level, index: position))
        #expect(previous == nil)
      }
    }
    #expect(found.count == expected.dropFirst().map(\.count).reduce(0, +))
    for (level, hashes) in expected.enumerated().dropFirst() {
      for (index, hash) in hashes.enumerated() {
        #expect(found[TreeCoordinate(level: level, index: UInt64(index))] == hash)
      }
    }
  }

  @Test func continuesFromItsParts() throws {
    var whole = TreeFrontier()
    for index in 0..<100 { whole.append(Self.tree.leafHash(index)) }
    var restored = try #require(TreeFrontier(size: 100, hashes: whole.hashes))
    #expect(restored == whole)
    restored.append(Self.tree.leafHash(100))
    #expect(restored != whole)
    #expect(restored.root == Self.tree.hash(0, 101))
  }

  @Test(arguments: [0, 1, 2, 4, 5, 64])
  func refusesAnotherNumberOfHashes(_ count: Int) {
    let hashes = [SHA256Digest](repeating: .zero, count: count)
    #expect(TreeFrontier(size: 0b1101, hashes: hashes) == nil)
  }

  @Test func refusesASizeThatCannotGrow() {
    #expect(TreeFrontier(size: 1 << 63, hashes: [.zero]) == nil)
    #expect(TreeFrontier(size: 1 << 62, hashes: [.zero]) != nil)
  }

  @Test func hashesAreThoseOfTheRFC() {
    // RFC 6962 §2.1: leaf and node prefixes, and the empty tree.
    #expect(
      MerkleHash.empty.description
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(MerkleHash.leaf([]) == SHA256Hasher.hash([0]))
    #expect(MerkleHash.leaf([1, 2]) == SHA256Hasher.hash([0, 1, 2]))
    #expect(MerkleHash.leaf([1, 2].rawSpan) == SHA256Hasher.hash([0, 1, 2]))
    let left = MerkleHash.leaf([1])
    let right = MerkleHash.leaf([2])
    #expect(MerkleHash.node(left, right) == NaiveTree.node(left, right))
    #expect(MerkleHash.node(left, right) != MerkleHash.node(right, left))
  }
}
