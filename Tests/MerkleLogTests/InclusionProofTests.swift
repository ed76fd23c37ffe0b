import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

/// Every size and leaf to 100 against the naive tree.
@Suite struct InclusionProofTests {
  static let tree = NaiveTree(count: 101)
  static let reader = NaiveNodeReader(tree)

  /// The turns from the root down to a leaf, found by splitting: what a proof's verdict can at
  /// most depend on, since the root does not contain the size.
  static func turns(_ index: Int, _ size: Int) -> String {
    if size == 1 { return "" }
    var split = 1
    while split * 2 < size { split *= 2 }
    return index < split ? "L" + turns(index, split) : "R" + turns(index - split, size - split)
  }

  @Test func equalsTheNaivePathAndVerifies() throws {
    for size in 1...100 {
      let root = Self.tree.hash(0, size)
      for index in 0..<size {
        let proof = try InclusionProof.make(
          index: UInt64(index), treeSize: UInt64(size), reader: Self.reader)
        #expect(proof.hashes == Self.tree.path(index, 0, size), "\(index) of \(size)")
        try proof.check(leafHash: Self.tree.leafHash(index), root: root)
      }
    }
  }

  @Test func refusesEveryDamage() throws {
    for size in 1...100 {
      let root = Self.tree.hash(0, size)
      for index in 0..<size {
        let made = try InclusionProof.make(
          index: UInt64(index), treeSize: UInt64(size), reader: Self.reader)
        let leafHash = Self.reader.levels[0][index]
        for (damage, hashes) in damagedLists(made.hashes) {
          let proof = InclusionProof(index: made.index, treeSize: made.treeSize, hashes: hashes)
          let error = refusal { () throws(ProofError) in
            try proof.check(leafHash: leafHash, root: root)
          }
          let isRightKind = error?.isMalformed == !damage.hasSuffix("flipped")
          if !isRightKind {
            Issue.record("\(index) of \(size), \(damage): \(String(describing: error))")
          }
        }
        let bit = (size * 100 + index) % 256
        #expect(throws: ProofError.self) {
          try made.check(leafHash: flippingBit(bit, of: leafHash), root: root)
        }
        #expect(throws: ProofError.self) {
          try made.check(leafHash: leafHash, root: flippingBit(bit, of: root))
        }
      }
    }
  }

  @Test func refusesAnotherPlace() throws {
    for size in 1...100 {
      let root = Self.tree.hash(0, size)
      for index in 0..<size {
        let made = try InclusionProof.make(
          index: UInt64(index), treeSize: UInt64(size), reader: Self.reader)
        for (otherIndex, otherSize) in [
          (index - 1, size), (index + 1, size), (index, size - 1), (index, size + 1),
        ] where otherIndex >= 0 {
          let proof = InclusionProof(
            index: UInt64(otherIndex), treeSize: UInt64(otherSize), hashes: made.hashes)
          let isRefused =
            refusal { () throws(ProofError) in
              try proof.check(leafHash: Self.reader.levels[0][index], root: root)
            } != nil
          // A size with the same turns is the same proof; the checkpoint binds root and size.
          let isSamePlace =
            otherIndex < otherSize
            && Self.turns(otherIndex, otherSize) == Self.turns(index, size)
          if isRefused == isSamePlace {
            Issue.record("\(index) of \(size) taken for \(otherIndex) of \(otherSize)")
          }
          if otherSize == size { #expect(isRefused) }
        }
      }
    }
  }

  @Test(
    arguments: [(0, 0), (1, 1), (7, 7), (8, 7), (UInt64.max, 1), (.max, .max)] as [(UInt64, UInt64)]
  )
  func refusesAnIndexBeyondTheSize(index: UInt64, size: UInt64) {
    let expected = ProofError.indexBeyondSize(index: index, treeSize: size)
    #expect(throws: expected) {
      try InclusionProof.make(index: index, treeSize: size, reader: Self.reader)
    }
    #expect(throws: expected) {
      try InclusionProof(index: index, treeSize: size, hashes: [])
        .check(leafHash: .zero, root: .zero)
    }
  }

  @Test(
    arguments: [0, 1, 1 << 62, 1 << 63 - 1, 1 << 63, UInt64.max - 2, UInt64.max - 1] as [UInt64])
  func countsHashesOfTheLargestTree(index: UInt64) {
    let proof = InclusionProof(index: index, treeSize: .max, hashes: [])
    let error = refusal { () throws(ProofError) in
      try proof.check(leafHash: .zero, root: .zero)
    }
    #expect(error == .wrongHashCount(expected: Self.naiveCount(index, .max), found: 0))
  }

  /// The number of turns, found by splitting.
  static func naiveCount(_ index: UInt64, _ size: UInt64) -> Int {
    if size == 1 { return 0 }
    var split: UInt64 = 1
    while split < size - split { split *= 2 }
    return 1
      + (index < split ? naiveCount(index, split) : naiveCount(index - split, size - split))
  }

  @Test func readerErrorsComeThrough() {
    #expect(throws: NaiveNodeReader.Missing.self) {
      try InclusionProof.make(index: 0, treeSize: 1000, reader: Self.reader)
    }
  }
}
