internal import Foundation
internal import Synchronization

/// Gathers what one thread reads until one task takes all of it at once.
///
/// While the task is busy with what it took, the thread fills the next load, and waits when that
/// is full: reading overlaps writing in bounded memory.
///
/// `Load` is a value with room for some inputs; the box asks it how full it is.
final class GatheringBox<Load: GatheredLoad>: Sendable {
  private struct State {
    var load: Load
    /// Somebody may be waiting for an answer to what was gathered: a load need not be full.
    var isUrgent = false
    var isFinished = false
    var waiter: CheckedContinuation<Load?, Never>?

    var isReady: Bool { !load.isEmpty && (isUrgent || isFinished || load.isFull) }
  }

  private let state: Mutex<State>
  private let emptyLoad: Load
  private let condition = NSCondition()

  init(empty load: Load) {
    emptyLoad = load
    state = Mutex(State(load: load))
  }

  /// Changes the load; blocks the calling thread while it is full.
  ///
  /// - Returns: false if nobody takes anything any more; nothing was done then.
  func gather(_ body: (inout Load) -> Void) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while state.withLock({ $0.load.isFull && !$0.isFinished }) { condition.wait() }
    let result = state.withLock { state -> (isAccepted: Bool, delivery: Delivery?) in
      guard !state.isFinished else { return (false, nil) }
      body(&state.load)
      return (true, delivery(&state))
    }
    result.delivery?.resume()
    return result.isAccepted
  }

  /// From now on a load is given away as soon as it holds anything, or again only when full.
  func setUrgent(_ isUrgent: Bool) {
    state.withLock { state -> Delivery? in
      state.isUrgent = isUrgent
      return delivery(&state)
    }?.resume()
  }

  /// The next load; nil once the box is finished and empty. For one task.
  func take() async -> Load? {
    let load: Load? = await withCheckedContinuation { continuation in
      state.withLock { state -> Delivery? in
        precondition(state.waiter == nil, "a box has one taker")
        state.waiter = continuation
        return delivery(&state)
      }?.resume()
    }
    condition.withLock { condition.signal() }
    return load
  }

  /// No more is gathered. What was is still given away, unless `discarding`.
  func finish(discarding: Bool = false) {
    state.withLock { state -> Delivery? in
      state.isFinished = true
      if discarding { state.load = emptyLoad }
      return delivery(&state)
    }?.resume()
    condition.withLock { condition.signal() }
  }

  private struct Delivery {
    let waiter: CheckedContinuation<Load?, Never>
    let load: Load?
    func resume() { waiter.resume(returning: load) }
  }

  /// What the waiting task gets now, if there is one and something to say.
  private func delivery(_ state: inout State) -> Delivery? {
    guard state.isReady || (state.isFinished && state.load.isEmpty),
      let waiter = state.waiter.take()
    else { return nil }
    guard !state.load.isEmpty else { return Delivery(waiter: waiter, load: nil) }
    let load = state.load
    state.load = emptyLoad
    return Delivery(waiter: waiter, load: load)
  }
}

/// What a `GatheringBox` gathers.
protocol GatheredLoad: Sendable {
  var isEmpty: Bool { get }
  /// Nothing more should be added.
  var isFull: Bool { get }
}
