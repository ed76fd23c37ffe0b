import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import Provenance
import SegmentStorage
import SubjectVault
import Testing

/// Power cuts and failures at every operation of an erasure, the vault's transactions among them.
@Suite struct ErasureCrashTests {
  static let shareCount = 4

  /// What a client knows of the ledger it had erased in.
  private struct Written {
    var alice: [BodySlot] = []
    var bob = BodySlot(record: 0, body: 0)
    var plain = BodySlot(record: 0, body: 0)
    /// Salts and ciphertexts of alice.
    var traces: [[UInt8]] = []
    var report: ErasureReport?
  }

  private static let request = "request-1"

  private static func fixture(seed: UInt64) -> EngineFixture {
    var fixture = EngineFixture(seed: seed)
    fixture.segmentByteCountTarget = 1_500
    return fixture
  }

  /// A ledger with sealed and plain bodies in segments and in `active`.
  private static func prepare(_ fixture: EngineFixture) async throws -> (Ledger, Written) {
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var written = Written()
    let mixed = try await ErasureFixture.append(
      [("plain", nil), ("of alice", "alice"), ("of bob", "bob")], to: ledger, id: "1")
    for number in 0..<8 {
      try await ErasureFixture.append([("padding \(number)", nil)], to: ledger)
    }
    let later = try await ErasureFixture.append([("of alice too", "alice")], to: ledger)
    _ = try await ledger.checkpoint()
    written.plain = BodySlot(record: mixed.index, body: 0)
    written.bob = BodySlot(record: mixed.index, body: 2)
    written.alice = [
      BodySlot(record: mixed.index, body: 1), BodySlot(record: later.index, body: 0),
    ]
    let reader = try fixture.reader()
    for slot in written.alice {
      let opening = try reader.opening(record: slot.record, body: Int(slot.body))
      written.traces += [opening.salt, Array(opening.bytes.prefix(16))]
    }
    return (ledger, written)
  }

  private static func erase(_ ledger: Ledger) async throws -> ErasureReport {
    try await ErasureFixture.erase(request, [.subject("alice")], ledger)
  }

  private static func operationCount() async throws -> Int {
    let fixture = fixture(seed: 0)
    let (ledger, _) = try await prepare(fixture)
    let before = fixture.disk.operationCount()
    _ = try await erase(ledger)
    try await ledger.close()
    return fixture.disk.operationCount() - before
  }

  @Test(arguments: 0..<shareCount) func powerCutAtEveryOperation(share: Int) async throws {
    let count = try await Self.operationCount()
    #expect(count > 60, "the workload shrank")
    var crashCount = 0
    for ordinal in stride(from: 1 + share, through: count, by: Self.shareCount) {
      let fixture = Self.fixture(seed: UInt64(ordinal))
      var (ledger, written) = try await Self.prepare(fixture)
      fixture.disk.inject(.crash, at: ordinal)
      do {
        written.report = try await Self.erase(ledger)
        try await ledger.close()
      } catch {}
      if fixture.disk.isPowerLost { crashCount += 1 }
      for survival in SimulatedSurvival.allCases {
        var survivor = fixture
        survivor.disk = fixture.disk.crashed(seed: UInt64(ordinal), survival: survival)
        do {
          try await Self.check(survivor, written)
        } catch {
          Issue.record(error, "operation \(ordinal) of \(count), \(survival)")
        }
      }
    }
    #expect(crashCount >= count / Self.shareCount - 2)
  }

  @Test(arguments: 0..<shareCount) func powerCutAgainWhileItGoesOn(share: Int) async throws {
    let count = try await Self.operationCount()
    var crashCount = 0
    for ordinal in stride(from: 3 + share * 4, through: count, by: Self.shareCount * 4) {
      let fixture = Self.fixture(seed: UInt64(ordinal))
      let (ledger, written) = try await Self.prepare(fixture)
      fixture.disk.inject(.crash, at: ordinal)
      _ = try? await Self.erase(ledger)
      for again in stride(from: 1, through: count + 40, by: 7) {
        var second = fixture
        let survival = SimulatedSurvival.allCases[again % 3]
        second.disk = fixture.disk.crashed(seed: UInt64(ordinal), survival: .anySubset)
        second.disk.inject(.crash, at: again)
        if let reopened = try? second.open() {
          _ = try? await Self.erase(reopened)
          _ = try? await reopened.close()
        }
        guard second.disk.isPowerLost else { break }
        crashCount += 1
        second.disk = second.disk.crashed(seed: UInt64(again), survival: survival)
        do {
          try await Self.check(second, written)
        } catch {
          Issue.record(error, "operation \(ordinal), then \(again), \(survival)")
        }
      }
    }
    #expect(crashCount > 20)
  }

