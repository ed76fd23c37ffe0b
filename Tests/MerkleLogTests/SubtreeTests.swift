import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

/// The accumulated vectors of draft-ietf-plants-merkle-tree-certs, "Subtree Test Vectors": all
/// inputs for trees to 130, hashed line by line. Each proof made is checked as well.
@Suite struct SubtreeTests {
  static let tree = NaiveTree(count: 130)
  static let reader = NaiveNodeReader(tree)

  /// The draft's condition, written from its sentence: start is a multiple of the smallest power
  /// of two not below the size.
  static func isValid(_ start: UInt64, _ end: UInt64) -> Bool {
    var power: UInt64 = 1
    while power < end - start { power *= 2 }
    return start % power == 0
  }

  /// All valid subtrees that end at `end`.
  static func subtrees(endingAt end: UInt64) -> [Subtree] {
    (0...end).compactMap { start in
      let subtree = Subtree(start: start, end: end)
      #expect((subtree != nil) == isValid(start, end), "[\(start), \(end))")
      return subtree
    }
  }

  @Test func nodeHashes() throws {
    var accumulated = SHA256Hasher()
    for end in 0...UInt64(130) {
      for subtree in Self.subtrees(endingAt: end) {
        let hash = try subtree.hash(reader: Self.reader)
        accumulated.update(Array("[\(subtree.start), \(end)) \(hash)\n".utf8))
      }
    }
    #expect(
      accumulated.finalize().description
        == "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81")
  }

  @Test func inclusionProofs() throws {
    var accumulated = SHA256Hasher()
    for end in 0...UInt64(130) {
      for subtree in Self.subtrees(endingAt: end) where subtree.size > 0 {
        let hash = try subtree.hash(reader: Self.reader)
        for index in subtree.start..<end {
          let proof = try SubtreeInclusionProof.make(
            index: index, subtree: subtree, reader: Self.reader)
          try proof.check(leafHash: Self.reader.levels[0][Int(index)], subtreeHash: hash)
          let hashes = proof.hashes.map { " \($0)" }.joined()
          accumulated.update(Array("\(index) [\(subtree.start), \(end))\(hashes)\n".utf8))
        }
      }
    }
    #expect(
      accumulated.finalize().description
        == "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f")
  }

  @Test func consistencyProofs() throws {
    var accumulated = SHA256Hasher()
    for size in 0...UInt64(130) {
      let whole = try #require(Subtree(start: 0, end: size))
      let root = try whole.hash(reader: Self.reader)
      for end in 0...size {
        for subtree in Self.subtrees(endingAt: end) {
          let proof = try SubtreeConsistencyProof.make(
            subtree: subtree, treeSize: size, reader: Self.reader)
          try proof.check(subtreeHash: subtree.hash(reader: Self.reader), root: root)
          let hashes = proof.hashes.map { " \($0)" }.joined()
          accumulated.update(Array("[\(subtree.start), \(end)) \(size)\(hashes)\n".utf8))
        }
      }
    }
    #expect(
      accumulated.finalize().description
        == "10fa99b37bf9bf9ffa26b412fbd98bd75363256d0b75d61bc4538b9c9c5a0a74")
  }

  @Test func coveringPairs() {
    var accumulated = SHA256Hasher()
    for end in 0...UInt64(130) {
      for start in 0...end {
        let (left, right) = Subtree.covering(start..<end)
        accumulated.update(
          Array("[\(left.start), \(left.end)) [\(right.start), \(right.end))\n".utf8))
      }
    }
    #expect(
      accumulated.finalize().description
        == "7fd9c8b926e9d2b5cf831560e8ce295a5ef97ad5c5ede4ea0dea28a8c8fc8bb0")
  }

  @Test func validityAtTheEndOfTheNumbers() {
    let top = UInt64.max
    #expect(Subtree(start: 0, end: top) != nil)
    #expect(Subtree(start: 0, end: 1 << 63 + 1) != nil)
    #expect(Subtree(start: 1 << 63, end: top) != nil)
    #expect(Subtree(start: 1, end: top) == nil)
    #expect(Subtree(start: 1 << 62, end: top) == nil)
    #expect(Subtree(start: top, end: top) != nil)
    #expect(Subtree(start: top - 1, end: top) != nil)
    #expect(Subtree(start: 2, end: 1) == nil)
  }

  @Test func damagedSubtreeProofsAreRefused() throws {
    for size: UInt64 in [13, 14, 37] {
      let root = Self.tree.hash(0, Int(size))
      for end in 1...size {
        for subtree in Self.subtrees(endingAt: end) where subtree.size > 0 {
          let hash = Self.tree.hash(Int(subtree.start), Int(end))
          let made = try SubtreeConsistencyProof.make(
            subtree: subtree, treeSize: size, reader: Self.reader)
          for (damage, hashes) in damagedLists(made.hashes) {
            let proof = SubtreeConsistencyProof(subtree: subtree, treeSize: size, hashes: hashes)
            let error = refusal { () throws(ProofError) in
              try proof.check(subtreeHash: hash, root: root)
            }
            if error == nil { Issue.record("[\(subtree.start), \(end)) of \(size): \(damage)") }
          }
          for bit in [0, 255] {
            let wrongHash = flippingBit(bit, of: hash)
            let wrongRoot = flippingBit(bit, of: root)
            #expect(throws: ProofError.self) {
              try made.check(subtreeHash: wrongHash, root: root)
            }
            #expect(throws: ProofError.self) {
              try made.check(subtreeHash: hash, root: wrongRoot)
            }
          }
        }
      }
    }
  }

  @Test func placesOutsideAreRefused() throws {
    let subtree = try #require(Subtree(start: 8, end: 13))
    for index: UInt64 in [7, 13, .max] {
      let expected = ProofError.indexOutsideSubtree(index: index, start: 8, end: 13)
      #expect(throws: expected) {
        try SubtreeInclusionProof.make(index: index, subtree: subtree, reader: Self.reader)
      }
      #expect(throws: expected) {
        try SubtreeInclusionProof(index: index, subtree: subtree, hashes: [])
          .check(leafHash: .zero, subtreeHash: .zero)
      }
    }
    let expected = ProofError.subtreeBeyondTree(end: 13, treeSize: 12)
    #expect(throws: expected) {
      try SubtreeConsistencyProof.make(subtree: subtree, treeSize: 12, reader: Self.reader)
    }
    #expect(throws: expected) {
      try SubtreeConsistencyProof(subtree: subtree, treeSize: 12, hashes: [])
        .check(subtreeHash: .zero, root: .zero)
    }
  }

  @Test func emptySubtreeIsInEveryTreeButOnlyWithTheEmptyHash() throws {
    let subtree = try #require(Subtree(start: 5, end: 5))
    let proof = SubtreeConsistencyProof(subtree: subtree, treeSize: 9, hashes: [])
    try proof.check(subtreeHash: MerkleHash.empty, root: .zero)
    #expect(
      throws: ProofError.earlierRootMismatch(expected: .zero, computed: MerkleHash.empty)
    ) { try proof.check(subtreeHash: .zero, root: .zero) }
    #expect(throws: ProofError.wrongHashCount(expected: 0, found: 1)) {
      try SubtreeConsistencyProof(subtree: subtree, treeSize: 9, hashes: [.zero])
        .check(subtreeHash: MerkleHash.empty, root: .zero)
    }
  }
}
