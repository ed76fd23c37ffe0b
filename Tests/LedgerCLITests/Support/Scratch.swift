import Foundation
import LedgerTestSupport

/// A folder of its own for one test, in which the built program is run as a process.
///
/// The folder is removed when the test lets go of it.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "ledgerstone-cli-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The program, which the package manager puts beside the test bundle.
  static let program: String = {
    let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = URL(fileURLWithPath: bundle ?? "").deletingLastPathComponent()
    return folder.appendingPathComponent("ledgerstone").path
  }()

  func url(_ name: String) -> URL { URL(fileURLWithPath: path + "/" + name) }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: url(name))
  }

  func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// A process that is not started: `program` with `arguments`, stdout and stderr into files.
  func process(_ arguments: [String], executable: String = Scratch.program, run: String) throws
    -> Process
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    var environment = ProcessInfo.processInfo.environment
    environment["LEDGERSTONE_VAULT"] = nil
    environment["LEDGERSTONE"] = Scratch.program
    environment["LC_ALL"] = "C"
    environment["COLUMNS"] = "80"
    process.environment = environment
    for suffix in ["out", "err"] { try write(".\(run).\(suffix)", "") }
    process.standardOutput = try FileHandle(forWritingTo: url(".\(run).out"))
    process.standardError = try FileHandle(forWritingTo: url(".\(run).err"))
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// The line of a script that limits the program's memory to 400 MB; says so where it cannot.
  static var dataLimit: String {
    guard Sanitizer.isPresent else { return "ulimit -d 400000" }
    FileHandle.standardError.write(Data("under a sanitizer memory is not limited\n".utf8))
    return ":"
  }

  /// Waits for a process made by `process` and reads what it said.
  func result(of process: Process, run: String) throws -> Outcome {
    process.waitUntilExit()
    return Outcome(
      output: Normal.text(try text(".\(run).out"), in: path),
      errors: Normal.text(try text(".\(run).err"), in: path),
      status: process.terminationReason == .exit
        ? process.terminationStatus : -process.terminationStatus)
  }

  /// Runs the program to its end.
  ///
  /// - Parameter input: what it reads from stdin.
  @discardableResult
  func run(_ arguments: String..., input: String? = nil) throws -> Outcome {
    try start(arguments, executable: Scratch.program, input: input)
  }

  @discardableResult
  func run(_ arguments: [String]) throws -> Outcome {
    try start(arguments, executable: Scratch.program, input: nil)
  }

  /// Runs a bash script, in which `$LEDGERSTONE` is the program.
  @discardableResult
  func shell(_ script: String) throws -> Outcome {
    try start(["-c", script], executable: "/bin/bash", input: nil)
  }

  private func start(_ arguments: [String], executable: String, input: String?) throws -> Outcome {
    let run = UUID().uuidString
    let process = try process(arguments, executable: executable, run: run)
    if let input {
      try write(".\(run).in", input)
      process.standardInput = try FileHandle(forReadingFrom: url(".\(run).in"))
    }
    try process.run()
    return try result(of: process, run: run)
  }
}

/// What a process left: its output, normalised, and its status; a signal is negative.
struct Outcome: Equatable, CustomStringConvertible {
  var output: String
  var errors: String
  var status: Int32

  init(output: String = "", errors: String = "", status: Int32 = 0) {
    self.output = output
    self.errors = errors
    self.status = status
  }

  var description: String {
    "\nstdout:\n\(output)\nstderr:\n\(errors)\nstatus: \(status)\n"
  }
}
