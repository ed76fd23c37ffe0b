internal import Dispatch
internal import Glibc
internal import Synchronization

/// Does `count` pieces of work on all processors, the caller's thread among them, and gives what
/// came out in their order; on the caller's thread alone if it is not worth more.
func inParallel<Value: Sendable>(
  _ count: Int, isWorthIt: Bool = true, _ body: @Sendable (_ piece: Int) -> Value
) -> [Value] {
  guard count > 1, isWorthIt, !AddressSpaceLimit.isTight else { return (0..<count).map(body) }
  let done = Mutex([Value?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { piece in
    let value = body(piece)
    done.withLock { $0[piece] = value }
  }
  return done.withLock { $0.compactMap { $0 } }
}

/// What getrlimit(2) says of the memory that the process may reserve.
private enum AddressSpaceLimit {
  /// There may be no room for another thread's stack and heap. Dispatch waits without end for one
  /// that cannot be made, so then none is asked for.
  static let isTight: Bool = {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
      return false
    }
    return limit.rlim_cur < 512 << 20
  }()
}
