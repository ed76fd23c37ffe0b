internal import ArgumentParser
internal import MerkleLog

struct KeygenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make a key with which an auditor cosigns checkpoints.",
    discussion: """
      The secret goes into a new file, the verifier key to stdout. Give the verifier key to those \
      who should trust your cosignatures (verify --cosigner). The name of an auditor who \
      re-derives the index, as `verify DIR` does, ends in /index.
      """)

  @Argument(help: "The cosigner's name, such as auditor.example/index.")
  var name: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The new file for the secret.", valueName: "file"))
  var output: String

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() throws {
    let key = try CosignerKeyFile.generate(name: name, at: output)
    struct Generated: Encodable {
      let name: String
      let verifierKey: String
    }
    try StandardOutput.print(
      json ? JSONOutput.line(Generated(name: key.name, verifierKey: key.vkey)) : key.vkey)
  }
}
