internal import ArgumentParser
internal import LedgerFormat
internal import LedgerVerifier
internal import Ledgerstone
internal import Provenance

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a record as JSON, its exact bytes, or one of its bodies.")

  @OptionGroup var ledger: ReaderArguments

  @Argument(help: "The record's index, from 0.")
  var index: UInt64

  @Flag(help: "Print the leaf's exact bytes, which its hash is over.")
  var entry = false

  @Option(help: ArgumentHelp("Print the bytes of body K, from 0.", valueName: "k"))
  var body: Int?

  @Option(
    help: ArgumentHelp(
      "Print salt and bytes of body K, which open its commitment.", valueName: "k"))
  var opening: Int?

  @Flag(help: "On one line; a record is JSON in any case.")
  var json = false

  func validate() throws {
    guard [entry, body != nil, opening != nil].filter({ $0 }).count <= 1 else {
      throw ValidationError("--entry, --body and --opening exclude each other.")
    }
  }

  mutating func run() throws {
    let reader = try ledger.reader()
    if let body {
      return try StandardOutput.print(bytes: reader.body(record: index, body: body))
    }
    if let opening {
      let (salt, bytes) = try reader.opening(record: index, body: opening)
      let slot = BodySlot(record: index, body: UInt64(opening))
      return try StandardOutput.print(
        BodyOpening(slot: slot, salt: salt, bytes: bytes).encoded)
    }
    let record = try reader.record(at: index)
    if entry { return try StandardOutput.print(bytes: record.bytes) }
    try StandardOutput.print(
      RecordJSON.text(record.header, leafHash: record.leafHash, isIndented: !json))
  }
}
