import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import Provenance
import SegmentStorage
import Testing

/// Power cuts and failures at every operation of a backup and of a restore.
@Suite struct RestoreCrashTests {
  private static let target = LedgerLocation(absoluteDirectory: "/r", absoluteVault: "/l.vault")

  /// A ledger, a backup of it at `/b`, and an erasure after that; the traces of what was erased.
  private static func prepare(seed: UInt64) async throws -> (EngineFixture, traces: [[UInt8]]) {
    var fixture = EngineFixture(seed: seed)
    fixture.segmentByteCountTarget = 1_500
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var traces: [[UInt8]] = []
    for number in 0..<6 {
      let receipt = try await ErasureFixture.append(
        [("plain \(number)", nil), ("of alice \(number)", "alice")], to: ledger)
      let opening = try fixture.reader().opening(record: receipt.index, body: 1)
      traces += [opening.salt, Array(opening.bytes.prefix(16))]
    }
    _ = try await ledger.checkpoint()
    _ = try fixture.reader().backUp(to: "/b")
    _ = try await ErasureFixture.erase("request-1", [.subject("alice")], ledger)
    try await ledger.close()
    return (fixture, traces)
  }

  private static func restore(_ fixture: EngineFixture) throws -> RestoreReport {
    try Ledger.restore(backup: "/b", to: target, options: fixture.options)
  }

  private static func files(_ fixture: EngineFixture, below folder: String) -> [String] {
    fixture.disk.filePaths(below: folder)
  }

  /// At `/r` is nothing, or all but what was erased.
  private static func check(_ fixture: EngineFixture, _ traces: [[UInt8]]) throws {
    let present = files(fixture, below: "/r").filter { $0.hasPrefix("/r/") }
    guard !present.isEmpty else { return }
    for path in present {
      let bytes = fixture.disk.contents(path) ?? []
      for content in [bytes] + ErasureFixture.expanded(bytes) {
        for trace in traces {
          try #require(ErasureFixture.places(of: trace, in: content).isEmpty, "\(path)")
        }
      }
    }
    let reader = try LedgerReader.open(at: target, fileSystem: fixture.disk)
    try #require(reader.size == 7)
    for index in 1..<reader.size {
      try #require(try reader.body(record: index, body: 0).starts(with: Array("plain".utf8)))
    }
    let error = #expect(throws: LedgerError.self) {
      try Ledger.open(at: target, options: fixture.options)
    }
    try #require(error?.code == .forked)
  }

  /// A backup that failed was taken away, and is not back when power fails: bodies are in it.
  @Test func failedBackupStaysAway() async throws {
    let (whole, _) = try await Self.prepare(seed: 0)
    let before = whole.disk.operationCount()
    _ = try whole.reader().backUp(to: "/c")
    let count = whole.disk.operationCount() - before
    #expect(count > 40)
    var failureCount = 0
    for ordinal in 1...count {
      for fault: SimulatedFault in [.fail(.inputOutput), .failButPersist(.inputOutput)] {
        let (fixture, _) = try await Self.prepare(seed: UInt64(ordinal))
        fixture.disk.inject(fault, at: ordinal)
        do { _ = try fixture.reader().backUp(to: "/c") } catch { failureCount += 1 }
        // Under its own name it is complete.
        guard fixture.disk.filePaths(below: "/c").isEmpty else { continue }
        let after = fixture.disk.crashed(seed: 0, survival: .onlySynchronized)
        let left = after.filePaths().filter {
          $0.hasPrefix("/.ledgerstone-unfinished") && !$0.hasSuffix("/LOCK")
        }
        #expect(left == [], "\(fault) at operation \(ordinal) of \(count)")
      }
    }
    #expect(failureCount > count)
  }

  @Test func powerCutAtEveryOperationOfARestore() async throws {
    let (whole, traces) = try await Self.prepare(seed: 0)
    let before = whole.disk.operationCount()
    let report = try Self.restore(whole)
    try #require(report.erasedBodyCount == 6 && report.isReadOnly)
    try Self.check(whole, traces)
    let count = whole.disk.operationCount() - before
    #expect(count > 60)
    var crashCount = 0
    for ordinal in 1...count {
      let (fixture, traces) = try await Self.prepare(seed: UInt64(ordinal))
      fixture.disk.inject(.crash, at: ordinal)
      _ = try? Self.restore(fixture)
      if fixture.disk.isPowerLost { crashCount += 1 }
      for survival in SimulatedSurvival.allCases {
        var survivor = fixture
        survivor.disk = fixture.disk.crashed(seed: UInt64(ordinal), survival: survival)
        do {
          try Self.check(survivor, traces)
          let isThere = !Self.files(survivor, below: "/r").filter { $0.hasPrefix("/r/") }.isEmpty
          if !isThere { _ = try Self.restore(survivor) }
          try Self.check(survivor, traces)
          try #require(!Self.files(survivor, below: "/r").isEmpty)
        } catch {
          Issue.record(error, "operation \(ordinal) of \(count), \(survival)")
        }
      }
    }
    #expect(crashCount >= count - 2)
  }

  @Test func failuresAtEveryOperationOfARestore() async throws {
    let (whole, _) = try await Self.prepare(seed: 0)
    let before = whole.disk.operationCount()
    _ = try Self.restore(whole)
    let count = whole.disk.operationCount() - before
    for ordinal in 1...count {
      let (fixture, traces) = try await Self.prepare(seed: UInt64(ordinal))
      fixture.disk.inject(.writeHalf(.noSpace), at: ordinal)
      do {
        _ = try Self.restore(fixture)
      } catch let error as LedgerError {
        #expect([.storage, .corrupt].contains(error.code), "\(ordinal): \(error)")
        let isThere = fixture.disk.filePaths().contains { $0.hasPrefix("/r/") }
        if !isThere { _ = try Self.restore(fixture) }
      }
      do {
        try Self.check(fixture, traces)
      } catch {
        Issue.record(error, "operation \(ordinal)")
      }
      #expect(!fixture.disk.filePaths().contains { $0.hasPrefix("/.ledgerstone-unfinished-r") })
    }
  }

  @Test func powerCutAtEveryOperationOfABackup() async throws {
    let (whole, _) = try await Self.prepare(seed: 0)
    let before = whole.disk.operationCount()
    let report = try whole.reader().backUp(to: "/c")
    let count = whole.disk.operationCount() - before
    for ordinal in 1...count {
      let (fixture, _) = try await Self.prepare(seed: UInt64(ordinal))
      fixture.disk.inject(.crash, at: ordinal)
      _ = try? fixture.reader().backUp(to: "/c")
      for survival in SimulatedSurvival.allCases {
        let disk = fixture.disk.crashed(seed: UInt64(ordinal), survival: survival)
        let location = LedgerLocation(absoluteDirectory: "/c", absoluteVault: "/l.vault")
        let isThere = disk.filePaths().contains { $0.hasPrefix("/c/") }
        if isThere {
          let reader = try LedgerReader.open(at: location, fileSystem: disk)
          #expect(reader.size == report.recordCount)
        } else {
          let reader = try LedgerReader.open(at: EngineFixture.location, fileSystem: disk)
          #expect(try reader.backUp(to: "/c").recordCount == report.recordCount)
        }
        #expect(!disk.filePaths().contains { $0.hasPrefix("/.ledgerstone") } || isThere)
      }
    }
  }
}
