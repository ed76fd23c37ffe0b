import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import Provenance
import Testing

/// Runs, index records and the proofs made from them, over the simulated disk.
@Suite struct IndexTests {
  private static func key(_ number: Int) -> EntityKey {
    EntityKey(type: .dataset, namespace: "warehouse", name: "table \(number)")
  }

  private static func proof(_ reader: LedgerReader, _ number: Int, since: UInt64 = 0) throws
    -> CompleteRecords
  {
    let keys = try reader.identity.verifierKeys.map { try NoteVerifierKey(vkey: $0) }
    let file = try reader.completenessProof(of: key(number), since: since).file
    return try CompletenessProofFile(parsing: file).check(keys: keys)
  }

  @Test func anIndexRecordIsSignedAtItsSize() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    try await EngineFixture.append(0..<5, to: ledger)
    let note = try await ledger.index()
    let checkpoint = try Checkpoint(parsing: SignedNote(parsing: note).text)
    #expect(checkpoint.size == 7)
    #expect(fixture.disk.contents("/l/checkpoint") == note)
    #expect(fixture.disk.contents("/l/index/6.note") == note)
    // Nothing new: nothing appended.
    #expect(try await ledger.index() == note)
    try await EngineFixture.append(5..<7, to: ledger)
    let reader = try fixture.reader()
    let header = try reader.record(at: 6).header
    #expect(header.content.kind == "index" && header.content.entities.isEmpty)
    #expect(header.content.runs.map(\.recordCount) == [6])
    #expect(try reader.indexStanding()?.record == 6)
    #expect(try reader.indexStanding()?.uncoveredCount == 2)
    #expect(try Self.proof(reader, 3).records == [4])
    #expect(try Self.proof(reader, 6).isAbsent)
    #expect(try reader.records(naming: Self.key(6)) == [8])
    let again = try await ledger.index()
    #expect(try Checkpoint(parsing: SignedNote(parsing: again).text).size == 10)
    try await ledger.close()
    #expect(try Self.proof(fixture.reader(), 6).records == [8])
    #expect(throws: LedgerError(.invalid, "")) { try Self.proof(fixture.reader(), 6, since: 9) }
  }

  @Test func withoutAnIndexRecordNothingIsProved() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let reader = try fixture.reader()
    #expect(try reader.indexStanding() == nil)
    let error = #expect(throws: LedgerError(.noIndexRecord, "")) {
      try reader.completenessProof(of: Self.key(0))
    }
    #expect(error?.message.contains("ledgerstone index /l") == true)
  }

  /// A writer that died between the index record and its note: the next one signs first.
  @Test func anUnsignedIndexRecordIsSignedAtOpening() async throws {
    for k in 1... {
      let fixture = EngineFixture()
      _ = try await fixture.create()
      let ledger = try fixture.open()
      try await EngineFixture.append(0..<3, to: ledger)
      fixture.disk.inject(.crash, at: k)
      let isDone = (try? await ledger.index()) != nil
      if isDone {
        #expect(k > 5)
        return
      }
      _ = try? await ledger.close()
      for survival in [SimulatedSurvival.onlySynchronized, .everything] {
        var second = fixture
        second.disk = fixture.disk.crashed(seed: UInt64(k), survival: survival)
        let opened = try second.open()
        let reader = try second.reader()
        for record in 0..<reader.size
        where try reader.record(at: record).header.content.kind == "index" {
          let note = try #require(second.disk.contents("/l/index/\(record).note"))
          #expect(try Checkpoint(parsing: SignedNote(parsing: note).text).size == record + 1)
        }
        try await EngineFixture.append(3..<4, to: opened)
        _ = try await opened.index()
        #expect(try Self.proof(second.reader(), 3).records.count == 1)
        try await opened.close()
      }
    }
  }

  /// Files of the index are derived: whatever happens to them, answers and proofs stay.
  @Test(arguments: ["missing", "empty", "cut", "flipped", "another's", "names missing"])
  func aDamagedRunIsDerivedAgain(_ damage: String) async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    var ledger = try fixture.open()
    try await EngineFixture.append(0..<40, to: ledger)
    _ = try await ledger.index()
    try await ledger.close()
    let expected = try Self.proof(fixture.reader(), 17)
    let path = "/l/index/0-0-41.run"
    let bytes = try #require(fixture.disk.contents(path))
    switch damage {
    case "missing": try fixture.disk.remove(path)
    case "empty": fixture.disk.setContents(path, [])
    case "cut": fixture.disk.setContents(path, Array(bytes.dropLast(30)))
    case "flipped":
      fixture.disk.flipBit(path, byte: bytes.count / 2, bit: 3)
    case "another's":
      fixture.disk.setContents(
        path,
        RunWriterSample.file(ledgerID: LedgerID([UInt8](repeating: 9, count: 16)), count: 41))
    default: try fixture.disk.remove("/l/index/0-0-41.names")
    }
    #expect(try Self.proof(fixture.reader(), 17) == expected)
    #expect(try fixture.reader().records(naming: Self.key(17)) == [18])
    let query = NameQuery(type: .dataset, namespace: "warehouse", namePrefix: "table 1")
    #expect(try fixture.reader().entityNames(matching: query, limit: 100).count == 11)
    ledger = try fixture.open()
    try await EngineFixture.append(40..<41, to: ledger)
    _ = try await ledger.index()
    try await ledger.close()
    #expect(try Self.proof(fixture.reader(), 17).records == [18])
    #expect(try Self.proof(fixture.reader(), 40).records.count == 1)
  }

  /// More records than one run holds, through the pipeline and through catching up.
  @Test(arguments: [false, true])
  func fullRuns(_ isBackground: Bool) async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 1 << 24
    _ = try await fixture.create()
    var options = fixture.options
    options.sealsInBackground = isBackground
    var ledger = try Ledger.open(at: EngineFixture.location, options: options)
    let count = 70_000
    for first in stride(from: 0, to: count, by: 10_000) {
      var batch = ledger.makeBatch()
      for number in first..<first + 10_000 {
        var content = RecordContent(kind: "access", source: "test")
        content.entities = [
          Entity(
            role: .target, type: .dataset, namespace: "warehouse", name: "table \(number % 97)")
        ]
        try batch.append(content)
      }
      _ = try await ledger.append(batch)
    }
    try await ledger.close()
    let expected = (0..<count).filter { $0 % 97 == 5 }.map { UInt64($0 + 1) }
    #expect(fixture.disk.contents("/l/index/0-0.run") != nil)
    #expect(try fixture.reader().records(naming: Self.key(5)) == expected)
    #expect(
      try fixture.reader().records(naming: Self.key(5), in: 60_000..<66_000, limit: 3)
        == Array(expected.filter { $0 >= 60_000 }.prefix(3)))
    // Without any file the next writer catches up with the log.
    let built = fixture.disk.contents("/l/index/0-0.run")
    for path in fixture.disk.filePaths(below: "/l/index") { try fixture.disk.remove(path) }
    #expect(try fixture.reader().records(naming: Self.key(5)) == expected)
    ledger = try Ledger.open(at: EngineFixture.location, options: options)
    _ = try await ledger.index()
    try await ledger.close()
    #expect(fixture.disk.contents("/l/index/0-0.run") == built)
    let reader = try fixture.reader()
    #expect(try reader.record(at: UInt64(count) + 1).header.content.runs.count == 2)
    #expect(try Self.proof(reader, 5).records == expected)
    #expect(try Self.proof(reader, 5, since: 69_000).records.suffix(5) == expected.suffix(5))
    #expect(try Self.proof(reader, 98).isAbsent)
  }

  /// Many producers while the index is built: it never loses a record.
  @Test func concurrentProducers() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    var options = fixture.options
    options.sealsInBackground = true
    let ledger = try Ledger.open(at: EngineFixture.location, options: options)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for producer in 0..<8 {
        group.addTask {
          for step in 0..<20 {
            try await EngineFixture.append(
              producer * 20 + step..<producer * 20 + step + 1, to: ledger)
            if step % 7 == producer % 7 { _ = try await ledger.index() }
          }
        }
      }
      try await group.waitForAll()
    }
    _ = try await ledger.index()
    try await ledger.close()
    let reader = try fixture.reader()
    for number in 0..<160 {
      #expect(try Self.proof(reader, number).records.count == 1, "table \(number)")
    }
  }
}

/// A run of another ledger.
enum RunWriterSample {
  static func file(ledgerID: LedgerID, count: Int) -> [UInt8] {
    var builder = RunBuilder(firstRecord: 0)
    for number in 0..<count {
      builder.append(keys: [EntityKey(type: .dataset, namespace: "w", name: "t\(number)")])
    }
    return builder.run(ledgerID: ledgerID).file
  }
}
