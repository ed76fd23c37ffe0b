import LedgerCryptography
import LedgerTestSupport
import Testing

@testable import LedgerFormat

@Suite struct RunMergerTests {
  /// Merges files and gives the result in as many pieces as come out.
  static func merge(_ files: [[UInt8]], into extent: IndexRunExtent, step: Int) throws
    -> (file: [UInt8], commitment: IndexRunCommitment, stepMax: Int)
  {
    var merger = try RunMerger(
      files.map { try IndexTesting.reader($0) }, into: extent, ledgerID: Golden.ledgerID)
    var file: [UInt8] = []
    var stepMax = 0
    while true {
      let commitment = try merger.advance(byteCount: step)
      let output = merger.takeOutput()
      stepMax = max(stepMax, output.count)
      file += output
      if let commitment { return (file, commitment, stepMax) }
    }
  }

  @Test(arguments: [1, 1_000, 1 << 20]) func sixteenRunsGiveTheBytesOfOne(_ step: Int) throws {
    var random = RepeatableRandom(for: "RunMergerTests.sixteenRunsGiveTheBytesOfOne")
    var whole = NaiveIndex()
    var files: [[UInt8]] = []
    for number in 0..<16 {
      let extent = IndexTesting.extent(0, UInt64(number) * 65_536, 65_536)
      var part = IndexTesting.index(
        entryCount: Int.random(in: 0...150, using: &random), extent: extent, using: &random)
      // One entity is everywhere and becomes long, one only here and there.
      part.entries[IndexTesting.key(500).bytes] = (0..<(40 * UInt64(number) + 1)).map {
        extent.firstRecord + 2 * $0
      }
      if number % 5 == 2 {
        part.entries[IndexTesting.key(501).bytes] = [extent.endRecord - 1]
      }
      if number == 9 { part = NaiveIndex() }
      files.append(IndexTesting.file(part, extent).file)
      whole.merge(part)
    }
    let extent = IndexTesting.extent(1, 0, 1_048_576)
    let direct = IndexTesting.file(whole, extent)
    let merged = try Self.merge(files, into: extent, step: step)
    #expect(merged.file == direct.file)
    #expect(merged.commitment == direct.commitment)
    #expect(merged.commitment.root == whole.root)
    // A step is at most a page with its directories over what was asked for.
    #expect(merged.stepMax < step + 65_536)
  }

  @Test func aTailMergesToo() throws {
    var builder = RunBuilder()
    for number in 0..<65_536 { builder.append(keys: [IndexTesting.key(number % 90)]) }
    let first = builder.run(ledgerID: Golden.ledgerID).file
    builder.restart(at: 65_536)
    for number in 0..<100 { builder.append(keys: [IndexTesting.key(number)]) }
    let second = builder.run(ledgerID: Golden.ledgerID).file
    var whole = NaiveIndex()
    for number in 0..<65_636 {
      let key = number < 65_536 ? number % 90 : number - 65_536
      whole.add(UInt64(number), keys: [IndexTesting.key(key).bytes])
    }
    let extent = IndexTesting.extent(1, 0, 65_636)
    let merged = try Self.merge([first, second], into: extent, step: 4_096)
    #expect(merged.file == IndexTesting.file(whole, extent).file)
    #expect(merged.commitment.root == whole.root)
  }

  @Test func emptyRunsMergeToAnEmptyRun() throws {
    let files = (0..<2).map {
      IndexTesting.file(NaiveIndex(), IndexTesting.extent(0, UInt64($0) * 65_536, 65_536)).file
    }
    let extent = IndexTesting.extent(1, 0, 131_072)
    let merged = try Self.merge(files, into: extent, step: 1)
    #expect(merged.file == IndexTesting.file(NaiveIndex(), extent).file)
  }

  @Test func aDamagedPartIsRefusedWherever() throws {
    var index = NaiveIndex()
    for number in 0..<70 { index.entries[IndexTesting.key(number).bytes] = [UInt64(number)] }
    index.entries[IndexTesting.key(0).bytes] = (0..<600).map { UInt64($0) }
    let file = IndexTesting.file(index, IndexTesting.extent(0, 0, 65_536)).file
    let other = IndexTesting.file(NaiveIndex(), IndexTesting.extent(0, 65_536, 65_536)).file
    let extent = IndexTesting.extent(1, 0, 131_072)
    for offset in stride(from: 0, to: file.count, by: 7) {
      var damaged = file
      damaged[offset] ^= 0x40
      #expect(throws: FormatError.self) {
        try Self.merge([damaged, other], into: extent, step: 1 << 20)
      }
    }
  }
}
