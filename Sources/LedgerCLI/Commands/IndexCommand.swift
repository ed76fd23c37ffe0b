internal import ArgumentParser
internal import Ledgerstone

struct IndexCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Commit to the index of all records up to now, and print the checkpoint over it.",
    discussion: """
      Appends an index record and signs the checkpoint of exactly its size; proofs of history \
      --proof cover what lies before it. If nothing was appended since the last one, its \
      checkpoint is printed.
      """)

  @OptionGroup var ledger: WriterArguments

  @Flag(help: "Print one JSON object that holds the checkpoint.")
  var json = false

  mutating func run() async throws {
    let note = try await ledger.perform(
      served: { try await $0.note("/v1/index") }, opened: { try await $0.index() })
    struct Closed: Encodable { let checkpoint: String }
    if json {
      let text = String(decoding: note, as: UTF8.self)
      try StandardOutput.print(JSONOutput.line(Closed(checkpoint: text)))
    } else {
      try StandardOutput.print(bytes: note)
    }
  }
}
