import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Synchronization
import Testing

@testable import LedgerFormat

@Suite struct RunReaderTests {
  static let extent = IndexTesting.extent(1, 1_048_576, 1_000_000)

  /// Every entry count at which the tree of blocks changes its shape.
  @Test(arguments: [0, 1, 2, 3, 63, 64, 65, 127, 128, 129, 200, 4_095, 4_096, 4_097, 4_200])
  func findsEveryEntryAndNothingElse(_ entryCount: Int) throws {
    var random = RepeatableRandom(for: "RunReaderTests.findsEveryEntryAndNothingElse")
    let index = IndexTesting.index(
      entryCount: entryCount, extent: Self.extent, using: &random)
    let (file, commitment) = IndexTesting.file(index, Self.extent)
    #expect(commitment.root == index.root)
    #expect(commitment.entryCount == UInt64(entryCount))
    let reader = try IndexTesting.reader(file)
    #expect(reader.commitment == commitment)
    let step = entryCount > 300 ? 61 : 1
    let sorted = index.sorted
    for place in stride(from: 0, to: entryCount, by: step) {
      let (keyHash, records) = sorted[place]
      #expect(try reader.records(keyHash: keyHash) == records)
      #expect(try reader.recordCount(keyHash: keyHash) == UInt64(records.count))
      let answer = try reader.answer(keyHash: keyHash)
      try answer.check(keyHash: keyHash, run: commitment)
      guard case .listed(let entry) = answer else { throw NotListed() }
      #expect(entry.records == records && entry.position == UInt64(place))
      #expect(try Self.recoded(answer, commitment) == answer)
    }
    for number in 0..<40 {
      let keyHash = IndexTesting.key(1_000_000 + number).digest
      #expect(try reader.records(keyHash: keyHash) == [])
      let answer = try reader.answer(keyHash: keyHash)
      try answer.check(keyHash: keyHash, run: commitment)
      guard case .absent(let gap) = answer else { throw NotListed() }
      #expect(gap.position == UInt64(sorted.count { $0.keyHash < keyHash }))
      #expect(try Self.recoded(answer, commitment) == answer)
    }
  }

  struct NotListed: Error {}

  static func recoded(_ answer: RunAnswer, _ run: IndexRunCommitment) throws -> RunAnswer {
    var bytes: [UInt8] = []
    let extent = try #require(run.extent)
    answer.append(extent: extent, to: &bytes)
    return try RunAnswer.decode(bytes.rawSpan, extent: extent, entryCount: run.entryCount)
  }

  /// Every list length at which the tree of chunks changes its shape.
  @Test(arguments: [255, 256, 257, 511, 512, 513, 16_383, 16_384, 16_385, 20_000])
  func readsLongListsInParts(_ recordCount: Int) throws {
    var index = NaiveIndex()
    let records = (0..<recordCount).map { Self.extent.firstRecord + 3 * UInt64($0) }
    index.entries[IndexTesting.key(0).bytes] = records
    index.entries[IndexTesting.key(1).bytes] = [records[5]]
    let (file, commitment) = IndexTesting.file(index, Self.extent)
    #expect(commitment.root == index.root)
    let reader = try IndexTesting.reader(file)
    let keyHash = IndexTesting.key(0).digest
    #expect(try reader.records(keyHash: keyHash) == records)
    let marks = [0, 1, 255, 256, 257, recordCount / 2, recordCount - 2, recordCount - 1]
    for mark in marks where mark < recordCount {
      for since in [records[mark] - 1, records[mark], records[mark] + 1] {
        #expect(
          try reader.records(keyHash: keyHash, in: since..<UInt64.max)
            == records.filter { $0 >= since })
        let answer = try reader.answer(keyHash: keyHash, since: since)
        try answer.check(keyHash: keyHash, run: commitment)
        guard case .listed(let entry) = answer else { throw NotListed() }
        #expect(entry.covers(since..<Self.extent.endRecord))
        #expect(entry.records.filter { $0 >= since } == records.filter { $0 >= since })
        #expect(try Self.recoded(answer, commitment) == answer)
        let part = try reader.answer(keyHash: keyHash, covering: since..<since + 4)
        try part.check(keyHash: keyHash, run: commitment)
        guard case .listed(let few) = part else { throw NotListed() }
        #expect(few.covers(since..<since + 4) && few.chunks.count <= 2)
      }
    }
    let page = try reader.records(keyHash: keyHash, in: records[3]..<records[100], limit: 7)
    #expect(page == Array(records[3..<10]))
    #expect(try reader.records(keyHash: keyHash, in: 0..<records[0]) == [])
  }

  /// Reads all of a file; throws what any part of it throws.
  static func readAll(_ file: [UInt8]) throws -> IndexRunCommitment {
    let reader = try IndexTesting.reader(file)
    var cursor = try RunCursor(reader)
    var writer = RunWriter(ledgerID: Golden.ledgerID, extent: reader.extent)
    while let keyHash = cursor.keyHash {
      writer.beginEntry(keyHash)
      while try cursor.writeRecords(to: &writer) {}
      writer.endEntry()
    }
    return reader.commitment
  }

  @Test func everyFlippedBitIsFound() throws {
    var index = NaiveIndex()
    for number in 0..<70 { index.entries[IndexTesting.key(number).bytes] = [UInt64(number)] }
    index.entries[IndexTesting.key(0).bytes] = (0..<600).map { UInt64($0) }
    let (file, commitment) = IndexTesting.file(index, IndexTesting.extent(0, 0, 65_536))
    #expect(try Self.readAll(file) == commitment)
    for offset in file.indices {
      var damaged = file
      damaged[offset] ^= 1 << UInt8(offset % 8)
      #expect(throws: FormatError.self, "byte \(offset)") { try Self.readAll(damaged) }
    }
    for count in [0, 1, 63, 64, 151, 152, file.count - 1] {
      #expect(throws: FormatError.self) { try Self.readAll(Array(file.prefix(count))) }
    }
    #expect(throws: FormatError.self) { try Self.readAll(file + [0]) }
  }

  @Test func refusesAnotherLedgersFile() throws {
    let (file, _) = IndexTesting.file(NaiveIndex(), Self.extent)
    #expect(throws: FormatError.foreignLedger) {
      try RunReader(
        source: RunBytes(file), fileByteCount: UInt64(file.count),
        ledger: LedgerID([UInt8](repeating: 7, count: 16)))
    }
  }

  @Test func aLookupReadsLittle() throws {
    var random = RepeatableRandom(for: "RunReaderTests.aLookupReadsLittle")
    let index = IndexTesting.index(entryCount: 5_000, extent: Self.extent, using: &random)
    let (file, _) = IndexTesting.file(index, Self.extent)
    let source = CountingSource(RunBytes(file))
    let reader = try RunReader(
      source: source, fileByteCount: UInt64(file.count), ledger: nil)
    source.counted.withLock { $0 = 0 }
    _ = try reader.answer(keyHash: IndexTesting.key(17).digest)
    // Two directories and a page.
    let byteCount = source.counted.withLock { $0 }
    #expect(byteCount < 16_384 && byteCount > 0)
  }

  final class CountingSource: RunByteSource {
    let source: RunBytes
    let counted = Mutex(0)
    init(_ source: RunBytes) { self.source = source }
    func read(offset: UInt64, byteCount: Int) throws -> [UInt8] {
      counted.withLock { $0 += byteCount }
      return try source.read(offset: offset, byteCount: byteCount)
    }
  }
}
