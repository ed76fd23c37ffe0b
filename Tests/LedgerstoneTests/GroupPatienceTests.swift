import Testing

@testable import Ledgerstone

/// How long a small group waits for callers that were just answered.
@Suite struct GroupPatienceTests {
  private func patience(_ counts: [Int], commit: Int64 = 200) -> GroupPatience {
    var patience = GroupPatience()
    for count in counts { patience.noteTaken(count, hasWaitedInVain: false) }
    patience.noteCommit(microseconds: commit)
    return patience
  }

  @Test func aSingleCallerNeverWaits() {
    #expect(patience([]).wait(having: 1) == nil)
    #expect(patience([1, 1, 1]).wait(having: 1) == nil)
  }

  @Test(arguments: 2...20) func asManyAreWaitedForAsCameTogether(_ count: Int) throws {
    let patience = patience([1, count, 1])
    for present in 1..<count {
      let wait = try #require(patience.wait(having: present))
      #expect(wait.count == count && wait.microseconds == 100)
    }
    #expect(patience.wait(having: count) == nil)
    #expect(patience.wait(having: count + 1) == nil)
  }

  /// Whoever is gone is waited for once.
  @Test func aWaitInVainLowersWhatIsExpected() {
    var patience = patience([16])
    patience.noteTaken(5, hasWaitedInVain: true)
    #expect(patience.expectedCount == 5)
    #expect(patience.wait(having: 5) == nil && patience.wait(having: 4)?.count == 5)
    patience.noteTaken(1, hasWaitedInVain: true)
    #expect(patience.wait(having: 1) == nil)
    patience.noteTaken(9, hasWaitedInVain: false)
    #expect(patience.wait(having: 1)?.count == 9)
  }

  /// Half of what the last commit took, and never longer than the bound; not at all where nothing
  /// is known, or a clock stands still or runs backwards.
  @Test(arguments: [
    (Int64(0), Int64?.none), (1, nil), (2, 1), (301, 150), (1_000, 500), (1_001, 500),
    (.max, 500), (-5, nil), (.min, nil),
  ])
  func theWaitIsBounded(_ commit: Int64, _ microseconds: Int64?) {
    #expect(patience([4], commit: commit).wait(having: 1)?.microseconds == microseconds)
  }

  @Test func nothingIsExpectedBeforeTheFirstCommit() {
    var patience = GroupPatience()
    patience.noteTaken(8, hasWaitedInVain: false)
    #expect(patience.wait(having: 1) == nil)
  }
}
