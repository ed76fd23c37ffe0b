internal import HTTPTypes
internal import Hummingbird
internal import Ledgerstone
internal import Provenance

/// Whether the server is well: for whoever starts and watches it. Open to everybody, and says
/// nothing of what the ledger holds.
struct HealthRoutes: Sendable {
  let ledger: Ledger
  let limits: ServerLimits
  /// The OpenAPI document.
  let description: [UInt8]

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/health", method: .get) { _, _ in health() }
    router.on("/ready", method: .get) { _, _ in ready() }
    router.on("/openapi.json", method: .get) { _, _ in
      Answer.bytes(description, type: Answer.jsonType)
    }
  }

  /// 503 once nothing can be appended any more and the server has to be started again.
  private func health() -> Response {
    guard let failure = ledger.failure else {
      return Answer.json { $0.member("status", "ok") }
    }
    return Answer.json(status: .serviceUnavailable) { writer in
      writer.member("status", "poisoned")
      writer.member(
        "reason",
        "an earlier write failed (\(Appender.kind(of: failure))); reading goes on, appending does "
          + "after a restart")
    }
  }

  /// 503 also while more is queued than appends are taken for.
  private func ready() -> Response {
    guard ledger.failure == nil else { return health() }
    guard ledger.queuedByteCount <= limits.queueByteCount else {
      return Answer.json(status: .serviceUnavailable, headers: [.retryAfter: "1"]) {
        $0.member("status", "busy")
      }
    }
    return Answer.json { $0.member("status", "ready") }
  }
}
