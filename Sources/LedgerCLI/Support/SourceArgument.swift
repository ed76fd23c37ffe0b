internal import ArgumentParser
internal import LedgerFormat

/// The authenticated producer, which every command that appends takes.
enum SourceArgument {
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
