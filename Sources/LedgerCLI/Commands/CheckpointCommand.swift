internal import ArgumentParser
internal import Ledgerstone

struct CheckpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Sign a checkpoint if there is something new, and print the newest.")

  @OptionGroup var ledger: WriterArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() async throws {
    let note = try await ledger.perform(
      served: { try await $0.note("/v1/checkpoint") }, opened: { try await $0.checkpoint() })
    struct Signed: Encodable { let checkpoint: String }
    if json {
      try StandardOutput.print(
        JSONOutput.line(Signed(checkpoint: String(decoding: note, as: UTF8.self))))
    } else {
      try StandardOutput.print(bytes: note)
    }
  }
}
