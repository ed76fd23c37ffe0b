import LedgerTestSupport
import Ledgerstone
import SegmentStorage
import Testing

/// An operation that fails stops the writer; what was acknowledged stays.
@Suite struct PoisonTests {
  static let faults: [SimulatedFault] = [
    .fail(.inputOutput), .failButPersist(.inputOutput), .writeHalf(.inputOutput), .fail(.noSpace),
    .writeHalf(.noSpace), .failButPersist(.noSpace),
  ]

  /// Two groups, a sealing, a checkpoint, and one more group.
  static func work(_ ledger: Ledger, _ written: inout WrittenLedger) async throws {
    try await written.send(3, to: ledger)
    try await written.checkpoint(ledger)
    try await written.send(4, to: ledger)
    try await written.checkpoint(ledger)
  }

  static func fixture() async throws -> (EngineFixture, Ledger, WrittenLedger) {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 2_400
    _ = try await fixture.create()
    return (fixture, try fixture.open(), WrittenLedger())
  }

  @Test(arguments: faults) func atEveryOperation(fault: SimulatedFault) async throws {
    var (fixture, ledger, written) = try await Self.fixture()
    let empty = fixture.disk.snapshot()
    let before = fixture.disk.operationCount()
    try await Self.work(ledger, &written)
    let count = fixture.disk.operationCount() - before
    try await ledger.close()
    #expect(fixture.disk.filePaths(below: "/l/log").count >= 1, "the workload seals")
    var failureCount = 0
    for ordinal in 1...count {
      fixture.disk = empty.snapshot()
      ledger = try fixture.open()
      written = WrittenLedger()
      fixture.disk.inject(fault, at: ordinal)
      let place = "operation \(ordinal) of \(count)"
      do {
        try await Self.work(ledger, &written)
        // A sealing after the last answer may fail without one.
      } catch let error as LedgerError {
        failureCount += 1
        #expect([.storage, .poisoned].contains(error.code), "\(place): \(error)")
        if fault == .fail(.noSpace) || fault == .writeHalf(.noSpace) {
          #expect(error.message.contains("free some space"), "\(place): \(error)")
        }
        await #expect(throws: LedgerError(.poisoned, ""), "\(place)") {
          try await written.send(1, to: ledger)
        }
        await #expect(throws: LedgerError(.poisoned, ""), "\(place)") {
          try await ledger.checkpoint()
        }
        written.sentCount -= 1
      }
      fixture.disk.removeFaults()
      _ = try? await ledger.close()
      do {
        try await Self.goOn(fixture, written)
      } catch {
        Issue.record(error, "\(place)")
      }
    }
    #expect(failureCount > count / 2)
  }

  private static func goOn(_ fixture: EngineFixture, _ failed: WrittenLedger) async throws {
    var written = failed
    let ledger = try fixture.open()
    try written.check(try fixture.reader())
    try await written.sendAgain(to: ledger)
    try await written.send(2, to: ledger)
    try await written.checkpoint(ledger)
    try await ledger.close()
    try written.check(try fixture.reader(), isComplete: true)
  }

  /// The records are acknowledged, then their file cannot be sealed: `close` says so, unless an
  /// append or a checkpoint did before.
  @Test(arguments: [false, true]) func aFailedSealingIsReported(wasTold: Bool) async throws {
    var (fixture, ledger, written) = try await Self.fixture()
    let empty = fixture.disk.snapshot()
    var before = fixture.disk.operationCount()
    try await written.send(8, to: ledger)
    let count = fixture.disk.operationCount() - before
    try await ledger.close()
    #expect(fixture.disk.filePaths(below: "/l/log").count == 1, "eight records are a segment")
    var reportCount = 0
    for ordinal in 1...count {
      fixture.disk = empty.snapshot()
      ledger = try fixture.open()
      written = WrittenLedger()
      fixture.disk.inject(.fail(.inputOutput), at: ordinal)
      before = fixture.disk.operationCount()
      do { try await written.send(8, to: ledger) } catch { written.sentCount = 0 }
      let isAcknowledged = written.sentCount > 0
      if wasTold {
        await #expect(throws: LedgerError(.poisoned, "")) { try await ledger.checkpoint() }
      }
      if isAcknowledged && !wasTold {
        reportCount += 1
        let error = await #expect(throws: LedgerError(.storage, ""), "operation \(ordinal)") {
          try await ledger.close()
        }
        #expect(error?.message.contains("could not be sealed") == true)
        #expect(error?.message.contains("what was acknowledged is safe") == true)
      } else {
        try await ledger.close()
      }
      if isAcknowledged {
        try await Self.goOn(fixture, written)
        #expect(fixture.disk.contents("/l/active.sealing") == nil)
      }
    }
    #expect(wasTold || reportCount > 10, "the operations of a sealing")
  }

  @Test func aFullDiskSaysWhatToDo() async throws {
    var (fixture, ledger, written) = try await Self.fixture()
    try await written.send(2, to: ledger)
    fixture.disk.freeSizeBytes = 100
    let error = await #expect(throws: LedgerError(.storage, "")) {
      try await written.send(5, to: ledger)
    }
    #expect(
      error?.message.hasSuffix(
        "free some space and run the command again, what was acknowledged is safe") == true)
    #expect(error?.message.contains("/l/active") == true)
    let later = await #expect(throws: LedgerError(.poisoned, "")) {
      try await EngineFixture.append(0..<1, to: ledger)
    }
    #expect(later?.message.contains("open the ledger again") == true)
    try await ledger.close()
    // Still full: opening needs room for its copy.
    #expect(throws: LedgerError(.storage, "")) { try fixture.open() }
    fixture.disk.freeSizeBytes = nil
    try await Self.goOn(fixture, written)
  }

  @Test func aReadOnlyDisk() async throws {
    var (fixture, ledger, written) = try await Self.fixture()
    try await written.send(2, to: ledger)
    try await ledger.close()
    fixture.disk.isReadOnly = true
    let error = #expect(throws: LedgerError(.storage, "")) { try fixture.open() }
    #expect(error?.message.contains("read-only") == true)
    try written.check(try fixture.reader(), isComplete: true)
    fixture.disk.isReadOnly = false
    try await Self.goOn(fixture, written)
  }

  @Test func closingReleasesEveryFile() async throws {
    let fixture = EngineFixture()
    do {
      _ = try await fixture.create()
      let ledger = try fixture.open()
      try await EngineFixture.append(0..<40, to: ledger)
      _ = try await ledger.checkpoint()
      try await ledger.close()
      try await ledger.close()
      await #expect(throws: LedgerError(.closed, "")) {
        try await EngineFixture.append(0..<1, to: ledger)
      }
      await #expect(throws: LedgerError(.closed, "")) { try await ledger.checkpoint() }
      #expect(ledger.queuedByteCount == 0)
    }
    #expect(await fixture.hasClosedAllFiles())
  }

  @Test func dirtyEndsReleaseTheLock() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    do {
      let ledger = try fixture.open()
      try await EngineFixture.append(0..<3, to: ledger)
    }
    let ledger = try fixture.open()
    #expect(try fixture.reader().size == 4)
    try await ledger.close()
  }
}
