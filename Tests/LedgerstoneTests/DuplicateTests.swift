import LedgerFormat
import LedgerTestSupport
import Provenance
import SegmentStorage
import Testing

@testable import Ledgerstone

/// The same record sent twice is stored once, and answered by the first one's receipt.
@Suite struct DuplicateTests {
  /// Appends one record and gives what became of it.
  static func send(
    _ bytes: String, _ rule: DuplicateRule, source: String = "test", entity: Int = 0,
    to ledger: Ledger
  ) async throws -> AppendOutcome {
    var batch = ledger.makeBatch()
    try add(bytes, rule, source: source, entity: entity, to: &batch)
    return try await ledger.append(batch)[0]
  }

  static func add(
    _ bytes: String, _ rule: DuplicateRule, source: String = "test", entity: Int = 0,
    to batch: inout RecordBatch
  ) throws {
    var content = EngineFixture.content(entity)
    content.source = source
    try batch.append(
      content,
      bodies: [RecordBatch.Body(contentType: "application/json", bytes: Array(bytes.utf8))],
      duplicates: rule)
  }

  static func receipt(_ outcome: AppendOutcome) throws -> Receipt {
    guard case .recorded(let receipt) = outcome else { throw EngineFixture.Unexpected.conflict }
    return receipt
  }

  /// Requires `outcome` to be the duplicate of what `original` acknowledged.
  static func expectDuplicate(
    _ outcome: AppendOutcome, of original: Receipt,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var expected = original
    expected.isDuplicate = true
    #expect(outcome == .recorded(expected), sourceLocation: sourceLocation)
  }