  @Test(arguments: 0..<shareCount) func failuresAtEveryOperation(share: Int) async throws {
    let count = try await Self.operationCount()
    for fault: SimulatedFault in [.fail(.inputOutput), .writeHalf(.noSpace)] {
      for ordinal in stride(from: 1 + share, through: count, by: Self.shareCount) {
        let fixture = Self.fixture(seed: UInt64(ordinal))
        var (ledger, written) = try await Self.prepare(fixture)
        fixture.disk.inject(fault, at: ordinal)
        do {
          written.report = try await Self.erase(ledger)
        } catch let error as LedgerError {
          #expect([.storage, .poisoned].contains(error.code), "\(ordinal) \(fault): \(error)")
        }
        _ = try? await ledger.close()
        do {
          try await Self.check(fixture, written)
        } catch {
          Issue.record(error, "operation \(ordinal), \(fault)")
        }
      }
    }
  }

  /// As for a rotation: what a step that failed left in the cache alone is not taken for done.
  @Test(arguments: 0..<shareCount) func failureThatTheNextStartDoesNotSee(share: Int) async throws {
    let count = try await Self.operationCount()
    for ordinal in stride(from: 1 + share, through: count, by: Self.shareCount) {
      for draw in 0..<2 {
        var fixture = Self.fixture(seed: UInt64(ordinal * 2 + draw))
        var (ledger, written) = try await Self.prepare(fixture)
        fixture.disk.inject(.fail(.inputOutput), at: ordinal)
        _ = try? await Self.erase(ledger)
        _ = try? await ledger.close()
        do {
          ledger = try fixture.open()
          written.report = try await Self.erase(ledger)
          try await ledger.close()
          fixture.disk = fixture.disk.crashed(seed: 0, survival: .onlySynchronized)
          ledger = try fixture.open()
          try #require(!ledger.remarks.contains { $0.contains(Self.request) })
          try await ledger.close()
          try await Self.check(fixture, written)
        } catch {
          Issue.record(error, "operation \(ordinal) of \(count), draw \(draw)")
        }
      }
    }
  }

