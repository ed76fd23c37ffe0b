import Foundation
import Ledgerstone

/// A new ledger, served by a process of its own on this machine.
struct ServedLedger {
  let url: String
  private let process = Process()

  /// Makes the ledger at `folder`, in place of one that is there, and starts `daemon` on it.
  init(daemon: String, folder: String) async throws {
    for path in [folder, folder + ".vault"] { try? FileManager.default.removeItem(atPath: path) }
    let location = try LedgerLocation(directory: folder, vault: folder + ".vault")
    _ = try await Ledger.create(at: location, origin: "bench.example/served")
    let port = try Self.freePort()
    url = "http://127.0.0.1:\(port)"
    process.executableURL = URL(filePath: daemon)
    process.arguments = [folder]
    var environment = ProcessInfo.processInfo.environment
    // A figure is of this server only with its own settings.
    environment = environment.filter { !$0.key.hasPrefix("LEDGERSTONE_") }
    environment["LEDGERSTONE_HTTP_PORT"] = "\(port)"
    environment["LEDGERSTONE_LOG_LEVEL"] = "error"
    process.environment = environment
    try process.run()
  }

  /// Waits until it answers.
  func wait(_ curl: String) async throws {
    for _ in 0..<600 {
      if (try? LoadProgram.run(curl, "--silent", "--fail", "\(url)/ready")) != nil { return }
      guard process.isRunning else { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw BenchFailure("the server did not start")
  }

  /// Ends it as an operator does, and waits until it has closed its ledger.
  func stop() {
    process.terminate()
    process.waitUntilExit()
  }

  /// A port that nothing listened on a moment ago.
  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw BenchFailure("there is no socket") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        let bound = bind(descriptor, pointer, length)
        return bound == 0 ? getsockname(descriptor, pointer, &length) : bound
      }
    }
    guard status == 0 else { throw BenchFailure("there is no free port") }
    return UInt16(bigEndian: address.sin_port)
  }
}
