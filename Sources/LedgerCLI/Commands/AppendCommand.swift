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

  @OptionGroup var record: RecordArguments

  @Option(help: "An id of yours: a second record with it is recognised as the same.")
  var id: String?

  mutating func run() async throws {
    let content = try content()
    try requireMinimum(of: content)
    if let id, id.isEmpty { throw CommandFailure(.usage, "--id must not be empty") }
    let bodies = try record.bodies()
    let rule: DuplicateRule = id.map { .identifier($0) } ?? .none
    let (id, eventTime, source) = (id, record.eventTime, record.source)
    let (receipt, index) = try await ledger.perform(
      acceptsClockStep: record.acceptClock,
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
    try RecordArguments.print(receipt, of: index)
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

  /// The header that the arguments describe, checked as a native record is.
  private func content() throws -> RecordContent {
    guard let known = RecordKind(rawValue: kind), !known.isWrittenByLedgerOnly else {
      let kinds = RecordKind.native.map(\.rawValue).joined(separator: ", ")
      throw CommandFailure(.usage, "'\(kind)' is no kind that can be appended; these are: \(kinds)")
    }
    var content = RecordContent(kind: known.rawValue, source: record.source)
    for text in entities {
      do throws(CommandLineEntityError) {
        content.entities.append(try Entity(commandLine: text))
      } catch {
        throw CommandFailure(
          .usage, "--entity \(RecordArguments.shortened(text)): \(error)")
      }
    }
    try record.fill(&content)
    return content
  }

  /// What a native record of this kind must say.
  private func requireMinimum(of content: RecordContent) throws(CommandFailure) {
    guard let kind = RecordKind(rawValue: content.kind) else { return }
    do throws(NativeRecordError) {
      try kind.requireMinimum(of: content, bodyCount: record.bodyCount)
    } catch {
      throw CommandFailure(.usage, "\(error)")
    }
  }
}
