import Foundation
import Synchronization

/// How long the crash loops run, from the environment.
///
/// Without settings, one seed is drawn, and a sample of its crash points that the seed determines.
/// `LEDGERSTONE_CRASH_SEEDS=n` tries every crash point of the seeds 1 to n, and
/// `LEDGERSTONE_CRASH_SEED=s` every one of seed s, among them those of a sample that failed.
/// `LEDGERSTONE_CRASH_POINT=k` beside it tries the k-th operation of each phase alone.
enum CrashSettings {
  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
  }

  static let seeds: [UInt64] = {
    if let seed = number("LEDGERSTONE_CRASH_SEED") { return [seed] }
    if let count = number("LEDGERSTONE_CRASH_SEEDS") { return Array(1...max(1, count)) }
    return [UInt64.random(in: 1...999_999)]
  }()

  private static let point = number("LEDGERSTONE_CRASH_POINT").map(Int.init)

  private static let isWhole =
    number("LEDGERSTONE_CRASH_SEED") != nil || number("LEDGERSTONE_CRASH_SEEDS") != nil

  /// A loop is dealt out, so that all cores take part.
  static let shareCount = 4

  /// A recovery is cut off at all of its operations, so its crash points are a sample in any case.
  static let recoveryStride = isWhole ? 11 : 22

  /// The crash points among 1 to `count` that one share tries: in a sample one in `sampling`.
  ///
  /// - Parameter number: of the way to fail, so that ways do not all meet the same points.
  static func points(
    upTo count: Int, share: Int, number: Int, seed: UInt64, sampling: Int
  ) -> [Int] {
    if let point { return share == 0 && point <= count ? [point] : [] }
    let oneIn = isWhole ? 1 : sampling
    let place = share * oneIn + Int(seed % UInt64(oneIn))
    return (0..<count).map { $0 + 1 }
      .filter { ($0 + number) % (shareCount * oneIn) == place }
  }
}

/// Counts the cases of a loop over all its shares, and says so on standard error once it is over.
final class CrashCount: Sendable {
  private struct State {
    var shares = CrashSettings.shareCount
    var pointCount = 0
    var wholeCount = 0
    var caseCount = 0
  }

  private let name: String
  private let state = Mutex(State())

  init(_ name: String) { self.name = name }

  /// One share of the loop came to its end.
  ///
  /// - Parameter whole: the crash points that there are, tried or not.
  func finish(points: Int, of whole: Int, cases: Int) {
    let line = state.withLock { state -> String? in
      state.shares -= 1
      state.pointCount += points
      state.wholeCount += whole
      state.caseCount += cases
      guard state.shares == 0 else { return nil }
      let seeds = CrashSettings.seeds
      return "\(name): \(state.pointCount) of \(state.wholeCount) crash points over "
        + "\(seeds.count == 1 ? "1 seed" : "\(seeds.count) seeds"), "
        + "\(state.caseCount) disks recovered; "
        + "LEDGERSTONE_CRASH_SEED=\(seeds.map(String.init).joined(separator: ","))\n"
    }
    if let line { FileHandle.standardError.write(Data(line.utf8)) }
  }
}
