import Foundation
import Synchronization

/// How long the crash loops run, from the environment.
///
/// `LEDGERSTONE_CRASH_SEEDS=n` tries n seeds instead of one; `LEDGERSTONE_CRASH_SEED=s` replays
/// one.
enum CrashSettings {
  static let seeds: [UInt64] = {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["LEDGERSTONE_CRASH_SEED"].flatMap(UInt64.init) { return [seed] }
    let count = environment["LEDGERSTONE_CRASH_SEEDS"].flatMap(UInt64.init) ?? 1
    return Array(1...max(1, count))
  }()

  /// A loop is dealt out, so that all cores take part.
  static let shareCount = 4
}

/// Counts the cases of a loop over all its shares, and says so on standard error once it is over.
final class CrashCount: Sendable {
  private struct State {
    var shares = CrashSettings.shareCount
    var pointCount = 0
    var caseCount = 0
  }

  private let name: String
  private let state = Mutex(State())

  init(_ name: String) { self.name = name }

  /// One share of the loop came to its end.
  func finish(points: Int, cases: Int) {
    let line = state.withLock { state -> String? in
      state.shares -= 1
      state.pointCount += points
      state.caseCount += cases
      guard state.shares == 0 else { return nil }
      return "\(name): \(state.pointCount) crash points, \(state.caseCount) disks recovered, "
        + "seeds \(CrashSettings.seeds)\n"
    }
    if let line { FileHandle.standardError.write(Data(line.utf8)) }
  }
}
