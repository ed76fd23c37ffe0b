internal import Foundation

/// The process's stderr: everything that is not data. Lines are written as a whole and at once.
enum StandardError {
  /// Writes one line; a stderr that is closed leaves nobody to tell.
  static func write(line: String) { write(line + "\n") }

  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Says which command speaks, as other Unix commands do.
  static func complain(_ message: String) {
    write(line: "ledgerstone: \(PlainText.escaped(message, keepsLines: true))")
  }

  static func warn(_ message: String) {
    write(line: "warning: \(PlainText.escaped(message, keepsLines: true))")
  }

  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
