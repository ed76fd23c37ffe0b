/// Asks for a checkpoint before the next that is due; many at once ask for one.
final class CheckpointSignal: Sendable {
  /// For one reader.
  let requests: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() {
    (requests, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func send() { continuation.yield() }
}
