internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct EraseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract: "Erase all sealed bodies of a person, or single bodies, for good.",
    discussion: """
      Every step is a record; the bodies, their salts and the person's key are removed, and every \
      file is searched for the identifier. Repeat an interrupted command with the same arguments: \
      it goes on where it stopped.

      Status 0: erased, or there was nothing; 1: a hold forbids it, or it failed; 2: RESIDUAL, the \
      identifier still stands in the records or files named.
      """)

  @OptionGroup var ledger: WriterArguments

  @Option(
    help: ArgumentHelp(
      "The request's id, permanent: a UUID, never derived from the person.", valueName: "id"))
  var request: String

  @Option(help: ArgumentHelp("The person; never stored.", valueName: "id"))
  var subject: String?

  @Option(help: "The record of a single body.")
  var record: UInt64?

  @Option(help: ArgumentHelp("The body of --record, from 0.", valueName: "k"))
  var body: UInt64?

  @Option(
    help: ArgumentHelp(
      "A file of lines {\"subject\":\"ID\"} or {\"record\":I,\"body\":K}; - is stdin.",
      valueName: "file"))
  var batch: String?

  @Option(help: ArgumentHelp("Under which law, such as eu-gdpr:A17.", valueName: "code"))
  var regulation: String?

  @Option(help: ArgumentHelp("When it was received.", valueName: "date"))
  var received: String?

  @Flag(help: "Go on although the system clock stepped, and record that; once for each step.")
  var acceptClock = false

  @Flag(help: "The outcome is JSON already; accepted for symmetry.")
  var json = false

  func validate() throws {
    guard (record == nil) == (body == nil) else {
      throw ValidationError("--record and --body belong together.")
    }
    guard [subject != nil, record != nil, batch != nil].filter({ $0 }).count == 1 else {
      throw ValidationError("Give one of --subject, --record with --body, and --batch.")
    }
  }

  mutating func run() async throws {
    let request = try ErasureRequest(
      identifier: request, targets: try targets(), regulation: regulation, received: received)
    let result = try await ledger.perform(
      acceptsClockStep: acceptClock,
      served: { ledger in
        // A hold's refusal is a result too.
        let answer = try await ledger.ask(Self.call(request), accepted: [409])
        return try Result(answer) ?? { throw ledger.incomplete("an outcome") }()
      },
      opened: { Result(try await $0.erase(request)) })
    try StandardOutput.print(result.json)
    if result.unsearchedCount > 0 {
      StandardError.warn(
        "\(counted(result.unsearchedCount, "identifier")) not searched for: fewer than 4 bytes "
          + "stand in files by chance; key and bodies are gone all the same")
    }
    switch result.outcome {
    case .erased, .notFound, .alreadyErased: return
    case .refused:
      let holds = result.holds.joined(separator: ", ")
      throw CommandFailure(
        .failed,
        "a hold forbids it (record \(holds): \(result.basis ?? "no basis")); nothing was "
          + "erased")
    case .residual:
      throw CommandFailure(
        .notValid,
        "the bodies are gone, but the identifier still stands in "
          + "\(result.residualRecordCount) record(s) and \(result.residualFileCount) file(s)")
    }
  }

  /// What the command prints and concludes of a report.
  private struct Result: Sendable {
    var json: String
    var outcome: ErasureReport.Outcome
    var holds: [String]
    var basis: String?
    var residualRecordCount: Int
    var residualFileCount: Int
    var unsearchedCount: Int

    init(_ report: ErasureReport) {
      json = report.json
      outcome = report.outcome
      holds = report.holds.map(String.init)
      basis = report.basis
      residualRecordCount = report.residualRecords.count
      residualFileCount = report.residualFiles.count
      unsearchedCount = report.unsearchedCount
    }

    init?(_ answer: JSONValue) {
      guard let outcome = answer["outcome"]?.string.flatMap(ErasureReport.Outcome.init(rawValue:)),
        let holds = answer["holds"]?.elements, let records = answer["residualRecords"]?.elements,
        let files = answer["residualFiles"]?.elements
      else { return nil }
      json = String(decoding: answer.bytes, as: UTF8.self)
      self.outcome = outcome
      self.holds = holds.compactMap(\.number)
      basis = answer["basis"]?.string
      (residualRecordCount, residualFileCount) = (records.count, files.count)
      unsearchedCount = answer["unsearchedIdentifiers"]?.number.flatMap { Int($0) } ?? 0
    }
  }

  private static func call(_ request: ErasureRequest) -> HTTPCall {
    ServedLedger.call("/v1/erasures") { writer in
      writer.member("request", request.identifier)
      writer.name("targets")
      writer.array { writer in
        for target in request.targets {
          writer.object { writer in
            switch target {
            case .subject(let subject): writer.member("subject", subject)
            case .body(let slot):
              writer.member("record", slot.record)
              writer.member("body", slot.body)
            }
          }
        }
      }
      if let regulation = request.regulation { writer.member("regulation", regulation) }
      if let received = request.received { writer.member("received", received) }
    }
  }

  private func targets() throws -> [ErasureRequest.Target] {
    if let subject { return [.subject(subject)] }
    if let record, let body { return [.body(BodySlot(record: record, body: body))] }
    guard let batch else { return [] }
    return try EraseBatch.targets(try SmallFile.read(batch), file: batch)
  }
}

/// The lines of `--batch`.
enum EraseBatch {
  static func targets(
    _ bytes: [UInt8], file: String
  ) throws(CommandFailure) -> [ErasureRequest.Target] {
    var targets: [ErasureRequest.Target] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated()
    where !line.isEmpty && !line.elementsEqual([UInt8(ascii: "\r")]) {
      guard let target = target(Array(line)) else {
        throw CommandFailure(
          .usage,
          "\(file), line \(number + 1): neither {\"subject\":\"ID\"} nor "
            + "{\"record\":I,\"body\":K}; nothing was erased")
      }
      targets.append(target)
    }
    return targets
  }

  private static func target(_ line: [UInt8]) -> ErasureRequest.Target? {
    guard let members = (try? JSONDocument(parsing: line))?.root.members else { return nil }
    switch members.map(\.name).sorted() {
    case ["subject"]: return members[0].value.string.map { .subject($0) }
    case ["body", "record"]:
      func number(_ name: String) -> UInt64? {
        members.first { $0.name == name }?.value.number.flatMap { UInt64($0) }
      }
      guard let record = number("record"), let body = number("body") else { return nil }
      return .body(BodySlot(record: record, body: body))
    default: return nil
    }
  }
}
