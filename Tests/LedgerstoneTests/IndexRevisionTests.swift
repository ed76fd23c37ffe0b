import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import Testing

/// Damage at rest in a file of the index where no published checkpoint covers it yet: a writer that
/// took the file as it is would sign over it.
@Suite struct IndexRevisionTests {
  private func verify(_ fixture: EngineFixture) -> VerificationReport {
    var options = VerificationOptions()
    options.workerCount = 1
    return LedgerVerification.verify(DiskEvidence(fixture.disk), options: options)
  }

  /// A clean ledger with a run that reaches above the published checkpoint, listed by an index
  /// record or not.
  private func ledger(isListed: Bool) async throws -> (EngineFixture, run: String) {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 1 << 24
    _ = try await fixture.create()
    let ledger = try fixture.open()
    guard isListed else {
      var batch = ledger.makeBatch()
      for number in 0..<5_000 {
        var content = RecordContent(kind: "access", source: "test")
        content.entities = [
          Entity(role: .target, type: .dataset, namespace: "w", name: "t\(number % 300)")
        ]
        try batch.append(content)
      }
      _ = try await ledger.append(batch)
      try await ledger.close()
      return (fixture, "/l/index/0-0-5001")
    }
    try await EngineFixture.append(0..<40, to: ledger)
    let older = try #require(fixture.disk.contents("/l/checkpoint"))
    _ = try await ledger.index()
    try await ledger.close()
    // As it was before, or as a crash between vault and publication leaves it.
    fixture.disk.setContents("/l/checkpoint", older)
    return (fixture, "/l/index/0-0-41")
  }

  @Test(arguments: [true, false], [".run", ".names"])
  func damageAboveTheCheckpointIsNotSignedOver(_ isListed: Bool, _ suffix: String) async throws {
    let (whole, run) = try await ledger(isListed: isListed)
    let path = run + suffix
    let bytes = try #require(whole.disk.contents(path))
    let step = isListed ? 97 : bytes.count / 7
    for place in stride(from: 3, to: bytes.count, by: step) {
      var fixture = whole
      fixture.disk = whole.disk.snapshot()
      fixture.disk.flipBit(path, byte: place, bit: place % 8)
      #expect(verify(fixture).status == .valid)
      let ledger = try fixture.open()
      #expect(ledger.remarks.contains { $0.contains("is built again") }, "byte \(place)")
      try await EngineFixture.append(50..<51, to: ledger)
      _ = try await ledger.checkpoint()
      try await ledger.close()
      let report = verify(fixture)
      #expect(report.status == .valid, "byte \(place): \(report.findings)")
      // What an index record lists is there again, and so is what spares readers a long way.
      let built = fixture.disk.contents(path)
      #expect(isListed ? built == bytes : fixture.disk.contents("/l/index/0-0-5002.run") != nil)
    }
  }

  /// A run that is consistent in itself, and not what the index record commits to.
  @Test func anotherRunIsNotTaken() async throws {
    let (fixture, run) = try await ledger(isListed: true)
    let path = run + ".run"
    let bytes = try #require(fixture.disk.contents(path))
    let identity = try fixture.reader().identity
    let key = EntityKey(type: .dataset, namespace: "warehouse", name: "table 1")
    let records = try fixture.reader().records(naming: key)
    #expect(!records.isEmpty)
    fixture.disk.setContents(path, RunWriterSample.file(ledgerID: identity.ledgerID, count: 41))
    // A reader goes through the log instead.
    #expect(try fixture.reader().records(naming: key) == records)
    let ledger = try fixture.open()
    #expect(ledger.remarks.contains { $0.contains("0-0-41.run could not be used") })
    try await ledger.close()
    #expect(fixture.disk.contents(path) == bytes)
    #expect(verify(fixture).status == .valid)
  }

  /// The tail that a clean close left, replaced by one that is consistent in itself: an index
  /// record of just its records keeps the right one.
  @Test func aFoundTailIsWrittenAgain() async throws {
    let (fixture, run) = try await ledger(isListed: false)
    let path = run + ".run"
    let bytes = try #require(fixture.disk.contents(path))
    let identity = try fixture.reader().identity
    fixture.disk.setContents(
      path, RunWriterSample.file(ledgerID: identity.ledgerID, count: 5_001))
    let ledger = try fixture.open()
    _ = try await ledger.index()
    try await ledger.close()
    #expect(fixture.disk.contents(path) == bytes)
    #expect(verify(fixture).status == .valid)
  }

  /// A full run under the published checkpoint that no index record lists yet, replaced by one
  /// that is consistent in itself and leaves an entity out: nothing of it is signed.
  @Test func whatWasOnlyFoundIsDerivedBeforeItIsSigned() async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 1 << 24
    _ = try await fixture.create()
    let capacity = FormatLimits.runRecordCount
    let first = try fixture.open()
    var batch = first.makeBatch()
    for number in 0..<capacity + 10 {
      var content = RecordContent(kind: "access", source: "test")
      content.entities = [
        Entity(role: .target, type: .dataset, namespace: "w", name: "t\(number % 5)")
      ]
      try batch.append(content)
    }
    _ = try await first.append(batch)
    _ = try await first.checkpoint()
    try await first.close()
    let path = "/l/index/0-0.run"
    let derived = try #require(fixture.disk.contents(path))
    var forger = RunBuilder()
    for _ in 0..<capacity {
      forger.append(keys: [EntityKey(type: .dataset, namespace: "w", name: "t1")])
    }
    let identity = try fixture.reader().identity
    let forged = forger.run(ledgerID: identity.ledgerID).file
    fixture.disk.setContents(path, forged)
    let second = try fixture.open()
    #expect(fixture.disk.contents(path) == forged)
    try await EngineFixture.append(0..<3, to: second)
    _ = try await second.index()
    #expect(fixture.disk.contents(path) == derived)
    try await EngineFixture.append(3..<6, to: second)
    _ = try await second.index()
    try await second.close()
    #expect(verify(fixture).status == .valid)
    // What is listed is not derived again.
    let third = try fixture.open()
    fixture.disk.setContents(path, forged)
    _ = try await third.index()
    #expect(fixture.disk.contents(path) == forged)
    try await third.close()
  }
}
