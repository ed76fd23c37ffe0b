import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@Suite struct RangeProofTests {
  /// The hashes beside a range as the doc comment defines them, over the naive tree.
  static func naive(_ tree: NaiveTree, _ range: Range<Int>, _ low: Int, _ high: Int)
    -> [SHA256Digest]
  {
    if range.upperBound <= low || high <= range.lowerBound { return [tree.hash(low, high)] }
    if range.lowerBound <= low && high <= range.upperBound { return [] }
    var split = 1
    while split * 2 < high - low { split *= 2 }
    return naive(tree, range, low, low + split) + naive(tree, range, low + split, high)
  }

  static func proof(_ reader: NaiveNodeReader, _ range: Range<Int>, _ size: Int) throws
    -> RangeProof
  {
    try RangeProof.make(
      range: UInt64(range.lowerBound)..<UInt64(range.upperBound), treeSize: UInt64(size),
      reader: reader)
  }

  /// The error of a check; nil if it accepts.
  static func fault(_ proof: RangeProof, _ leaves: [SHA256Digest], _ root: SHA256Digest)
    -> ProofError?
  {
    refusal { () throws(ProofError) in try proof.check(leafHashes: leaves, root: root) }
  }

  @Test func everyRangeOfEveryTreeTo33() throws {
    for size in 1...33 {
      let tree = NaiveTree(count: size)
      let reader = NaiveNodeReader(tree)
      let root = tree.hash(0, size)
      for start in 0..<size {
        for end in (start + 1)...size {
          let proof = try Self.proof(reader, start..<end, size)
          #expect(proof.hashes == Self.naive(tree, start..<end, 0, size))
          #expect(
            RangeProof.hashCount(range: proof.range, treeSize: proof.treeSize)
              == proof.hashes.count)
          try proof.check(leafHashes: (start..<end).map { tree.leafHash($0) }, root: root)
        }
      }
    }
  }

  @Test func everyNeighbourPairOfEveryTreeTo100() throws {
    for size in 2...100 {
      let tree = NaiveTree(count: size)
      let reader = NaiveNodeReader(tree)
      let root = tree.hash(0, size)
      for start in 0..<(size - 1) {
        let proof = try Self.proof(reader, start..<start + 2, size)
        let leaves = [tree.leafHash(start), tree.leafHash(start + 1)]
        try proof.check(leafHashes: leaves, root: root)
        // Two leaves that are not these neighbours, or in the other order, are refused.
        #expect(Self.fault(proof, leaves.reversed(), root) != nil)
        if start + 2 < size {
          let apart = [leaves[0], tree.leafHash(start + 2)]
          #expect(Self.fault(proof, apart, root) != nil)
        }
      }
    }
  }

  @Test func oneLeafHasTheHashesOfItsInclusionProof() throws {
    for size in 1...40 {
      let reader = NaiveNodeReader(NaiveTree(count: size))
      for index in 0..<size {
        let inclusion = try InclusionProof.make(
          index: UInt64(index), treeSize: UInt64(size), reader: reader)
        let range = try Self.proof(reader, index..<index + 1, size)
        #expect(Set(inclusion.hashes) == Set(range.hashes))
        #expect(inclusion.hashes.count == range.hashes.count)
      }
    }
  }

  @Test func everyDamageIsRefused() throws {
    for size in 2...20 {
      let tree = NaiveTree(count: size)
      let reader = NaiveNodeReader(tree)
      let root = tree.hash(0, size)
      for start in 0..<size {
        for end in (start + 1)...min(size, start + 3) {
          let leaves = (start..<end).map { tree.leafHash($0) }
          let proof = try Self.proof(reader, start..<end, size)
          for (damage, hashes) in damagedLists(proof.hashes) {
            let other = RangeProof(
              range: proof.range, treeSize: proof.treeSize, hashes: hashes)
            #expect(Self.fault(other, leaves, root) != nil, "\(damage)")
          }
          for shift in [-1, 1] where start + shift >= 0 {
            let moved = RangeProof(
              range: UInt64(start + shift)..<UInt64(end + shift), treeSize: UInt64(size),
              hashes: proof.hashes)
            #expect(Self.fault(moved, leaves, root) != nil)
          }
        }
      }
    }
  }

  @Test func aRangeBeyondTheTreeIsMalformed() throws {
    let proof = RangeProof(range: 3..<5, treeSize: 4, hashes: [])
    let leaves = [MerkleHash.leaf([1]), MerkleHash.leaf([2])]
    #expect(Self.fault(proof, leaves, MerkleHash.empty) == .indexBeyondSize(index: 4, treeSize: 4))
    #expect(throws: ProofError.indexBeyondSize(index: 4, treeSize: 4)) {
      _ = try Self.proof(NaiveNodeReader(NaiveTree(count: 4)), 3..<5, 4)
    }
  }

  @Test func hugeTreesCostNoMoreThanTheirHeight() {
    let size = UInt64(1) << 62
    let range = size - 3..<size - 1
    #expect(RangeProof.hashCount(range: range, treeSize: size) <= 124)
  }
}
