import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import SegmentStorage
import Testing

/// Power cuts and failures at every operation of a rotation of the key.
@Suite struct RotationCrashTests {
  private struct Written {
    var firstKey = ""
    /// Acknowledged.
    var report: KeyRotationReport?
  }

  private static func prepare(_ fixture: EngineFixture) async throws -> (Ledger, Written) {
    let written = Written(firstKey: try await fixture.create())
    let ledger = try fixture.open()
    try await EngineFixture.append(0..<5, to: ledger)
    _ = try await ledger.checkpoint()
    try await EngineFixture.append(5..<7, to: ledger)
    return (ledger, written)
  }

  private static func work(_ ledger: Ledger, _ written: inout Written) async throws {
    written.report = try await ledger.rotateKey()
    try await EngineFixture.append(7..<9, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
  }

  private static func operationCount(
    among operations: Set<SimulatedOperation> = .changes
  ) async throws -> Int {
    let fixture = EngineFixture()
    var (ledger, written) = try await prepare(fixture)
    let before = fixture.disk.operationCount(among: operations)
    try await work(ledger, &written)
    return fixture.disk.operationCount(among: operations) - before
  }

  @Test func powerCutAtEveryOperation() async throws {
    let count = try await Self.operationCount()
    #expect(count > 40, "the workload shrank")
    var crashCount = 0
    for ordinal in 1...count {
      let fixture = EngineFixture(seed: UInt64(ordinal))
      var (ledger, written) = try await Self.prepare(fixture)
      fixture.disk.inject(.crash, at: ordinal)
      do { try await Self.work(ledger, &written) } catch {}
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
    #expect(crashCount >= count - 2)
  }

  @Test func powerCutAgainWhileItIsFinished() async throws {
    let count = try await Self.operationCount()
    var crashCount = 0
    for ordinal in stride(from: 2, through: count, by: 3) {
      let fixture = EngineFixture(seed: UInt64(ordinal))
      var (ledger, written) = try await Self.prepare(fixture)
      fixture.disk.inject(.crash, at: ordinal)
      do { try await Self.work(ledger, &written) } catch {}
      for again in stride(from: 1, through: 60, by: 3) {
        var second = fixture
        second.disk = fixture.disk.crashed(seed: UInt64(again), survival: .anySubset)
        second.disk.inject(.crash, at: again)
        if let reopened = try? second.open() { _ = try? await reopened.close() }
        guard second.disk.isPowerLost else { break }
        crashCount += 1
        second.disk = second.disk.crashed(
          seed: UInt64(again), survival: SimulatedSurvival.allCases[again % 3])
        do {
          try await Self.check(second, written)
        } catch {
          Issue.record(error, "operation \(ordinal), then \(again)")
        }
      }
    }
    #expect(crashCount > 40)
  }

  @Test func failuresAtEveryOperation() async throws {
    let count = try await Self.operationCount()
    for fault: SimulatedFault in [.fail(.inputOutput), .writeHalf(.noSpace)] {
      for ordinal in 1...count {
        let fixture = EngineFixture(seed: UInt64(ordinal))
        var (ledger, written) = try await Self.prepare(fixture)
        fixture.disk.inject(fault, at: ordinal)
        do {
          try await Self.work(ledger, &written)
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

  /// A step fails, the next start finds it done all the same and goes on, and a power cut undoes
  /// it: the change was in the cache and never reached the medium.
  @Test func failureThatTheNextStartDoesNotSee() async throws {
    let synchronizations: Set<SimulatedOperation> = [.synchronize, .synchronizeDirectory]
    let count = try await Self.operationCount(among: synchronizations)
    var handedOverCount = 0
    for ordinal in 1...count {
      for draw in 0..<4 {
        var fixture = EngineFixture(seed: UInt64(ordinal * 4 + draw))
        var (ledger, written) = try await Self.prepare(fixture)
        fixture.disk.inject(.fail(.inputOutput), at: ordinal, among: synchronizations)
        _ = try? await Self.work(ledger, &written)
        _ = try? await ledger.close()
        do {
          ledger = try fixture.open()
          try await EngineFixture.append(30..<32, to: ledger)
          _ = try await ledger.checkpoint()
          try await ledger.close()
          fixture.disk = fixture.disk.crashed(seed: 0, survival: .onlySynchronized)
          let isPending = fixture.disk.filePaths().contains("/l.vault/signing.key.next")
          if isPending, try fixture.reader().verifierKey != written.firstKey {
            handedOverCount += 1
          }
          try await Self.check(fixture, written)
        } catch {
          Issue.record(error, "synchronisation \(ordinal) of \(count), draw \(draw)")
        }
      }
    }
    #expect(handedOverCount > 0, "no draw undid the vault's last step")
  }

  /// The ledger verifies under the old key before and after it is opened, a rotation that was
  /// acknowledged is there, and another one can follow.
  private static func check(_ fixture: EngineFixture, _ written: Written) async throws {
    let before = try RotationTests.verify(fixture, key: written.firstKey)
    try #require(before.status == .valid, "\(before.findings) \(before.remarks)")
    var ledger = try fixture.open()
    let reader = try fixture.reader()
    let isRotated = reader.verifierKey != written.firstKey
    if let report = written.report { try #require(reader.verifierKey == report.verifierKey) }
    try await EngineFixture.append(20..<22, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    let after = try RotationTests.verify(fixture, key: written.firstKey)
    try #require(after.status == .valid, "\(after.findings)")
    let current = try fixture.reader().verifierKey
    try #require(isRotated == (current != written.firstKey))
    try #require(try RotationTests.verify(fixture, key: current).status == .valid)
    ledger = try fixture.open()
    let next = try await ledger.rotateKey()
    try #require(next.previousVerifierKey == current && next.verifierKey != current)
    try await ledger.close()
    for key in [written.firstKey, current, next.verifierKey] {
      let report = try RotationTests.verify(fixture, key: key)
      try #require(report.status == .valid, "\(report.findings)")
    }
    try #require(fixture.disk.filePaths().allSatisfy { !$0.hasSuffix(".tmp") })
    try #require(!fixture.disk.filePaths().contains("/l.vault/signing.key.next"))
  }
}
