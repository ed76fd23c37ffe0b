internal import ArgumentParser
internal import LedgerFormat
internal import LedgerVerifier
internal import Ledgerstone
internal import MerkleLog

struct ProveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Prove that a record is in the ledger, or that the ledger extends a checkpoint.",
    discussion: """
      With INDEX, a c2sp.org/tlog-proof@v1 file under the newest checkpoint. With --since, a \
      consistency proof from a saved checkpoint to the newest. `ledgerstone verify` checks both.
      """)

  @OptionGroup var ledger: ReaderArguments

  @Argument(help: "The record's index, from 0.")
  var index: UInt64?

  @Option(help: ArgumentHelp("A checkpoint saved earlier, or a certificate.", valueName: "file"))
  var since: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where to; stdout without it.", valueName: "file"))
  var output: String?

  @Flag(help: "Print one JSON object that holds the file's text.")
  var json = false

  func validate() throws {
    guard (index == nil) != (since == nil) else {
      throw ValidationError("Give either INDEX or --since.")
    }
  }

  /// The checkpoint in the file given, which may be a certificate.
  private func savedCheckpoint() throws -> [UInt8] {
    let bytes = try SmallFile.read(since ?? "", limit: ProofVerification.byteCountMax)
    guard ProofVerification.kind(of: bytes) == .certificate else { return bytes }
    do throws(CertificateFileError) {
      return try CertificateFile(parsing: bytes).content.history.evidence.note.encoded
    } catch {
      throw CommandFailure(.notValid, "\(since ?? ""): \(error)")
    }
  }

  mutating func run() throws {
    let reader = try ledger.reader()
    try ledger.refuse(target: output)
    let proof: [UInt8]
    if let index {
      proof = try reader.inclusionProof(at: index)
    } else {
      proof = try reader.consistencyProof(since: savedCheckpoint())
    }
    struct Proof: Encodable { let proof: String }
    let text = String(decoding: proof, as: UTF8.self)
    try SmallFile.write(
      json ? Array((JSONOutput.line(Proof(proof: text)) + "\n").utf8) : proof, to: output)
  }
}
