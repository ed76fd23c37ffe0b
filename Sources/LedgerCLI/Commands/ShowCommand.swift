internal import ArgumentParser
internal import LedgerCryptography
internal import LedgerFormat
internal import LedgerVerifier
internal import Ledgerstone
internal import Provenance

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a record as JSON, its exact bytes, or one of its bodies.",
    discussion: """
      A sealed body is opened with the vault. Its opening is salt, ciphertext and the body's own \
      key, which opens no other one.
      """)

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

  @OptionGroup var vaultArguments: VaultArguments

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
      if try isSealed(body, reader) {
        return try StandardOutput.print(
          bytes: sealedReader(reader).open(record: index, body: body).bytes)
      }
      return try StandardOutput.print(bytes: reader.body(record: index, body: body))
    }
    if let opening, try isSealed(opening, reader) {
      let opened = try sealedReader(reader).open(record: index, body: opening)
      let slot = BodySlot(record: index, body: UInt64(opening))
      let seal = BodyOpening.Seal(
        key: opened.key.bytes.copied(), ledgerID: reader.identity.ledgerID)
      return try StandardOutput.print(
        BodyOpening(slot: slot, salt: opened.salt, bytes: opened.stored, seal: seal).encoded)
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

  /// Whether the body is there and belongs to a subject.
  private func isSealed(_ body: Int, _ reader: LedgerReader) throws -> Bool {
    let bodies = try reader.record(at: index).header.content.bodies
    guard bodies.indices.contains(body), bodies[body].tag != nil else { return false }
    // What was erased is said before a vault is asked for.
    _ = try reader.opening(record: index, body: body)
    return true
  }

  private func sealedReader(_ reader: LedgerReader) throws -> SealedBodyReader {
    let location = try LedgerLocation(directory: ledger.directory, vault: vaultArguments.vault)
    return try SealedBodyReader(try LedgerReader.open(at: location))
  }
}
