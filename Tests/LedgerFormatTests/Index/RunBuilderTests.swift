import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import LedgerFormat

@Suite struct RunBuilderTests {
  @Test func theEmptyRunHasTheEmptyRoot() throws {
    var builder = RunBuilder()
    builder.append(keys: [])
    let (file, commitment) = builder.run(ledgerID: Golden.ledgerID)
    #expect(commitment.root == SHA256Hasher.hash([]))
    #expect(commitment.entryCount == 0)
    #expect(file.count == RunFileHeader.byteCount + RunFooter.byteCount)
    let reader = try IndexTesting.reader(file)
    #expect(reader.commitment == commitment)
  }

  @Test func agreesWithTheNaiveIndexAtEveryRecord() throws {
    var random = RepeatableRandom(for: "RunBuilderTests.agreesWithTheNaiveIndexAtEveryRecord")
    var builder = RunBuilder(firstRecord: 131_072)
    var naive = NaiveIndex()
    for number in 0..<300 {
      let record = 131_072 + UInt64(number)
      #expect(builder.nextRecord == record)
      let header = random.header()
      let keys = header.content.entities.map { EntityKey($0).bytes }
      if number.isMultiple(of: 2) {
        let bytes = header.encoded()
        try builder.append(header: bytes.rawSpan)
        naive.add(record, keys: keys)
      } else {
        // The same few entities again and again, some twice in one record.
        let few = (0..<4).map { _ in IndexTesting.key(Int.random(in: 0..<20, using: &random)) }
        builder.append(keys: few + few)
        naive.add(record, keys: few.map(\.bytes))
      }
      // A snapshot leaves the builder as it was, so each is checked and the next goes on.
      if number % 30 == 29 || number < 20 {
        let extent = IndexTesting.extent(0, 131_072, UInt64(number + 1))
        let (file, commitment) = builder.run(ledgerID: Golden.ledgerID)
        #expect(commitment.root == naive.root)
        #expect(commitment.entryCount == UInt64(naive.entries.count))
        #expect(commitment.extent == extent)
        #expect(file == IndexTesting.file(naive, extent).file)
      }
    }
    #expect(Set(builder.keys().map(\.bytes)) == Set(naive.entries.keys))
  }

  @Test func startsAnewWithoutARest() throws {
    var used = RunBuilder()
    for number in 0..<5_000 { used.append(keys: [IndexTesting.key(number)]) }
    used.restart(at: 65_536)
    var fresh = RunBuilder(firstRecord: 65_536)
    for number in 0..<100 {
      used.append(keys: [IndexTesting.key(number % 7)])
      fresh.append(keys: [IndexTesting.key(number % 7)])
    }
    #expect(used.run(ledgerID: Golden.ledgerID).file == fresh.run(ledgerID: Golden.ledgerID).file)
  }

  @Test func isFullAfter65536Records() {
    var builder = RunBuilder()
    for _ in 0..<65_535 { builder.append(keys: []) }
    #expect(!builder.isFull)
    builder.append(keys: [IndexTesting.key(0)])
    #expect(builder.isFull)
    #expect(builder.run(ledgerID: Golden.ledgerID).commitment.extent?.runFileName == "0-0.run")
  }
}
