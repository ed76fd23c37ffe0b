internal import ArgumentParser
internal import Ledgerstone

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

  @OptionGroup var ledger: LedgerArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() async throws {
    let report = try await withLedger(ledger.location()) { try await $0.rotateKey() }
    struct Rotated: Encodable {
      let record: UInt64
      let previousVerifierKey: String
      let verifierKey: String
      let checkpoint: String
    }
    let rotated = Rotated(
      record: report.record, previousVerifierKey: report.previousVerifierKey,
      verifierKey: report.verifierKey,
      checkpoint: String(decoding: report.checkpoint, as: UTF8.self))
    try StandardOutput.print(json ? JSONOutput.line(rotated) : rotated.verifierKey)
  }
}
