internal import Ledgerstone
internal import Provenance
internal import Synchronization

/// What the server itself counts, beside the ledger's own measurements.
final class ServerMetrics: Sendable {
  private let recorded = Atomic<UInt64>(0)
  private let duplicates = Atomic<UInt64>(0)
  private let conflicts = Atomic<UInt64>(0)
  private let rejected = Atomic<UInt64>(0)
  private let underWay = Atomic<Int>(0)
  /// Answers by status class, from 1xx to 5xx.
  private let answers = Mutex([UInt64](repeating: 0, count: 5))

  func count(_ outcome: AppendOutcome) {
    switch outcome {
    case .recorded(let receipt):
      if receipt.isDuplicate {
        duplicates.wrappingAdd(1, ordering: .relaxed)
      } else {
        recorded.wrappingAdd(1, ordering: .relaxed)
      }
    case .conflict: conflicts.wrappingAdd(1, ordering: .relaxed)
    case .unknownReference: rejected.wrappingAdd(1, ordering: .relaxed)
    }
  }

  func countRejected() { rejected.wrappingAdd(1, ordering: .relaxed) }

  func begin() { underWay.wrappingAdd(1, ordering: .relaxed) }

  func end(status: Int) {
    underWay.wrappingSubtract(1, ordering: .relaxed)
    answers.withLock { answers in
      let place = status / 100 - 1
      if answers.indices.contains(place) { answers[place] += 1 }
    }
  }

  /// A request that had begun goes another way, where it begins again.
  func leave() { underWay.wrappingSubtract(1, ordering: .relaxed) }

  struct Snapshot: Sendable {
    var recorded: UInt64
    var duplicates: UInt64
    var conflicts: UInt64
    var rejected: UInt64
    var underWay: Int
    var answers: [UInt64]
  }

  var snapshot: Snapshot {
    Snapshot(
      recorded: recorded.load(ordering: .relaxed),
      duplicates: duplicates.load(ordering: .relaxed),
      conflicts: conflicts.load(ordering: .relaxed),
      rejected: rejected.load(ordering: .relaxed),
      underWay: underWay.load(ordering: .relaxed), answers: answers.withLock { $0 })
  }
}
