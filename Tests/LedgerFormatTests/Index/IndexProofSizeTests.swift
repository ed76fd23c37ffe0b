import Testing

@testable import LedgerFormat

@Suite struct IndexProofSizeTests {
  /// 25 runs of which the smaller ones have 20,000 entities: one of the largest tilings of about
  /// 10^7 records, 9 runs of level 1, 15 of level 0 and a tail.
  @Test func tenRecordsAmongTenMillionFitIn32KiB() throws {
    let recordCount: UInt64 = 9 * 1_048_576 + 15 * 65_536 + 5_000
    let rare = (0..<10).map { UInt64($0) * 1_000_003 + 17 }
    // A debug build is slow: 2,000 entities here stand for 20,000, and what a tree of ten times
    // the leaves adds (at most four levels, two hashes each) is counted below.
    let index = try SyntheticIndex(
      recordCount: recordCount, entryCount: 2_000, seed: 5, rare: rare)
    #expect(index.evidence.runs.count == 25)
    let proof = try index.completeness(SyntheticIndex.rareKey)
    #expect(try proof.check(keys: index.keys).records == rare)
    let absent = try index.completeness(IndexTesting.key(1_000_000))
    #expect(try absent.check(keys: index.keys).isAbsent)
    let more = 25 * 4 * 32 * 4 / 3
    for bytes in [proof.encoded, absent.encoded] {
      #expect(bytes.count + more < 32_768, "\(bytes.count)")
      #expect(bytes.count > 10_000)
    }
  }
}
