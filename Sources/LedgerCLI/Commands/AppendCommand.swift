internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct AppendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "append",
    abstract: "Append one record and print its receipt.",
    discussion: """
      A part of an entity that holds %, : or @ is percent-encoded. A run is run::ID.
      """)

  @OptionGroup var ledger: WriterArguments

  @Option(help: "The kind of record, such as access or erasure/request.")
  var kind: String

  @Option(
    name: .customLong("entity"),
    help: ArgumentHelp("What it is about; repeatable.", valueName: "role=type:namespace:name[@v]"))
  var entities: [String] = []

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

  @Option(help: "An id of yours: a second record with it is recognised as the same.")
  var id: String?

  @Option(help: "When it happened, RFC 3339.")
  var eventTime: String?

  @Option(help: "The authenticated producer.")
  var source = "local"

  @Flag(help: "Go on although the system clock stepped, and record that.")
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

  mutating func run() async throws {
    let content = try content()
    try requireMinimum(of: content)
    if let id, id.isEmpty { throw CommandFailure(.usage, "--id must not be empty") }
    let bodies = try bodies()
    let rule: DuplicateRule = id.map { .identifier($0) } ?? .none
    let (id, eventTime, source) = (id, eventTime, source)
    let (receipt, index) = try await ledger.perform(
      acceptsClockStep: acceptClock,
      served: { ledger in
        try SourceArgument.requireDefault(source)
        let record = RecordText.bytes(content, bodies: bodies, id: id, eventTime: eventTime)
        return try Self.receipt(of: await ledger.appendRecords([record]))
      },
      opened: { ledger in
        var batch = ledger.makeBatch()
        try batch.append(content, bodies: bodies, duplicates: rule)
        return try Self.receipt(of: try await ledger.append(batch).first)
      })
    try print(receipt, of: index)
  }

  /// The receipt and its record's number.
  private static func receipt(
    of outcome: AppendOutcome?
  ) throws(CommandFailure) -> (String, String) {
    switch outcome {
    case .recorded(let receipt): return (receipt.json, String(receipt.index))
    case .conflict(let index, let identifier):
      throw CommandFailure(
        .failed,
        "record \(index) has the id '\(identifier)' but another content; nothing was appended")
    case .unknownReference(let index):
      throw CommandFailure(
        .failed,
        "the record refers to record \(index), which is not before it; nothing was appended")
    case nil: throw CommandFailure(.failed, "nothing was appended")
    }
  }

  /// The same of a server's answer.
  private static func receipt(
    of outcomes: ServedLedger.Outcomes
  ) throws(CommandFailure) -> (String, String) {
    switch outcomes.known.first {
    case .recorded(let receipt, _)?:
      let index = (try? JSONDocument(parsing: Array(receipt.utf8)))?.root["index"]?.number
      return (receipt, index ?? "")
    case .conflict(let reason)?, .rejected(let reason)?:
      throw CommandFailure(.failed, reason + "; nothing was appended")
    case nil:
      throw outcomes.failure ?? CommandFailure(.failed, "nothing was appended")
    }
  }

  /// Says of a receipt that could not be printed which record it was for: to append it again would
  /// make two of it.
  private func print(_ receipt: String, of index: String) throws(CommandFailure) {
    do throws(CommandFailure) {
      try StandardOutput.print(receipt)
    } catch {
      throw CommandFailure(
        .failed, "\(error.message ?? ""); the record was appended as record \(index)")
    }
  }

  /// The plain body first, then the sealed one.
  private func bodies() throws(CommandFailure) -> [RecordBatch.Body] {
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

  private var bodyCount: Int { [body, sealed].compactMap(\.self).count }

  /// The header that the arguments describe, checked as a native record is.
  private func content() throws -> RecordContent {
    guard let known = RecordKind(rawValue: kind), !known.isWrittenByLedgerOnly else {
      let kinds = RecordKind.native.map(\.rawValue).joined(separator: ", ")
      throw CommandFailure(.usage, "'\(kind)' is no kind that can be appended; these are: \(kinds)")
    }
    var content = RecordContent(kind: known.rawValue, source: source)
    for text in entities {
      do throws(CommandLineEntityError) {
        content.entities.append(try Entity(commandLine: text))
      } catch {
        let shown = text.count > 80 ? "\(text.prefix(80))…" : text
        throw CommandFailure(.usage, "--entity \(shown): \(error)")
      }
    }
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
    return content
  }

  /// What a native record of this kind must say.
  private func requireMinimum(of content: RecordContent) throws(CommandFailure) {
    guard let kind = RecordKind(rawValue: content.kind) else { return }
    do throws(NativeRecordError) {
      try kind.requireMinimum(of: content, bodyCount: bodyCount)
    } catch {
      throw CommandFailure(.usage, "\(error)")
    }
  }

  private static func value(_ text: String) -> AttributeValue {
    if let integer = Int64(text), String(integer) == text { return .integer(integer) }
    if text == "true" || text == "false" { return .boolean(text == "true") }
    return .text(text)
  }
}