  @Test func bodyBytes() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    let first = try Self.receipt(try await Self.send("{}", .bodyBytes, to: ledger))
    #expect(first.index == 1 && !first.isDuplicate && first.identifier == nil)
    fixture.clock.advance(microseconds: 5_000_000)
    // The bytes decide, not what the header was made to say.
    Self.expectDuplicate(
      try await Self.send("{}", .bodyBytes, entity: 9, to: ledger), of: first)
    let otherBytes = try Self.receipt(try await Self.send("{ }", .bodyBytes, to: ledger))
    #expect(otherBytes.index == 2)
    let otherSource = try Self.receipt(
      try await Self.send("{}", .bodyBytes, source: "tes", to: ledger))
    #expect(otherSource.index == 3)
    let noRule = try Self.receipt(try await Self.send("{}", .none, to: ledger))
    #expect(noRule.index == 4)
    // An id that looks like the bytes is of the other rule.
    let asIdentifier = try Self.receipt(try await Self.send("{}", .identifier("{}"), to: ledger))
    #expect(asIdentifier.index == 5)
    try await ledger.close()
    #expect(try fixture.reader().size == 6)
  }

  @Test func recordsWithoutABodyHaveNoDuplicates() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var batch = ledger.makeBatch()
    for number in 0..<3 { try batch.append(EngineFixture.content(number), duplicates: .bodyBytes) }
    let outcomes = try await ledger.append(batch)
    #expect(try outcomes.map { try Self.receipt($0).index } == [1, 2, 3])
    try await ledger.close()
  }

  @Test func identifiers() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    let first = try Self.receipt(try await Self.send("a", .identifier("1"), to: ledger))
    #expect(first.identifier == "1")
    Self.expectDuplicate(try await Self.send("a", .identifier("1"), to: ledger), of: first)
    let conflict = AppendOutcome.conflict(index: 1, identifier: "1")
    #expect(try await Self.send("b", .identifier("1"), to: ledger) == conflict)
    #expect(try await Self.send("a", .identifier("1"), entity: 4, to: ledger) == conflict)
    let other = try Self.receipt(
      try await Self.send("a", .identifier("1"), source: "other", to: ledger))
    #expect(other.index == 2)
    let id = try Self.receipt(try await Self.send("a", .identifier("2"), to: ledger))
    #expect(id.index == 3)
    // Where source and id meet must not matter.
    let shifted = try Self.receipt(
      try await Self.send("a", .identifier("t1"), source: "tes", to: ledger))
    #expect(shifted.index == 4)
    try await ledger.close()
    #expect(try fixture.reader().size == 5)
  }

  @Test func contentTypeAndBodyCountMakeAConflict() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    func send(_ bodies: [RecordBatch.Body]) async throws -> AppendOutcome {
      var batch = ledger.makeBatch()
      try batch.append(EngineFixture.content(0), bodies: bodies, duplicates: .identifier("x"))
      return try await ledger.append(batch)[0]
    }
    let body = RecordBatch.Body(contentType: "text/plain", bytes: [1, 2])
    _ = try await send([body])
    let conflict = AppendOutcome.conflict(index: 1, identifier: "x")
    #expect(try await send([.init(contentType: "text/html", bytes: [1, 2])]) == conflict)
    #expect(try await send([body, .init(contentType: "text/plain", bytes: [])]) == conflict)
    #expect(try await send([]) == conflict)
    try await ledger.close()
    #expect(try fixture.reader().size == 2)
  }

  @Test func insideOneBatch() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var batch = ledger.makeBatch()
    try Self.add("a", .bodyBytes, to: &batch)
    try Self.add("b", .identifier("b"), to: &batch)
    try Self.add("a", .bodyBytes, to: &batch)
    try Self.add("c", .identifier("b"), to: &batch)
    try Self.add("b", .identifier("b"), to: &batch)
    try Self.add("d", .none, to: &batch)
    let outcomes = try await ledger.append(batch)
    try await ledger.close()
    let (a, b) = (try Self.receipt(outcomes[0]), try Self.receipt(outcomes[1]))
    Self.expectDuplicate(outcomes[2], of: a)
    #expect(outcomes[3] == .conflict(index: 2, identifier: "b"))
    Self.expectDuplicate(outcomes[4], of: b)
    #expect(try Self.receipt(outcomes[5]).index == 3)
    #expect(try fixture.reader().size == 4)
  }

  /// Out of `active`, out of the vault's file after sealing, after a crash, and with both.
  @Test(arguments: [60, 2_048, 1 << 20]) func acrossOpenings(target: Int) async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = target
    _ = try await fixture.create()
    var receipts: [Receipt] = []
    for round in 0..<5 {
      let ledger = try fixture.open()
      for number in 0..<8 {
        let rule: DuplicateRule = number % 2 == 0 ? .bodyBytes : .identifier("\(round).\(number)")
        receipts.append(
          try Self.receipt(
            try await Self.send("\(round).\(number)", rule, to: ledger)))
      }
      if round == 2 { fixture.disk = fixture.disk.crashed(seed: 3) }
      if round != 2 { try await ledger.close() }
    }
    let ledger = try fixture.open()
    for (position, known) in receipts.enumerated() {
      let (round, number) = (position / 8, position % 8)
      let rule: DuplicateRule = number % 2 == 0 ? .bodyBytes : .identifier("\(round).\(number)")
      Self.expectDuplicate(
        try await Self.send("\(round).\(number)", rule, to: ledger), of: known)
      if number % 2 == 1 {
        #expect(
          try await Self.send("other", rule, to: ledger)
            == .conflict(index: known.index, identifier: "\(round).\(number)"))
      }
    }
    try await ledger.close()
    #expect(try fixture.reader().size == 41)
    #expect(fixture.disk.filePaths(below: "/l/log").isEmpty == (target == 1 << 20))
  }

  @Test(arguments: [60, 1 << 20], [false, true]) func theWindowForgets(
    target: Int, reopens: Bool
  ) async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = target
    _ = try await fixture.create()
    var options = fixture.options
    options.duplicateWindowRecordCount = 4
    var ledger = try Ledger.open(at: EngineFixture.location, options: options)
    for number in 1...6 { _ = try await Self.send("\(number)", .bodyBytes, to: ledger) }
    if reopens {
      try await ledger.close()
      ledger = try Ledger.open(at: EngineFixture.location, options: options)
    }
    // The next record is 7: the last four are 3 to 6.
    #expect(try Self.receipt(try await Self.send("3", .bodyBytes, to: ledger)).isDuplicate)
    let again = try Self.receipt(try await Self.send("2", .bodyBytes, to: ledger))
    #expect(again.index == 7 && !again.isDuplicate)
    // Now it is remembered as the newer one, and 3 has left.
    Self.expectDuplicate(try await Self.send("2", .bodyBytes, to: ledger), of: again)
    #expect(try Self.receipt(try await Self.send("3", .bodyBytes, to: ledger)).index == 8)
    try await ledger.close()
  }

  @Test func aTornVaultFileIsDropped() async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 60
    _ = try await fixture.create()
    var ledger = try fixture.open()
    var receipts: [Receipt] = []
    for number in 0..<3 {
      receipts.append(try Self.receipt(try await Self.send("\(number)", .bodyBytes, to: ledger)))
    }
    try await ledger.close()
    let whole = try #require(fixture.disk.contents("/l.vault/duplicates"))
    for kept in [whole.count - 1, whole.count - 40, 33, 10, 0] {
      var copy = fixture
      copy.disk = fixture.disk.snapshot()
      copy.disk.setContents("/l.vault/duplicates", Array(whole.prefix(kept)))
      ledger = try copy.open()
      // What is still remembered is right; the rest is a new record, as beyond the window.
      for number in 0..<3 {
        let receipt = try Self.receipt(
          try await Self.send("\(number)", .bodyBytes, to: ledger))
        if receipt.isDuplicate { #expect(receipt.index == receipts[number].index) }
        if number == 2 || kept == 0 { #expect(!receipt.isDuplicate) }
      }
      try await ledger.close()
      // The file is whole again, with all that was added.
      ledger = try copy.open()
      for number in 0..<3 {
        #expect(
          try Self.receipt(try await Self.send("\(number)", .bodyBytes, to: ledger))
            .isDuplicate)
      }
      try await ledger.close()
    }
  }

  @Test func aPoisonedLedgerAnswersNoDuplicates() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    _ = try await Self.send("safe", .bodyBytes, to: ledger)
    fixture.disk.inject(.fail(.inputOutput), at: 1)
    await #expect(throws: LedgerError(.storage, "")) {
      try await Self.send("lost", .bodyBytes, to: ledger)
    }
    for bytes in ["lost", "safe"] {
      await #expect(throws: LedgerError(.poisoned, "")) {
        try await Self.send(bytes, .bodyBytes, to: ledger)
      }
    }
    try await ledger.close()
  }
}
