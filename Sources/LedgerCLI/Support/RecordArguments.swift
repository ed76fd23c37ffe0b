internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// What every command that appends one record takes beside what the record is about.
struct RecordArguments: ParsableArguments {
  @Option(
    name: .customLong("attribute"),
    help: ArgumentHelp(
      "A small fact: integers, true and false are taken as such; repeatable.",
      valueName: "key=value"))
  var attributes: [String] = []

  @Option(help: ArgumentHelp("A file kept as the record's body; - is stdin.", valueName: "file"))
  var body: String?

  @Option(
    help: ArgumentHelp(
      "A file kept as a body that belongs to --subject, encrypted under that person's key.",
      valueName: "file"))
  var sealed: String?

  @Option(
    help: ArgumentHelp(
      "The person to whom the sealed body belongs; never stored in the ledger.", valueName: "id"))
  var subject: String?

  @Option(help: "The media type of the bodies.")
  var contentType = "application/octet-stream"

  @Option(help: "When it happened, RFC 3339.")
  var eventTime: String?

  @Option(help: "The authenticated producer.")
  var source = "local"

  @Flag(help: "Go on although the system clock stepped, and record that; once for each step.")
  var acceptClock = false

  @Flag(help: "Receipts are JSON already; accepted for symmetry.")
  var json = false

  func validate() throws {
    guard (sealed == nil) == (subject == nil) else {
      throw ValidationError("--sealed and --subject belong together.")
    }
    try SourceArgument.check(source)
    guard RecordContent.isContentType(contentType) else {
      throw ValidationError(
        "--content-type '\(PlainText.escaped(contentType))': not a media type of printable ASCII.")
    }
    guard body != "-" || sealed != "-" else {
      throw ValidationError("Only one of --body and --sealed can be stdin.")
    }
  }

  /// The plain body first, then the sealed one.
  func bodies() throws(CommandFailure) -> [RecordBatch.Body] {
    var bodies: [RecordBatch.Body] = []
    for (path, subject) in [(body, nil), (sealed, subject)] {
      guard let path else { continue }
      bodies.append(
        RecordBatch.Body(
          contentType: contentType,
          bytes: try SmallFile.read(path, limit: FormatLimits.bodyByteCountMax), subject: subject))
    }
    return bodies
  }

  var bodyCount: Int { [body, sealed].compactMap(\.self).count }

  /// Puts attributes and event time into `content`.
  func fill(_ content: inout RecordContent) throws(CommandFailure) {
    for text in attributes {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw CommandFailure(.usage, "--attribute \(text): not KEY=VALUE")
      }
      guard content.attributes[String(parts[0])] == nil else {
        throw CommandFailure(.usage, "--attribute \(parts[0]) is given twice")
      }
      content.attributes[String(parts[0])] = Self.value(String(parts[1]))
    }
    if let eventTime {
      guard let parsed = Timestamp.parse(eventTime) else {
        throw CommandFailure(.usage, "--event-time \(eventTime): not an RFC 3339 time")
      }
      content.eventTime = parsed.timestamp
      if !parsed.hasZone { content.flags.insert(.eventTimeWithoutZone) }
      if parsed.isTruncated { content.flags.insert(.eventTimeTruncated) }
    }
  }

  private static func value(_ text: String) -> AttributeValue {
    if let integer = Int64(text), String(integer) == text { return .integer(integer) }
    if text == "true" || text == "false" { return .boolean(text == "true") }
    return .text(text)
  }

  /// An entity in the form of the command line.
  static func entity(
    _ role: EntityRole, _ text: String, option: String
  ) throws(CommandFailure) -> Entity {
    do throws(CommandLineEntityError) {
      return try CommandLineEntity(parsing: text).entity(as: role)
    } catch {
      throw CommandFailure(.usage, "\(option) \(shortened(text)): \(error)")
    }
  }

  static func shortened(_ text: String) -> String {
    text.count > 80 ? "\(text.prefix(80))…" : text
  }

  /// Prints the receipt. Says of one that could not be printed which record it was for: to append
  /// it again would make two of it.
  static func print(_ receipt: String, of index: String) throws(CommandFailure) {
    do throws(CommandFailure) {
      try StandardOutput.print(receipt)
    } catch {
      throw CommandFailure(
        .failed, "\(error.message ?? ""); the record was appended as record \(index)")
    }
  }
}
