internal import ArgumentParser
internal import Ledgerstone

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a new ledger and print its verifier key.",
    discussion: "An init that was interrupted is repeated with the same arguments.")

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

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() async throws {
    let note = try continues.map { path throws(CommandFailure) in
      try SmallFile.read(path, limit: 1 << 20)
    }
    let vkey = try await Ledger.create(
      at: ledger.location(), origin: origin, continuing: note)
    struct Created: Encodable {
      let origin: String
      let verifierKey: String
    }
    try StandardOutput.print(
      json ? JSONOutput.line(Created(origin: origin, verifierKey: vkey)) : vkey)
  }
}
