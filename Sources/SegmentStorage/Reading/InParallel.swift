internal import Dispatch
internal import Glibc
internal import Synchronization

/// Does `count` pieces of work on all processors, the caller's thread among them, and gives what
/// came out in their order.
///
/// On the caller's thread alone for one piece, which is done sooner than another thread wakes, and
/// where memory may be too short for one.
package func inParallel<Value: Sendable>(
  _ count: Int, _ body: @Sendable (_ piece: Int) -> Value
) -> [Value] {
  guard count > 1, !AddressSpace.isTight else { return (0..<count).map(body) }
  let done = Mutex([Value?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { piece in
    let value = body(piece)
    done.withLock { $0[piece] = value }
  }
  return done.withLock { $0.compactMap(\.self) }
}

/// What getrlimit(2) says of the memory that the process may reserve.
private enum AddressSpace {
  /// There may be no room for another thread's stack and heap. Dispatch waits without end for one
  /// that cannot be made, so then none is asked for. Commands that write, which cannot do without,
  /// refuse to begin below the same limit.
  static let isTight: Bool = {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
      return false
    }
    return limit.rlim_cur < 1 << 30
  }()
}
