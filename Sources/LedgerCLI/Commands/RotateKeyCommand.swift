internal import ArgumentParser
internal import Ledgerstone
internal import Provenance

struct RotateKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate-key",
    abstract: "Let a new key sign from now on, and print its verifier key.",
    discussion: """
      A record names the new key, and the checkpoint that ends with this record is signed by both: \
      verify takes either key and follows the record. The old key is removed from the vault. A \
      rotation that was interrupted is finished by the next command that writes.

      Publish the new verifier key and that checkpoint where the old key was published. Whoever \
      stole the old key can still sign what would have been older checkpoints: who saved one, or \
      had it cosigned, is not deceived.
      """)

  @OptionGroup var ledger: WriterArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() async throws {
    let rotated = try await ledger.perform(
      served: { ledger in
        let answer = try await ledger.ask(HTTPCall(path: "/v1/key-rotations"))
        return try Rotated(answer) ?? { throw ledger.incomplete("the new key") }()
      },
      opened: { Rotated(try await $0.rotateKey()) })
    try StandardOutput.print(json ? JSONOutput.line(rotated) : rotated.verifierKey)
  }
}

private struct Rotated: Encodable, Sendable {
  let record: UInt64
  let previousVerifierKey: String
  let verifierKey: String
  let checkpoint: String

  init(_ report: KeyRotationReport) {
    record = report.record
    previousVerifierKey = report.previousVerifierKey
    verifierKey = report.verifierKey
    checkpoint = String(decoding: report.checkpoint, as: UTF8.self)
  }

  init?(_ answer: JSONValue) {
    guard let record = answer["record"]?.number.flatMap({ UInt64($0) }),
      let previous = answer["previousVerifierKey"]?.string,
      let key = answer["verifierKey"]?.string, let note = answer["checkpoint"]?.string
    else { return nil }
    (self.record, previousVerifierKey, verifierKey, checkpoint) = (record, previous, key, note)
  }
}
