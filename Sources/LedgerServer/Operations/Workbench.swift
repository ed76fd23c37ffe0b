internal import Dispatch
internal import Synchronization

/// Threads of its own for reading that takes long, so that it holds up no append.
final class Workbench: Sendable {
  private let queues: [DispatchQueue]
  private let next = Atomic(0)

  init(threadCount: Int = 2) {
    queues = (0..<threadCount).map { DispatchQueue(label: "ledgerstone.read.\($0)") }
  }

  func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    let place = next.wrappingAdd(1, ordering: .relaxed).newValue.magnitude
    let queue = queues[Int(place % UInt(queues.count))]
    return try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body() }) }
    }
  }
}
