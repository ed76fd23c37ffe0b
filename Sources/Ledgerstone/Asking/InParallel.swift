internal import Dispatch
internal import Synchronization

/// Does `count` pieces of work on all processors, the caller's thread among them, and gives what
/// came out in their order; on the caller's thread alone if it is not worth more.
func inParallel<Value: Sendable>(
  _ count: Int, isWorthIt: Bool = true, _ body: @Sendable (_ piece: Int) -> Value
) -> [Value] {
  guard count > 1, isWorthIt else { return (0..<count).map(body) }
  let done = Mutex([Value?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { piece in
    let value = body(piece)
    done.withLock { $0[piece] = value }
  }
  return done.withLock { $0.compactMap { $0 } }
}
