internal import Ledgerstone
internal import Logging
internal import ServiceLifecycle

/// Signs checkpoints and appends index records from time to time, if there is something new.
struct CheckpointService: Service {
  let ledger: Ledger
  let checkpointSeconds: Double?
  let indexSeconds: Double?
  /// Asks for a checkpoint soon; nil where nobody does.
  let signal: CheckpointSignal?
  let logger: Logger

  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      if let checkpointSeconds {
        group.addTask {
          await every(checkpointSeconds, "checkpoint") { () throws(LedgerError) in
            _ = try await ledger.checkpoint()
          }
        }
      }
      if let indexSeconds {
        group.addTask {
          await every(indexSeconds, "index") { () throws(LedgerError) in
            _ = try await ledger.index()
          }
        }
      }
      if let signal {
        group.addTask { await soon(signal) }
      }
      if checkpointSeconds == nil, indexSeconds == nil, signal == nil {
        // A service that ends would end the server.
        group.addTask { try? await gracefulShutdown() }
      }
    }
  }

  /// Repeats `body` until the server shuts down; a failure is logged once per kind in a row.
  private func every(
    _ seconds: Double, _ name: String, _ body: () async throws(LedgerError) -> Void
  ) async {
    var size: UInt64?
    var lastFailure: LedgerError.Code?
    while await rests(seconds) {
      let now = ledger.size
      guard now != size else { continue }
      do throws(LedgerError) {
        try await body()
        size = ledger.size
        lastFailure = nil
      } catch {
        if error.code != lastFailure {
          logger.error("\(name) failed", metadata: ["reason": "\(error.message)"])
        }
        lastFailure = error.code
      }
    }
  }

  /// Signs a checkpoint a moment after each signal, one for all that come meanwhile.
  private func soon(_ signal: CheckpointSignal) async {
    var lastFailure: LedgerError.Code?
    for await _ in signal.requests.cancelOnGracefulShutdown() {
      guard await rests(Self.soonSeconds) else { return }
      do throws(LedgerError) {
        _ = try await ledger.checkpoint()
        lastFailure = nil
      } catch {
        if error.code != lastFailure {
          logger.error("checkpoint failed", metadata: ["reason": "\(error.message)"])
        }
        lastFailure = error.code
      }
    }
  }

  private static let soonSeconds = 0.2
}
