import Foundation
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import Provenance
import SegmentStorage
import Testing

/// Power cuts at every operation of a ledger's whole life, through the public library.
///
/// `LEDGERSTONE_SEED` replays one seed, `LEDGERSTONE_CRASH_SEEDS` sets how many are tried.
@Suite struct CrashLoopTests {
  /// The loop is dealt out, so that all cores take part.
  static let shareCount = 4

  static let seeds: [UInt64] = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["LEDGERSTONE_SEED"].flatMap(UInt64.init) { return [seed] }
    let count = environment["LEDGERSTONE_CRASH_SEEDS"].flatMap(UInt64.init) ?? 1
    return Array(1...max(1, count))
  }()

  /// Creation, groups of one to five records, checkpoints, sealings, a close, and more.
  static func work(_ fixture: EngineFixture, _ written: inout WrittenLedger) async throws {
    written.vkey = try await fixture.create()
    var ledger = try fixture.open()
    for count in [1, 5, 3] { try await written.send(count, to: ledger) }
    try await written.checkpoint(ledger)
    for count in [2, 4] { try await written.send(count, to: ledger) }
    try await written.checkpoint(ledger)
    try await ledger.close()
    ledger = try fixture.open()
    for count in [1, 2] { try await written.send(count, to: ledger) }
    try await written.checkpoint(ledger)
    try await written.send(3, to: ledger)
    try await ledger.close()
  }

  static func fixture(seed: UInt64) -> EngineFixture {
    var fixture = EngineFixture(seed: seed)
    fixture.segmentByteCountTarget = 2_600
    return fixture
  }

  static func operationCount() async throws -> Int {
    let fixture = fixture(seed: 0)
    var written = WrittenLedger()
    try await work(fixture, &written)
    try written.check(try fixture.reader(), isComplete: true)
    #expect(fixture.disk.filePaths(below: "/l/log").count >= 2, "the workload seals")
    return fixture.disk.operationCount()
  }

  @Test(arguments: 0..<shareCount) func atEveryOperation(share: Int) async throws {
    let count = try await Self.operationCount()
    #expect(count > 100, "the workload shrank")
    var crashCount = 0
    for seed in Self.seeds {
      for ordinal in stride(from: 1 + share, through: count, by: Self.shareCount) {
        let fixture = Self.fixture(seed: seed &* 1_000 &+ UInt64(ordinal))
        fixture.disk.inject(.crash, at: ordinal)
        var written = WrittenLedger()
        do { try await Self.work(fixture, &written) } catch {}
        if fixture.disk.isPowerLost { crashCount += 1 }
        for survival in SimulatedSurvival.allCases {
          var survivor = fixture
          survivor.disk = fixture.disk.crashed(seed: seed, survival: survival)
          let place = "LEDGERSTONE_SEED=\(seed), operation \(ordinal), \(survival)"
          do {
            try await Self.recoverAndGoOn(survivor, written)
          } catch {
            Issue.record(error, "\(place)")
          }
        }
      }
    }
    // Random keys and salts can make the last operation come one earlier.
    #expect(crashCount >= (count / Self.shareCount - 2) * Self.seeds.count)
  }

  /// Power fails again, at each operation of the opening that recovers from the first cut.
  @Test(arguments: 0..<shareCount) func atEveryOperationOfARecovery(share: Int) async throws {
    let count = try await Self.operationCount()
    let seed = Self.seeds[0]
    var recoveryCrashCount = 0
    for ordinal in stride(from: 1 + share * 21, through: count, by: Self.shareCount * 21) {
      let fixture = Self.fixture(seed: seed &* 1_000 &+ UInt64(ordinal))
      fixture.disk.inject(.crash, at: ordinal)
      var written = WrittenLedger()
      do { try await Self.work(fixture, &written) } catch {}
      var again = 0
      while true {
        again += 1
        var survivor = fixture
        let survival = SimulatedSurvival.allCases[again % 3]
        survivor.disk = fixture.disk.crashed(seed: seed, survival: .anySubset)
        survivor.disk.inject(.crash, at: again)
        do {
          let ledger = try await Self.reopen(survivor)
          // It was through before it could be hit.
          survivor.disk.removeFaults()
          try await ledger.close()
          break
        } catch {
          guard survivor.disk.isPowerLost else { throw error }
        }
        recoveryCrashCount += 1
        survivor.disk = survivor.disk.crashed(seed: seed &+ UInt64(again), survival: survival)
        do {
          try await Self.recoverAndGoOn(survivor, written)
        } catch {
          Issue.record(
            error, "LEDGERSTONE_SEED=\(seed), operation \(ordinal), then \(again), \(survival)")
        }
      }
    }
    #expect(recoveryCrashCount > 20)
  }

  /// Opens, or first repeats a creation that was interrupted.
  static func reopen(_ fixture: EngineFixture) async throws -> Ledger {
    do {
      return try fixture.open()
    } catch let error as LedgerError where [.noLedger, .incomplete, .vault].contains(error.code) {
      _ = try await fixture.create()
      return try fixture.open()
    }
  }

  private static func checkSurvivor(
    _ fixture: EngineFixture, _ written: inout WrittenLedger
  ) throws {
    let reader = try fixture.reader()
    try written.check(reader)
    if let vkey = written.vkey { try #require(reader.identity.verifierKeys == [vkey]) }
    if let published = reader.checkpoint { try written.note(published) }
  }

  static func recoverAndGoOn(_ fixture: EngineFixture, _ crashed: WrittenLedger) async throws {
    var written = crashed
    var ledger = try await reopen(fixture)
    try checkSurvivor(fixture, &written)
    try await written.sendAgain(to: ledger)
    try await written.send(2, to: ledger)
    try await written.checkpoint(ledger)
    try await ledger.close()
    ledger = try fixture.open()
    try #require(ledger.remarks == [])
    try await ledger.close()
    try written.check(fixture.reader(), isComplete: true)
    try #require(written.receipts.count == written.sentCount)
  }
}
