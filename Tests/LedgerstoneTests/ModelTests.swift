import Foundation
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import SegmentStorage
import Testing

/// Random work on a ledger beside a plain array of what should be in it.
///
/// `LEDGERSTONE_SEED` replays one seed, `LEDGERSTONE_MODEL_SEEDS` sets how many are tried.
@Suite struct ModelTests {
  static let seeds: [UInt64] = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["LEDGERSTONE_SEED"].flatMap(UInt64.init) { return [seed] }
    let count = environment["LEDGERSTONE_MODEL_SEEDS"].flatMap(UInt64.init) ?? 16
    return Array(1...max(1, count))
  }()

  @Test(arguments: seeds) func randomWork(seed: UInt64) async throws {
    var work = try await ModelWork(seed: seed)
    for step in 0..<80 {
      let operation = ModelWork.Operation.allCases.randomElement(using: &work.generator) ?? .append
      do {
        try await work.perform(operation)
        try work.compare(isWhole: step % 20 == 19)
      } catch {
        Issue.record(error, "LEDGERSTONE_SEED=\(seed), step \(step), \(operation)")
        return
      }
    }
    do {
      try await work.finish()
    } catch {
      Issue.record(error, "LEDGERSTONE_SEED=\(seed), at the end")
    }
  }
}
