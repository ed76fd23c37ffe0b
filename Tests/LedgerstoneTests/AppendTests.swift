import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import Provenance
import SegmentStorage
import Testing

@Suite struct AppendTests {
  @Test func whatIsAppendedIsReadBackByteForByte() async throws {
    let fixture = EngineFixture()
    let vkey = try await fixture.create()
    let ledger = try fixture.open()
    var receipts: [Receipt] = []
    for start in stride(from: 0, to: 60, by: 6) {
      receipts += try await EngineFixture.append(start..<start + 6, to: ledger)
    }
    let note = try await ledger.checkpoint()
    try await ledger.close()

    let reader = try fixture.reader()
    #expect(reader.size == 61)
    #expect(reader.identity.verifierKeys == [vkey])
    var leaves: [[UInt8]] = []
    var previous = SHA256Digest.zero
    for index in 0..<reader.size {
      let record = try reader.record(at: index)
      #expect(record.header.index == index)
      #expect(record.header.previousLeafHash == previous)
      previous = MerkleHash.leaf(record.bytes.rawSpan)
      #expect(record.leafHash == previous)
      leaves.append(record.bytes)
      guard index > 0 else { continue }
      #expect(receipts[Int(index) - 1].index == index)
      #expect(receipts[Int(index) - 1].leafHash == previous)
      let opening = try reader.opening(record: index, body: 0)
      #expect(opening.bytes == EngineFixture.body(Int(index) - 1))
      let committed = opening.salt + opening.bytes
      #expect(
        record.header.content.bodies[0].commitment == SHA256Hasher.hash(committed.rawSpan))
    }
    let checkpoint = try Checkpoint(parsing: SignedNote(parsing: note).text)
    #expect(checkpoint.size == 61)
    #expect(checkpoint.root == NaiveTree(entries: leaves).hash(0, leaves.count))
    #expect(reader.checkpoint == note)
    let segments = fixture.disk.filePaths(below: "/l/log")
    #expect(segments.count >= 2, "segments are small enough that several were sealed")
  }

  @Test func proofsHoldForEveryRecord() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    let first = try await ledger.checkpoint()
    try await EngineFixture.append(0..<300, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    let reader = try fixture.reader()
    for index in 0..<reader.size {
      let record = try reader.record(at: index)
      let file = try InclusionProofFile(parsing: reader.inclusionProof(at: index))
      try file.check(leafHash: record.leafHash)
    }
    let consistency = try ConsistencyProofFile(parsing: reader.consistencyProof(since: first))
    try consistency.check()
    #expect(consistency.oldCheckpoint.size == 1)
    #expect(throws: LedgerError(.notFound, "")) { try reader.inclusionProof(at: reader.size) }
  }

  @Test func aSecondOpeningGoesOnWhereTheFirstEnded() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    for round in 0..<5 {
      let ledger = try fixture.open()
      #expect(ledger.remarks == [])
      let receipts = try await EngineFixture.append(round * 10..<round * 10 + 10, to: ledger)
      #expect(receipts.first?.index == UInt64(round * 10 + 1))
      _ = try await ledger.checkpoint()
      try await ledger.close()
    }
    #expect(try fixture.reader().size == 51)
  }
}
