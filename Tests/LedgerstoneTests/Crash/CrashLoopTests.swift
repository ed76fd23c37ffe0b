import LedgerTestSupport
import Ledgerstone
import SegmentStorage
import Testing

/// Power cuts and failures at every operation of a ledger's whole life, through the public
/// library. See `CrashSettings` for longer runs and for replaying one.
@Suite struct CrashLoopTests {
  /// A way of failing, and what to do about the disk then.
  struct Way: Sendable {
    let fault: SimulatedFault
    /// Only writes can be torn.
    var onlyWrites = false
    /// What of the disk survives; nil is a new start of the process, without a power cut.
    let survivals: [SimulatedSurvival?]

    var operations: Set<SimulatedOperation> { onlyWrites ? [.write] : .changes }
  }

  static let ways: [Way] = [
    Way(fault: .crashBefore, survivals: [.everything, .anySubset]),
    Way(fault: .crash, survivals: [.everything, .onlySynchronized, .anySubset, .anySubset]),
    Way(fault: .crashTearing, onlyWrites: true, survivals: [.everything, .anySubset]),
    Way(fault: .fail(.inputOutput), survivals: [nil, .anySubset]),
    Way(fault: .failButPersist(.inputOutput), survivals: [nil, .anySubset]),
    Way(fault: .tear(.inputOutput), onlyWrites: true, survivals: [nil, .anySubset]),
    Way(fault: .fillUp, survivals: [nil, .anySubset]),
  ]

  static let counts = [CrashCount("crash loop"), CrashCount("crash loop, recovery hit again")]

  @Test(arguments: 0..<CrashSettings.shareCount) func atEveryOperation(share: Int) async throws {
    var (pointCount, wholeCount, caseCount, hitCount) = (0, 0, 0, 0)
    for seed in CrashSettings.seeds {
      let starts = try await CrashStart.all(seed: seed)
      #expect(starts.reduce(0) { $0 + $1.operationCount } > 500, "the workload shrank")
      #expect(starts.last.map { $0.disk.filePaths(below: "/l/log").count >= 2 } == true)
      for start in starts {
        for (number, way) in Self.ways.enumerated() {
          let count = way.onlyWrites ? start.writeCount : start.operationCount
          if share == 0 { wholeCount += count }
          for ordinal in CrashSettings.points(
            upTo: count, share: share, number: number, seed: seed, sampling: 12)
          {
            pointCount += 1
            let (client, failure) = await start.run {
              $0.inject(way.fault, at: ordinal, among: way.operations)
            }
            if failure != nil { hitCount += 1 }
            _ = try? await client.ledger?.close()
            for (position, survival) in way.survivals.enumerated() {
              caseCount += 1
              let place =
                "LEDGERSTONE_CRASH_SEED=\(seed), phase \(start.phase), \(way.fault) at "
                + "\(ordinal) of \(count), then \(survival.map { "\($0)" } ?? "a new start")"
              let draw = seed &* 1_000_003 &+ UInt64(ordinal * 16 + position)
              do {
                try await Self.check(client, survival, draw)
              } catch {
                Issue.record(error, "\(place)")
              }
            }
          }
        }
      }
    }
    // A failed removal or close may stop nobody.
    #expect(hitCount > pointCount * 3 / 4)
    Self.counts[0].finish(points: pointCount, of: wholeCount, cases: caseCount)
  }

  /// The disk as found, every note that may have been seen, and the oracle; every third time
  /// recovery itself is cut off first.
  private static func check(
    _ client: CrashClient, _ survival: SimulatedSurvival?, _ draw: UInt64
  ) async throws {
    var survivor = client.fixture
    var written = client.written
    try written.noteAll(client.fixture.disk.contentsSeen(at: "/l/checkpoint"))
    survivor.disk =
      survival.map { client.fixture.disk.crashed(seed: draw, survival: $0) }
      ?? client.fixture.disk.snapshot()
    if survivor.disk.freeSizeBytes != nil {
      // Still full: an opening may fail for that reason, and does no harm.
      do {
        let ledger = try survivor.open()
        _ = try? await ledger.close()
      } catch let error as LedgerError {
        try #require([.storage, .noLedger, .incomplete, .vault].contains(error.code), "\(error)")
      }
      survivor.disk.freeSizeBytes = nil
    }
    if draw.isMultiple(of: 3) {
      try await cutOffRecovery(&survivor, at: 1 + Int(draw / 3 % 40), draw, &written)
    }
    try await CrashOracle.check(survivor, written, verifiesFirst: draw.isMultiple(of: 2))
  }

  /// Power fails at an operation of the recovery.
  ///
  /// - Returns: whether recovery took that many operations at all.
  @discardableResult
  private static func cutOffRecovery(
    _ survivor: inout EngineFixture, at ordinal: Int, _ draw: UInt64,
    _ written: inout WrittenLedger
  ) async throws -> Bool {
    survivor.disk.watch("/l/checkpoint")
    survivor.disk.inject(draw.isMultiple(of: 2) ? .crash : .crashBefore, at: ordinal)
    var isHit = true
    do {
      let ledger = try await CrashOracle.reopen(survivor)
      isHit = false
      // It was through before it could be hit: the process ends all the same.
      survivor.disk.crash()
      _ = try? await ledger.close()
    } catch {
      guard survivor.disk.isPowerLost else { throw error }
    }
    try written.noteAll(survivor.disk.contentsSeen(at: "/l/checkpoint"))
    let survival = SimulatedSurvival.allCases[Int(draw % 3)]
    survivor.disk = survivor.disk.crashed(seed: draw &+ UInt64(ordinal), survival: survival)
    return isHit
  }

  /// Power fails again, at each operation of the recovery from a cut; the cuts are sampled.
  @Test(arguments: 0..<CrashSettings.shareCount) func atEveryOperationOfARecovery(
    share: Int
  ) async throws {
    var (pointCount, wholeCount, caseCount) = (0, 0, 0)
    for seed in CrashSettings.seeds {
      for start in try await CrashStart.all(seed: seed) {
        if share == 0 { wholeCount += start.operationCount }
        let stride = CrashSettings.shareCount * CrashSettings.recoveryStride
        let first = 1 + (share * CrashSettings.recoveryStride + Int(seed % 11)) % stride
        for ordinal in Swift.stride(from: first, through: start.operationCount, by: stride) {
          let (client, _) = await start.run { $0.inject(.crash, at: ordinal) }
          _ = try? await client.ledger?.close()
          pointCount += 1
          var again = 0
          var isHit = true
          while isHit {
            again += 1
            caseCount += 1
            let draw = seed &* 1_000_003 &+ UInt64(ordinal * 64 + again)
            var survivor = client.fixture
            var written = client.written
            do {
              try written.noteAll(client.fixture.disk.contentsSeen(at: "/l/checkpoint"))
              survivor.disk = client.fixture.disk.crashed(seed: seed &+ UInt64(ordinal))
              isHit = try await Self.cutOffRecovery(&survivor, at: again, draw, &written)
              try await CrashOracle.check(survivor, written, verifiesFirst: false)
            } catch {
              Issue.record(
                error,
                """
                LEDGERSTONE_CRASH_SEED=\(seed), phase \(start.phase), crash at \(ordinal), then \
                at \(again) of its recovery
                """)
            }
          }
        }
      }
    }
    #expect(caseCount > 20)
    Self.counts[1].finish(points: pointCount, of: wholeCount, cases: caseCount)
  }
}
