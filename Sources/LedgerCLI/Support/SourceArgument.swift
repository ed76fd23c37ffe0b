internal import ArgumentParser
internal import LedgerFormat

/// The authenticated producer, which every command that appends takes.
enum SourceArgument {
  static let usual = "local"

  /// Refuses another source where a server says whose records they are.
  static func requireDefault(_ source: String) throws(CommandFailure) {
    guard source == usual else {
      throw CommandFailure(.usage, "--source: through a server it is that of the token")
    }
  }

  /// Refuses at once what no record could hold.
  static func check(_ source: String) throws(ValidationError) {
    guard !source.isEmpty else { throw ValidationError("--source must not be empty.") }
    let count = source.utf8.count
    guard count <= FormatLimits.nameByteCountMax else {
      throw ValidationError(
        "--source has \(count) bytes; the limit is \(FormatLimits.nameByteCountMax).")
    }
  }
}
