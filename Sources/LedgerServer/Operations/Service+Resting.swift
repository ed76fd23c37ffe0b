internal import ServiceLifecycle

extension Service {
  /// Waits; false once the server shuts down.
  func rests(_ seconds: Double) async -> Bool {
    let isDone: Void? = try? await cancelWhenGracefulShutdown {
      try await Task.sleep(for: .seconds(seconds))
    }
    return isDone != nil && !Task.isShuttingDownGracefully && !Task.isCancelled
  }
}
