internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct DeletionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deletion",
    abstract: "Record a deletion in a system outside the ledger, step by step.",
    discussion: """
      Nothing is deleted by this: it is on record what somebody asked for, what a system did, and \
      who looked afterwards. closure and certificate draw their conclusions from it. What the \
      ledger itself holds of a person is erased by `ledgerstone erase` with the same request.

      In this order, all with the same --request; the article Certificate has an example:
        deletion request       what was asked for
        deletion execution     what was removed from a dataset or model, and how
        deletion verification  what somebody else still found there
      """,
    subcommands: [
      DeletionRequestCommand.self, DeletionExecutionCommand.self, DeletionVerificationCommand.self,
    ])
}

/// Which request it belongs to, and what every record may have.
struct DeletionArguments: ParsableArguments {
  @OptionGroup var ledger: WriterArguments

  @Option(
    help: ArgumentHelp(
      "The request's id, permanent: a UUID, never derived from the person.", valueName: "id"))
  var request: String

  @OptionGroup var record: RecordArguments

  /// Appends one step and prints its receipt.
  ///
  /// A step without event time happened now: a version whose end is unknown precedes no other, so
  /// that nothing rebuilt after it would be clean.
  func append(_ kind: RecordKind, _ fill: (inout RecordContent) throws -> Void) async throws {
    var content = RecordContent(kind: kind.rawValue, source: record.source)
    try fill(&content)
    try record.fill(&content)
    if content.eventTime == nil { content.eventTime = Timestamp.now }
    let (step, bodies, request) = (content, try record.bodies(), request)
    let (source, time) = (record.source, record.eventTime ?? "\(Timestamp.now)")
    let (receipt, index) = try await ledger.perform(
      acceptsClockStep: record.acceptClock,
      served: { ledger in
        try SourceArgument.requireDefault(source)
        var named = step
        named.entities.insert(
          Entity(role: .request, type: .request, namespace: "", name: request), at: 0)
        let bytes = RecordText.bytes(named, bodies: bodies, id: nil, eventTime: time)
        let receipt = try await ledger.ask(HTTPCall(path: "/v1/deletions", body: bytes))
        guard let index = receipt["index"]?.number else { throw ledger.incomplete("a receipt") }
        return (String(decoding: receipt.bytes, as: UTF8.self), index)
      },
      opened: {
        let receipt = try await $0.appendDeletion(step, bodies: bodies, request: request)
        return (receipt.json, String(receipt.index))
      })
    try RecordArguments.print(receipt, of: index)
  }

  static func date(_ text: String, option: String) throws(CommandFailure) -> AttributeValue {
    guard Timestamp.parse(text.utf8.count == 10 ? text + "T00:00:00Z" : text) != nil else {
      throw CommandFailure(
        .usage,
        "\(option) \(RecordArguments.shortened(text)): neither a date as 2026-01-31 nor an "
          + "RFC 3339 time")
    }
    return .text(text)
  }
}

/// What was acted upon, and by whom.
struct DeletionTargetArguments: ParsableArguments {
  @Option(
    name: .customLong("target"),
    help: ArgumentHelp("A dataset or model; repeatable.", valueName: "type:namespace:name[@v]"))
  var targets: [String] = []

  @Option(
    name: .customLong("by"),
    help: ArgumentHelp(
      "The service that did it. A person is named in --body only, as no header may name one.",
      valueName: "service:namespace:name"))
  var actor: String?

  func fill(_ content: inout RecordContent) throws {
    for target in targets {
      content.entities.append(try RecordArguments.entity(.target, target, option: "--target"))
    }
    if let actor {
      content.entities.append(try RecordArguments.entity(.actor, actor, option: "--by"))
    }
  }
}

struct DeletionRequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request",
    abstract: "Record what somebody asked to have deleted, and print the receipt.",
    discussion: """
      Not the person: a letter is kept with --sealed and --subject, and goes with an erasure.
      """)

  @OptionGroup var deletion: DeletionArguments

  @Option(help: ArgumentHelp("Under which law, such as eu-gdpr:A17.", valueName: "code"))
  var regulation: String

  @Option(help: ArgumentHelp("When it was received.", valueName: "date"))
  var received: String

  @Option(help: ArgumentHelp("When it has to be answered.", valueName: "date"))
  var due: String?

  mutating func run() async throws {
    try await deletion.append(.erasureRequest) { content in
      content.attributes["regulation"] = .text(regulation)
      content.attributes["received"] = try DeletionArguments.date(received, option: "--received")
      if let due {
        content.attributes["due"] = try DeletionArguments.date(due, option: "--due")
      }
    }
  }
}

struct DeletionExecutionCommand: AsyncParsableCommand {
  private static let methods = ErasureMethod.allCases.map(\.rawValue).joined(separator: ", ")

  static let configuration = CommandConfiguration(
    commandName: "execution",
    abstract: "Record what a system removed, and print the receipt.",
    discussion: """
      What a closure concludes from --method:
        drop-and-purge, truncate, key-destruction: the data is gone
        row-erasure, overwrite, full-overwrite: it is gone once a verification found nothing left
        merge-on-read-delete: it is hidden and still there

      --event-time is the end, by default now; what was made from the data has to be rebuilt after \
      it.
      """)

  @OptionGroup var deletion: DeletionArguments
  @OptionGroup var what: DeletionTargetArguments

  @Option(help: ArgumentHelp("How: \(DeletionExecutionCommand.methods).", valueName: "method"))
  var method: String

  @Option(help: ArgumentHelp("When it began.", valueName: "date"))
  var started: String?

  @Option(help: ArgumentHelp("Rows that were there before.", valueName: "count"))
  var rowsBefore: UInt32?

  @Option(help: ArgumentHelp("Rows that were left.", valueName: "count"))
  var rowsAfter: UInt32?

  mutating func run() async throws {
    guard let known = ErasureMethod(rawValue: method) else {
      throw CommandFailure(
        .usage,
        "--method \(RecordArguments.shortened(method)) is none of: \(Self.methods). A closure "
          + "concludes nothing from another one; `ledgerstone append` records it all the same")
    }
    try await deletion.append(.erasureExecution) { content in
      try what.fill(&content)
      content.attributes["method"] = .text(known.rawValue)
      if let started {
        content.attributes["started"] = try DeletionArguments.date(started, option: "--started")
      }
      if let rowsBefore { content.attributes["rowsBefore"] = .integer(Int64(rowsBefore)) }
      if let rowsAfter { content.attributes["rowsAfter"] = .integer(Int64(rowsAfter)) }
    }
  }
}

struct DeletionVerificationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verification",
    abstract: "Record what somebody still found after an execution, and print the receipt.",
    discussion: """
      The outcome is verified if nothing was found, else residual. Whoever looks is not who removed.
      """)

  @OptionGroup var deletion: DeletionArguments
  @OptionGroup var what: DeletionTargetArguments

  @Option(help: "How it was looked for, such as full-scan.")
  var method: String

  @Option(help: ArgumentHelp("Rows or items of the person still found.", valueName: "count"))
  var residual: UInt32

  mutating func run() async throws {
    try await deletion.append(.erasureVerification) { content in
      try what.fill(&content)
      content.attributes["method"] = .text(method)
      content.attributes["outcome"] = .text(residual == 0 ? "verified" : "residual")
      content.attributes["residual"] = .integer(Int64(residual))
    }
  }
}
