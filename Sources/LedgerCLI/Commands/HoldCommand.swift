internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Forbid erasures, and allow them again.",
    subcommands: [HoldPlaceCommand.self, HoldReleaseCommand.self])
}

struct HoldPlaceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "place",
    abstract: "Record that something must not be erased, and print the receipt.",
    discussion: """
      The receipt's index names the hold. Basis and role are permanent: no names of persons.
      """)

  @OptionGroup var ledger: WriterArguments

  @Option(help: "Why, such as eu-gdpr:A17-3-e.")
  var basis: String

  @Option(help: "The role that decided, such as legal-counsel.")
  var decidedBy: String

  @Option(help: "No body of a record that names this entity.")
  var entity: String?

  @Option(help: "The record of a single body.")
  var record: UInt64?

  @Option(help: ArgumentHelp("The body of --record, from 0.", valueName: "k"))
  var body: UInt64?

  @Option(help: ArgumentHelp("No body of this person; never stored.", valueName: "id"))
  var subject: String?

  @Flag(help: "No body at all.")
  var everything = false

  @Flag(help: "The receipt is JSON already; accepted for symmetry.")
  var json = false

  func validate() throws {
    guard (record == nil) == (body == nil) else {
      throw ValidationError("--record and --body belong together.")
    }
    guard [entity != nil, record != nil, subject != nil, everything].filter({ $0 }).count == 1
    else {
      throw ValidationError("Give one of --entity, --record with --body, --subject, --everything.")
    }
  }

  mutating func run() async throws {
    let hold = HoldRequest(scope: try scope(), basis: basis, decidedBy: decidedBy)
    let receipt = try await ledger.perform(
      served: { try await $0.receipt(Self.call(hold)) },
      opened: { try await $0.placeHold(hold).json })
    try StandardOutput.print(receipt)
  }

  private static func call(_ hold: HoldRequest) -> HTTPCall {
    ServedLedger.call("/v1/holds") { writer in
      writer.member("basis", hold.basis)
      writer.member("decidedBy", hold.decidedBy)
      switch hold.scope {
      case .subject(let subject): writer.member("subject", subject)
      case .bodies(let slots):
        writer.member("record", slots.first?.record)
        writer.member("body", slots.first?.body)
      case .entity(let type, let namespace, let name):
        writer.member(
          "entity", CommandLineEntity(type: type, namespace: namespace, name: name).text)
      case .everything:
        writer.name("everything")
        writer.boolean(true)
      }
    }
  }

  private func scope() throws(CommandFailure) -> HoldRequest.Scope {
    if let subject { return .subject(subject) }
    if let record, let body { return .bodies([BodySlot(record: record, body: body)]) }
    guard let text = entity else { return .everything }
    do throws(CommandLineEntityError) {
      let entity = try Entity(commandLine: "scope=\(text)")
      return .entity(type: entity.type, namespace: entity.namespace, name: entity.name)
    } catch {
      throw CommandFailure(.usage, "--entity \(text): \(error)")
    }
  }
}

struct HoldReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Record that a hold no longer holds, and print the receipt.")

  @OptionGroup var ledger: WriterArguments

  @Option(help: ArgumentHelp("The record that placed it.", valueName: "index"))
  var hold: UInt64

  @Option(help: "Why, such as the end of a proceeding.")
  var basis: String

  @Option(help: "The role that decided.")
  var decidedBy: String

  @Flag(help: "The receipt is JSON already; accepted for symmetry.")
  var json = false

  mutating func run() async throws {
    let (hold, basis, decidedBy) = (hold, basis, decidedBy)
    let receipt = try await ledger.perform(
      served: { ledger in
        try await ledger.receipt(
          ServedLedger.call("/v1/holds/\(hold)/release") { writer in
            writer.member("basis", basis)
            writer.member("decidedBy", decidedBy)
          })
      },
      opened: {
        try await $0.releaseHold(hold, basis: basis, decidedBy: decidedBy).json
      })
    try StandardOutput.print(receipt)
  }
}
