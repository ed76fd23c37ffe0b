import Foundation

/// A ledger of a scratch folder, served by the daemon that lies beside the test bundle.
final class Served {
  private let scratch: Scratch
  private let process: Process
  private let run = UUID().uuidString
  let port: Int

  var url: String { "http://127.0.0.1:\(port)" }

  /// Returns once connections are accepted.
  ///
  /// - Parameters:
  ///   - port: 0 for any that is free, which LOCK then does not name.
  ///   - environment: settings.
  init(
    _ scratch: Scratch, _ ledger: String = "L", port: Int = 0, environment: [String: String] = [:]
  ) throws {
    self.scratch = scratch
    let daemon = URL(fileURLWithPath: Scratch.program).deletingLastPathComponent()
      .appendingPathComponent("ledgerstoned").path
    process = try scratch.process([ledger], executable: daemon, run: run)
    var settings = process.environment ?? [:]
    settings["LEDGERSTONE_HTTP_PORT"] = String(port)
    settings["LEDGERSTONE_CHECKPOINT_SECONDS"] = "0"
    for (name, value) in environment { settings[name] = value }
    process.environment = settings
    try process.run()
    self.port = try Self.port(scratch, ".\(run).err", process)
  }

  /// A second one at a port that the first one got, so that LOCK names it.
  static func named(_ scratch: Scratch) throws -> Served {
    let first = try Served(scratch)
    let port = first.port
    try first.stop()
    return try Served(scratch, port: port)
  }

  private static func port(_ scratch: Scratch, _ log: String, _ process: Process) throws -> Int {
    for _ in 0..<6_000 {
      let text = try scratch.text(log)
      if let match = text.firstMatch(of: #/"message":"serving".*"port":"([0-9]+)"/#),
        let port = Int(match.output.1)
      {
        return port
      }
      guard process.isRunning else { break }
      Thread.sleep(forTimeInterval: 0.01)
    }
    throw NotServing(log: try scratch.text(log))
  }

  struct NotServing: Error {
    let log: String
  }

  /// Shuts it down as a service manager does.
  @discardableResult
  func stop() throws -> Outcome {
    if process.isRunning { process.terminate() }
    return try scratch.result(of: process, run: run)
  }

  deinit {
    if process.isRunning {
      process.terminate()
      process.waitUntilExit()
    }
  }
}