  /// A full medium while segments are rewritten; with room again the same ledger goes on.
  @Test func fullMediumDuringTheRewriting() async throws {
    var uncertifiedCount = 0
    for free in stride(from: 0, through: 4_000, by: 250) {
      let fixture = Self.fixture(seed: UInt64(free))
      let (ledger, written) = try await Self.prepare(fixture)
      fixture.disk.freeSizeBytes = free
      var failure: LedgerError?
      do { _ = try await Self.erase(ledger) } catch let error as LedgerError { failure = error }
      fixture.disk.freeSizeBytes = nil
      if let failure { #expect([.storage, .poisoned].contains(failure.code)) }
      _ = try? await ledger.close()
      if failure != nil {
        let reasons = try await Self.refusal(fixture)
        #expect(!reasons.isEmpty, "a certificate of an unfinished erasure")
        if reasons.contains("E5: the erasure planned") { uncertifiedCount += 1 }
      }
      try await Self.check(fixture, written)
    }
    #expect(uncertifiedCount > 0)
  }

  /// Why no certificate is given; empty if one is.
  private static func refusal(_ fixture: EngineFixture) async throws -> String {
    let ledger = try fixture.open()
    let order = CertificateOrder(
      request: request, facts: try CertificateFixture.facts(), tool: "test")
    var reasons = ""
    do {
      _ = try await ledger.certify(order) { _ in }
    } catch let error as LedgerError {
      reasons = error.message
    }
    try await ledger.close()
    return reasons
  }

  // MARK: What must hold

  private static func verify(_ fixture: EngineFixture) -> VerificationReport {
    var options = VerificationOptions()
    options.workerCount = 1
    options.vaultNote = fixture.disk.contents("/l.vault/note")
    return LedgerVerification.verify(DiskEvidence(fixture.disk), options: options)
  }

  private static func check(_ fixture: EngineFixture, _ written: Written) async throws {
    let before = verify(fixture)
    try #require(before.status != .notValid, "\(before.findings)")
    var ledger = try fixture.open()
    try checkOthers(fixture, written)
    if written.report != nil { try checkErased(fixture, written) }
    let isUnfinished = ledger.remarks.contains { $0.contains(request) }
    if isUnfinished {
      let error = await #expect(throws: LedgerError.self) {
        try await ErasureFixture.append([("more", "alice")], to: ledger)
      }
      try #require(error?.code == .erasing)
    }
    if isUnfinished {
      // The request is taken, until it is done with what it was begun with.
      let other = await #expect(throws: LedgerError.self) {
        try await ErasureFixture.erase(request, [.body(written.bob)], ledger)
      }
      try #require(other?.code == .invalid)
    }
    try await finish(ledger, fixture, written)
    ledger = try fixture.open()
    try #require(!ledger.remarks.contains { $0.contains(request) })
    let new = try await ErasureFixture.append([("anew", "alice")], to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    let sealed = try SealedBodyReader(try fixture.reader(), options: fixture.options)
    try #require(try sealed.open(record: new.index, body: 0).bytes == Array("anew".utf8))
    try checkErased(fixture, written)
    try checkOthers(fixture, written)
    let after = verify(fixture)
    try #require(after.status == .valid, "\(after.findings)")
    try #require(!after.remarks.contains { $0.code == .erasureInProgress })
    try #require(fixture.disk.filePaths().allSatisfy { !$0.hasSuffix(".tmp") })
    for path in fixture.disk.filePaths() {
      let bytes = fixture.disk.contents(path) ?? []
      for content in [bytes] + ErasureFixture.expanded(bytes) {
        for trace in written.traces {
          try #require(ErasureFixture.places(of: trace, in: content).isEmpty, "\(path)")
        }
      }
    }
  }

  /// Repeats the command, and requires one plan and one outcome in the end.
  private static func finish(
    _ ledger: Ledger, _ fixture: EngineFixture, _ written: Written
  ) async throws {
    let report = try await erase(ledger)
    try #require(report.outcome == .erased && report.bodyCount == 2, "\(report)")
    let again = try await erase(ledger)
    try #require(again.isRepeated && again.planRecord == report.planRecord)
    try await ledger.close()
    var plans: [UInt64] = []
    var outcomes: [UInt64] = []
    let reader = try fixture.reader()
    try reader.forEachRecord(in: 0..<reader.size) { record in
      if record.header.content.kind == "erasure/plan" { plans.append(record.header.index) }
      if record.header.content.kind == "erasure/outcome" { outcomes.append(record.header.index) }
    }
    try #require(plans == [report.planRecord] && outcomes == [report.outcomeRecord])
    if let acknowledged = written.report {
      try #require(acknowledged.planRecord == report.planRecord && report.isRepeated)
    }
  }

  private static func checkErased(_ fixture: EngineFixture, _ written: Written) throws {
    let reader = try fixture.reader()
    for slot in written.alice {
      let error = #expect(throws: LedgerError.self) {
        try reader.opening(record: slot.record, body: Int(slot.body))
      }
      try #require(error?.code == .erased)
    }
  }

  private static func checkOthers(_ fixture: EngineFixture, _ written: Written) throws {
    let reader = try fixture.reader()
    try #require(
      try reader.body(record: written.plain.record, body: 0) == Array("plain".utf8))
    let sealed = try SealedBodyReader(reader, options: fixture.options)
    try #require(
      try sealed.open(record: written.bob.record, body: 2).bytes == Array("of bob".utf8))
  }
}
