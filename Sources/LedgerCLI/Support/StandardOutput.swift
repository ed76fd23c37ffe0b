internal import Foundation

/// The process's stdout: data, nothing else.
///
/// Buffered, because one write per line would cost a system call per record; `flush` is called
/// where somebody may wait for the lines. A closed pipe is an error like a full disk: the signal
/// that would end the process at once is ignored, so that a ledger is closed first.
struct StandardOutput: Sendable {
  private static let byteCountTarget = 65_536
  private let handle: FileHandle
  private var buffer: [UInt8] = []

  init(_ handle: FileHandle = .standardOutput) { self.handle = handle }

  mutating func write(line: String) throws(CommandFailure) {
    buffer.append(contentsOf: line.utf8)
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.byteCountTarget { try flush() }
  }

  mutating func write(bytes: [UInt8]) throws(CommandFailure) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.byteCountTarget { try flush() }
  }

  /// - Throws: status 1 if stdout is closed, or what it leads to is full.
  mutating func flush() throws(CommandFailure) {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard !buffer.isEmpty else { return }
    do {
      try handle.write(contentsOf: Data(buffer))
    } catch {
      throw CommandFailure(.failed, "cannot write to stdout: \(SystemFailure.reason(of: error))")
    }
  }

  /// Writes all of a command's output.
  static func print(_ line: String) throws(CommandFailure) {
    var output = StandardOutput()
    try output.write(line: line)
    try output.flush()
  }

  static func print(bytes: [UInt8]) throws(CommandFailure) {
    var output = StandardOutput()
    try output.write(bytes: bytes)
    try output.flush()
  }
}
