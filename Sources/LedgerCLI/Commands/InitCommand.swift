internal import ArgumentParser
internal import Ledgerstone
internal import MerkleLog

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a new ledger and print its verifier key.",
    discussion: """
      An init that was interrupted is repeated with the same arguments. Later, inspect prints the \
      verifier key again.

      With --continues, the new ledger goes on from a checkpoint of an older one, whose verifier \
      key --key is checked against it; record 0 keeps the checkpoint.
      """)

  @OptionGroup var ledger: LedgerArguments

  @Option(
    help: ArgumentHelp(
      "The name under which the ledger signs, such as acme.example/provenance.",
      valueName: "name"))
  var origin: String

  @Option(
    help: ArgumentHelp(
      "A signed checkpoint of the ledger that this one goes on from.", valueName: "file"))
  var continues: String?

  @Option(
    help: ArgumentHelp(
      "The verifier key of the ledger that --continues names, or @FILE.", valueName: "vkey"))
  var key: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (continues == nil) == (key == nil) else {
      throw ValidationError("--continues and --key are given together.")
    }
  }

  mutating func run() async throws {
    let oldKey = try key.map { text throws(CommandFailure) in
      try VerifyCommand.verifierKey(text, .ed25519, option: "--key")
    }
    let note = try continues.map { path throws(CommandFailure) in
      try SmallFile.read(path, limit: 1 << 20)
    }
    try AddressSpace.requireRoomForWriting()
    try FreeDescriptors.requireRoomForWriting()
    let vkey = try await Ledger.create(
      at: ledger.location(), origin: origin, continuing: note, signedBy: oldKey)
    struct Created: Encodable {
      let origin: String
      let verifierKey: String
    }
    let text = try json ? JSONOutput.line(Created(origin: origin, verifierKey: vkey)) : vkey
    do throws(CommandFailure) {
      try StandardOutput.print(text)
    } catch {
      throw CommandFailure(
        .failed,
        "\(error.message ?? ""); the ledger was made, ledgerstone inspect prints its verifier key")
    }
  }
}
