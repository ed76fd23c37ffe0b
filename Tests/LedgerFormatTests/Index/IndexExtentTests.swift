import LedgerCryptography
import Testing

@testable import LedgerFormat

@Suite struct IndexExtentTests {
  @Test func namesAreOneToOne() {
    let extents = [
      IndexTesting.extent(0, 0, 65_536), IndexTesting.extent(0, 131_072, 1),
      IndexTesting.extent(1, 1_048_576, 1_048_576), IndexTesting.extent(2, 0, 7),
      IndexTesting.extent(11, 1 << 60, 1 << 60),
    ]
    #expect(
      extents.map(\.runFileName) == [
        "0-0.run", "0-2-1.run", "1-1.run", "2-0-7.run", "11-1.run",
      ])
    for extent in extents { #expect(IndexRunExtent(name: extent.name) == extent) }
    let others = [
      "", "0", "0-", "-0", "0-0-", "00-0", "0-00", "0-0-01", "0-0-0", "0-0-65536", "0-0-65537",
      "12-0", "0-0-1-1", "+0-0", "0-0x", "11-8", "0-18446744073709551615", "0-٣",
    ]
    for name in others { #expect(IndexRunExtent(name: name) == nil, "\(name)") }
  }

  @Test func refusesWhatNoRunCovers() {
    #expect(IndexRunExtent(level: 0, firstRecord: 1, recordCount: 1) == nil)
    #expect(IndexRunExtent(level: 0, firstRecord: 0, recordCount: 0) == nil)
    #expect(IndexRunExtent(level: 0, firstRecord: 0, recordCount: 65_537) == nil)
    #expect(IndexRunExtent(level: 1, firstRecord: 65_536, recordCount: 1) == nil)
    #expect(IndexRunExtent(level: 12, firstRecord: 0, recordCount: 1) == nil)
    #expect(IndexRunExtent(level: 11, firstRecord: 7 << 60, recordCount: 1 << 60) == nil)
    #expect(IndexRunExtent(level: 11, firstRecord: 7 << 60, recordCount: (1 << 60) - 1) != nil)
  }

  static func commitments(_ extents: [IndexRunExtent]) -> [IndexRunCommitment] {
    extents.map { IndexRunCommitment(extent: $0, entryCount: 0, root: .zero) }
  }

  @Test(arguments: [1, 65_535, 65_536, 65_537, 1_048_576, 10_000_000, 16_777_215, 1 << 62])
  func theWritersTilingIsOne(_ count: UInt64) throws {
    let tiling = IndexRunExtent.tiling(recordCount: count)
    try IndexTiling.check(Self.commitments(tiling), recordCount: count)
    let total = tiling.map(\.recordCount).reduce(0, +)
    #expect(total == count)
    #expect(tiling.count <= 15 * 12 + 1)
    let areFull = tiling.dropLast().allSatisfy { $0.isFull }
    #expect(areFull)
  }

  @Test func theWritersTilingOfNothingIsEmpty() throws {
    #expect(IndexRunExtent.tiling(recordCount: 0).isEmpty)
    try IndexTiling.check([], recordCount: 0)
  }

  @Test func everyFaultOfATilingHasItsError() {
    func refusal(_ runs: [IndexRunCommitment], _ count: UInt64) -> IndexTilingError? {
      IndexTesting.refusal { () throws(IndexTilingError) in
        try IndexTiling.check(runs, recordCount: count)
      }
    }
    let full = IndexTesting.extent(0, 0, 65_536)
    let next = IndexTesting.extent(0, 65_536, 65_536)
    let tail = IndexTesting.extent(0, 131_072, 10)
    let good = Self.commitments([full, next, tail])
    #expect(refusal(good, 131_082) == nil)
    #expect(refusal(good, 131_083) == .wrongEnd(expected: 131_083, found: 131_082))
    #expect(refusal([], 1) == .wrongEnd(expected: 1, found: 0))
    #expect(refusal([good[0], good[2]], 131_082) == .gap(run: 1))
    #expect(refusal([good[1], good[2]], 131_082) == .gap(run: 0))
    #expect(refusal([good[0], good[1], good[1], good[2]], 131_082) == .overlap(run: 2))
    #expect(refusal([good[1], good[0], good[2]], 131_082) == .gap(run: 0))
    let short = IndexTesting.extent(0, 0, 65_535)
    #expect(refusal(Self.commitments([short, next]), 131_072) == .tailInside(run: 0))
    var bent = good
    bent[1].level = 1
    #expect(refusal(bent, 131_082) == .notAligned(run: 1))
    bent = good
    bent[0].recordCount = 65_537
    #expect(refusal(bent, 131_082) == .notAligned(run: 0))
    bent = good
    bent[2].recordCount = 0
    #expect(refusal(bent, 131_072) == .notAligned(run: 2))
    // A tail of a higher level that ends where the next run would begin.
    let inside = IndexTesting.extent(1, 0, 65_536)
    #expect(refusal(Self.commitments([inside, next]), 131_072) == .tailInside(run: 0))
    #expect(refusal(Self.commitments([inside]), 65_536) == nil)
    var huge = good
    huge[0].level = 15
    #expect(refusal(huge, 131_082) == .notAligned(run: 0))
  }
}
