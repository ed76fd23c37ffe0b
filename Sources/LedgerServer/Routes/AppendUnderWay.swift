internal import Ledgerstone
internal import Synchronization

/// An append that was queued, whose outcome somebody will wait for.
final class AppendUnderWay: Sendable {
  private typealias Outcome = Result<[AppendOutcome], LedgerError>

  private enum State {
    case running
    case awaited(CheckedContinuation<Outcome, Never>)
    case ended(Outcome)
  }

  private let state: Mutex<State>

  init() { state = Mutex(.running) }

  /// One that has ended.
  init(_ outcomes: [AppendOutcome]) { state = Mutex(.ended(.success(outcomes))) }

  /// Says what became of it; once.
  func end(_ outcome: Result<[AppendOutcome], LedgerError>) {
    let waiting = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
      if case .awaited(let continuation) = state {
        state = .ended(outcome)
        return continuation
      }
      state = .ended(outcome)
      return nil
    }
    waiting?.resume(returning: outcome)
  }

  /// What became of it, as soon as that is known. For one caller.
  func value() async throws(LedgerError) -> [AppendOutcome] {
    let outcome = await withCheckedContinuation { continuation in
      let ended = state.withLock { state -> Outcome? in
        if case .ended(let outcome) = state { return outcome }
        state = .awaited(continuation)
        return nil
      }
      if let ended { continuation.resume(returning: ended) }
    }
    return try outcome.get()
  }
}
