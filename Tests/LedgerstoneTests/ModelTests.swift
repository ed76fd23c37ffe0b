import Foundation
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import Provenance
import SegmentStorage
import Testing

/// Random work on a ledger beside a plain array of what should be in it.
///
/// `LEDGERSTONE_SEED` replays one seed.
@Suite struct ModelTests {
  /// SplitMix64.
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  struct Record {
    var body: [UInt8]
    var rule: DuplicateRule
    /// nil until it was acknowledged.
    var receipt: Receipt?
  }

  static let seeds: [UInt64] = {
    let environment = ProcessInfo.processInfo.environment
    return environment["LEDGERSTONE_SEED"].flatMap(UInt64.init).map { [$0] } ?? [1, 2, 3, 4]
  }()

  @Test(arguments: seeds) func randomWork(seed: UInt64) async throws {
    var generator = Generator(state: seed)
    var fixture = EngineFixture(seed: seed)
    fixture.segmentByteCountTarget = [300, 2_000, 20_000].randomElement(using: &generator) ?? 300
    _ = try await fixture.create()
    var ledger = try fixture.open()
    var records: [Record] = []
    var checked = 0
    var notes: [[UInt8]] = [try await ledger.checkpoint()]
    for step in 0..<60 {
      switch Int.random(in: 0..<10, using: &generator) {
      case 0..<5:
        try await Self.appendNew(&records, ledger, &generator)
      case 5, 6:
        try await Self.sendOldAgain(records, ledger, &generator)
      case 7:
        notes.append(try await ledger.checkpoint())
      case 8:
        try await ledger.close()
        ledger = try fixture.open()
        #expect(ledger.remarks == [])
      default:
        fixture.disk = fixture.disk.crashed(
          seed: generator.next(),
          survival: SimulatedSurvival.allCases.randomElement(using: &generator) ?? .everything)
        ledger = try fixture.open()
      }
      do {
        try Self.compare(try fixture.reader(), records, from: &checked, last: notes.last)
      } catch {
        Issue.record(error, "LEDGERSTONE_SEED=\(seed), step \(step)")
        return
      }
    }
    notes.append(try await ledger.checkpoint())
    try await ledger.close()
    let reader = try fixture.reader()
    checked = 0
    try Self.compare(reader, records, from: &checked, last: notes.last)
    for note in notes {
      try ConsistencyProofFile(parsing: reader.consistencyProof(since: note)).check()
    }
  }

  private static func appendNew(
    _ records: inout [Record], _ ledger: Ledger, _ generator: inout Generator
  ) async throws {
    var batch = ledger.makeBatch()
    let first = records.count
    for _ in 0..<Int.random(in: 1...12, using: &generator) {
      let number = records.count
      let length = Int.random(in: 0..<400, using: &generator)
      let body =
        Array("\(number) ".utf8)
        + (0..<length).map { _ in UInt8.random(in: 32...126, using: &generator) }
      let rule: DuplicateRule =
        [.none, .bodyBytes, .identifier("id \(number)")].randomElement(using: &generator) ?? .none
      records.append(Record(body: body, rule: rule))
      try add(records[number], number, to: &batch)
    }
    for (position, outcome) in try await ledger.append(batch).enumerated() {
      let receipt = try DuplicateTests.receipt(outcome)
      // Record 0 of the ledger is its own.
      #expect(receipt.index == UInt64(first + position + 1))
      #expect(!receipt.isDuplicate)
      records[first + position].receipt = receipt
    }
  }

  private static func sendOldAgain(
    _ records: [Record], _ ledger: Ledger, _ generator: inout Generator
  ) async throws {
    let old = (0..<6).compactMap { _ in records.indices.randomElement(using: &generator) }
      .filter { records[$0].rule != .none }
    var batch = ledger.makeBatch()
    for number in old { try add(records[number], number, to: &batch) }
    for (number, outcome) in zip(old, try await ledger.append(batch)) {
      DuplicateTests.expectDuplicate(outcome, of: try #require(records[number].receipt))
    }
  }

  private static func add(_ record: Record, _ number: Int, to batch: inout RecordBatch) throws {
    try batch.append(
      EngineFixture.content(number),
      bodies: [RecordBatch.Body(contentType: "text/plain", bytes: record.body)],
      duplicates: record.rule)
  }

  /// Compares what is new since the last comparison, and the published note.
  private static func compare(
    _ reader: LedgerReader, _ records: [Record], from checked: inout Int, last: [UInt8]?
  ) throws {
    try #require(reader.size == UInt64(records.count + 1))
    try #require(reader.checkpoint == last)
    for number in checked..<records.count {
      let receipt = try #require(records[number].receipt)
      let record = try reader.record(at: receipt.index)
      try #require(record.leafHash == receipt.leafHash)
      try #require(record.header.recordedTime == receipt.recordedTime)
      try #require(
        record.header.content.entities == EngineFixture.content(number).entities)
      try #require(try reader.body(record: receipt.index, body: 0) == records[number].body)
    }
    checked = max(0, records.count - 30)
  }
}
