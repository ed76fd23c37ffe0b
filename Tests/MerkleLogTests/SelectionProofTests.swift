import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@Suite struct SelectionProofTests {
  /// The hashes beside chosen leaves as the doc comment defines them, over the naive tree.
  private static func naive(_ tree: NaiveTree, _ chosen: Set<Int>, _ low: Int, _ high: Int)
    -> [SHA256Digest]
  {
    if !(low..<high).contains(where: chosen.contains) { return [tree.hash(low, high)] }
    if high - low == 1 { return [] }
    var split = 1
    while split * 2 < high - low { split *= 2 }
    return naive(tree, chosen, low, low + split) + naive(tree, chosen, low + split, high)
  }

  private static func fault(
    _ proof: SelectionProof, _ leaves: [SHA256Digest], _ root: SHA256Digest
  ) -> ProofError? {
    refusal { () throws(ProofError) in try proof.check(leafHashes: leaves, root: root) }
  }

  @Test func everySelectionOfEveryTreeTo9() throws {
    for size in 1...9 {
      let tree = NaiveTree(count: size)
      let reader = NaiveNodeReader(tree)
      let root = tree.hash(0, size)
      for bits in 0..<(1 << size) {
        let chosen = (0..<size).filter { bits >> $0 & 1 == 1 }
        let proof = try SelectionProof.make(
          indexes: chosen.map(UInt64.init), treeSize: UInt64(size), reader: reader)
        #expect(proof.hashes == Self.naive(tree, Set(chosen), 0, size))
        let leaves = chosen.map { tree.leafHash($0) }
        try proof.check(leafHashes: leaves, root: root)
        // Without any one of the leaves, and with the hashes as they are.
        for left in chosen.indices {
          var fewer = chosen
          fewer.remove(at: left)
          let without = SelectionProof(
            indexes: fewer.map(UInt64.init), treeSize: UInt64(size), hashes: proof.hashes)
          #expect(Self.fault(without, fewer.map { tree.leafHash($0) }, root) != nil)
          var other = leaves
          other[left] = SHA256Hasher.hash([7])
          guard case .rootMismatch = Self.fault(proof, other, root) else {
            Issue.record("another leaf was accepted")
            return
          }
        }
      }
    }
  }

  @Test func aLargeTreeAndAFewLeaves() throws {
    let tree = NaiveTree(count: 777)
    let reader = NaiveNodeReader(tree)
    let chosen: [UInt64] = [0, 1, 255, 256, 511, 700, 776]
    let proof = try SelectionProof.make(indexes: chosen, treeSize: 777, reader: reader)
    let leaves = chosen.map { tree.leafHash(Int($0)) }
    let root = tree.hash(0, 777)
    try proof.check(leafHashes: leaves, root: root)
    for place in proof.hashes.indices {
      var hashes = proof.hashes
      hashes[place] = SHA256Hasher.hash([1])
      let bad = SelectionProof(indexes: chosen, treeSize: 777, hashes: hashes)
      #expect(Self.fault(bad, leaves, root)?.isMalformed == false)
    }
    for count in [0, proof.hashes.count - 1] {
      let short = SelectionProof(
        indexes: chosen, treeSize: 777, hashes: Array(proof.hashes.prefix(count)))
      #expect(
        Self.fault(short, leaves, root)
          == .wrongHashCount(expected: proof.hashes.count, found: count))
    }
    let beyond = SelectionProof(indexes: chosen, treeSize: 776, hashes: proof.hashes)
    #expect(Self.fault(beyond, leaves, root) == .indexBeyondSize(index: 776, treeSize: 776))
    #expect(throws: ProofError.indexBeyondSize(index: 776, treeSize: 776)) {
      try SelectionProof.make(indexes: chosen, treeSize: 776, reader: reader)
    }
  }
}
