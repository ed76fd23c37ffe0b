internal import Dispatch
internal import Synchronization

/// Hands elements from one thread that may block to one task that must not.
///
/// The thread waits while `capacity` elements are unread, so that reading ahead costs bounded
/// memory.
final class BoundedChannel<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isFinished = false
    var waiter: CheckedContinuation<Element?, Never>?
  }

  private let state = Mutex(State())
  private let room: DispatchSemaphore

  init(capacity: Int) { room = DispatchSemaphore(value: capacity) }

  /// Blocks the calling thread while the channel is full.
  ///
  /// - Returns: false if the channel was finished; the element is dropped then.
  func send(_ element: Element) -> Bool {
    room.wait()
    let (isAccepted, waiter) = state.withLock {
      state -> (Bool, CheckedContinuation<Element?, Never>?) in
      guard !state.isFinished else { return (false, nil) }
      if let waiter = state.waiter.take() { return (true, waiter) }
      state.elements.append(element)
      return (true, nil)
    }
    if let waiter {
      waiter.resume(returning: element)
      room.signal()
    }
    return isAccepted
  }

  /// The next element, in order; nil once the channel is finished and empty. For one task.
  func next() async -> Element? {
    let element: Element? = await withCheckedContinuation { continuation in
      let result = state.withLock { state -> Element?? in
        if !state.elements.isEmpty { return .some(state.elements.removeFirst()) }
        if state.isFinished { return .some(nil) }
        precondition(state.waiter == nil, "a channel has one reader")
        state.waiter = continuation
        return nil
      }
      if let result {
        if result != nil { room.signal() }
        continuation.resume(returning: result)
      }
    }
    return element
  }

  /// No more elements: what was sent is still delivered, unless `discarding`.
  ///
  /// A sender that waits for room is let go.
  func finish(discarding: Bool = false) {
    let (waiter, dropped) = state.withLock {
      state -> (CheckedContinuation<Element?, Never>?, Int) in
      guard !state.isFinished || discarding else { return (nil, 0) }
      state.isFinished = true
      let dropped = discarding ? state.elements.count : 0
      if discarding { state.elements.removeAll() }
      return (state.waiter.take(), dropped)
    }
    waiter?.resume(returning: nil)
    for _ in 0..<(discarding ? dropped + 1 : 0) { room.signal() }
  }
}
