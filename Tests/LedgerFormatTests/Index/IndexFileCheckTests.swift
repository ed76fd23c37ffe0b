import LedgerTestSupport
import Testing

@testable import LedgerFormat

/// No bit of a run file or of a name dictionary can change unnoticed.
@Suite struct IndexFileCheckTests {
  private static let extent = IndexTesting.extent(0, 131_072, 65_536)

  /// How often a changed bit of `file` goes unnoticed by `check`.
  private static func unnoticed(
    _ file: [UInt8], using random: inout RepeatableRandom, _ check: ([UInt8]) throws -> Void
  ) -> [Int] {
    file.indices.filter { place in
      var bytes = file
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      return (try? check(bytes)) != nil
    }
  }

  @Test func runs() throws {
    var random = RepeatableRandom(for: "IndexFileCheckTests.runs")
    var index = IndexTesting.index(entryCount: 130, extent: Self.extent, using: &random)
    // Lists with chunks and a directory of their own.
    for (number, count) in [700, 257].enumerated() {
      index.entries[IndexTesting.key(number).bytes] = (0..<count).map {
        Self.extent.firstRecord + 5 * UInt64($0)
      }
    }
    let file = IndexTesting.file(index, Self.extent).file
    try IndexTesting.reader(file).check()
    #expect(Self.unnoticed(file, using: &random) { try IndexTesting.reader($0).check() } == [])
  }

  @Test func names() throws {
    var random = RepeatableRandom(for: "IndexFileCheckTests.names")
    var builder = RunBuilder(firstRecord: Self.extent.firstRecord)
    for number in 0..<300 { builder.append(keys: [IndexTesting.key(number)]) }
    let file = builder.nameDictionary(ledgerID: Golden.ledgerID)
    func check(_ bytes: [UInt8]) throws {
      try NameDictionaryReader(
        source: RunBytes(bytes), fileByteCount: UInt64(bytes.count), ledger: Golden.ledgerID
      ).check()
    }
    try check(file)
    #expect(Self.unnoticed(file, using: &random, check) == [])
  }
}
