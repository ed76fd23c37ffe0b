import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

/// Every pair of sizes to 100 against the naive tree.
@Suite struct ConsistencyProofTests {
  static let tree = NaiveTree(count: 101)
  static let reader = NaiveNodeReader(tree)
  static let roots = (0...101).map { tree.hash(0, $0) }

  /// The shape of a proof, found by splitting: verdicts can depend on sizes only through it.
  static func shape(_ oldSize: Int, _ newSize: Int, isWhole: Bool = true) -> String {
    if oldSize == 0 { return "from nothing" }
    if oldSize == newSize { return isWhole ? "=" : "+" }
    var split = 1
    while split * 2 < newSize { split *= 2 }
    return oldSize <= split
      ? "R" + shape(oldSize, split, isWhole: isWhole)
      : "L" + shape(oldSize - split, newSize - split, isWhole: false)
  }

  @Test func equalsTheNaiveProofAndVerifies() throws {
    for newSize in 0...100 {
      for oldSize in 0...newSize {
        let proof = try ConsistencyProof.make(
          oldSize: UInt64(oldSize), newSize: UInt64(newSize), reader: Self.reader)
        #expect(proof.hashes == Self.tree.proof(oldSize, newSize), "\(oldSize) to \(newSize)")
        try proof.check(oldRoot: Self.roots[oldSize], newRoot: Self.roots[newSize])
      }
    }
  }

  @Test func refusesEveryDamage() throws {
    for newSize in 0...100 {
      for oldSize in 0...newSize {
        let made = try ConsistencyProof.make(
          oldSize: UInt64(oldSize), newSize: UInt64(newSize), reader: Self.reader)
        let oldRoot = Self.roots[oldSize]
        let newRoot = Self.roots[newSize]
        for (damage, hashes) in damagedLists(made.hashes) {
          let proof = ConsistencyProof(
            oldSize: made.oldSize, newSize: made.newSize, hashes: hashes)
          let error = refusal { () throws(ProofError) in
            try proof.check(oldRoot: oldRoot, newRoot: newRoot)
          }
          if error?.isMalformed != !damage.hasSuffix("flipped") {
            Issue.record("\(oldSize) to \(newSize), \(damage): \(String(describing: error))")
          }
        }
        let bit = (newSize * 100 + oldSize) % 256
        let wrongOld = refusal { () throws(ProofError) in
          try made.check(oldRoot: flippingBit(bit, of: oldRoot), newRoot: newRoot)
        }
        let wrongNew = refusal { () throws(ProofError) in
          try made.check(oldRoot: oldRoot, newRoot: flippingBit(bit, of: newRoot))
        }
        #expect(wrongOld?.isMalformed == false, "\(oldSize) to \(newSize)")
        // Every tree continues the empty one, so only there the new root goes unexamined.
        if oldSize > 0 || newSize == 0 {
          #expect(wrongNew?.isMalformed == false, "\(oldSize) to \(newSize)")
        }
      }
    }
  }

  @Test func refusesOtherSizes() throws {
    for newSize in 0...100 {
      for oldSize in 0...newSize {
        let made = try ConsistencyProof.make(
          oldSize: UInt64(oldSize), newSize: UInt64(newSize), reader: Self.reader)
        for (otherOld, otherNew) in [
          (oldSize - 1, newSize), (oldSize + 1, newSize), (oldSize, newSize - 1),
          (oldSize, newSize + 1),
        ] where otherOld >= 0 && otherNew >= 0 {
          let proof = ConsistencyProof(
            oldSize: UInt64(otherOld), newSize: UInt64(otherNew), hashes: made.hashes)
          let error = refusal { () throws(ProofError) in
            try proof.check(oldRoot: Self.roots[oldSize], newRoot: Self.roots[newSize])
          }
          let isSameShape =
            otherOld <= otherNew
            && Self.shape(otherOld, otherNew) == Self.shape(oldSize, newSize)
            && !(otherNew == 0 && newSize != 0)
          if (error != nil) == isSameShape {
            Issue.record("\(oldSize) to \(newSize) taken for \(otherOld) to \(otherNew)")
          }
        }
      }
    }
  }

  @Test func refusesSizesOutOfOrder() {
    let expected = ProofError.sizesOutOfOrder(oldSize: 8, newSize: 7)
    #expect(throws: expected) {
      try ConsistencyProof.make(oldSize: 8, newSize: 7, reader: Self.reader)
    }
    #expect(throws: expected) {
      try ConsistencyProof(oldSize: 8, newSize: 7, hashes: [])
        .check(oldRoot: .zero, newRoot: .zero)
    }
  }

  @Test func refusesAForkWithTheRightSizes() throws {
    var entries = Self.tree.entries
    entries[3] = [200]
    let fork = NaiveTree(entries: entries)
    for oldSize in 4...20 {
      let honest = try ConsistencyProof.make(
        oldSize: UInt64(oldSize), newSize: 40, reader: Self.reader)
      let forged = try ConsistencyProof.make(
        oldSize: UInt64(oldSize), newSize: 40, reader: NaiveNodeReader(fork))
      for proof in [honest, forged] {
        let error = refusal { () throws(ProofError) in
          try proof.check(oldRoot: Self.roots[oldSize], newRoot: fork.hash(0, 40))
        }
        #expect(error?.isMalformed == false)
      }
    }
  }
}
