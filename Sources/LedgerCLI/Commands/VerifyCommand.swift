internal import ArgumentParser
internal import Foundation
internal import LedgerVerifier
internal import Ledgerstone
internal import MerkleLog
internal import Synchronization

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Re-check a whole ledger, a proof file or a certificate.",
    discussion: """
      A folder is verified as a ledger: every digest, header, link, hash, body and signature. A \
      file is verified as the proof its first line names; that needs --key, and an inclusion \
      proof the record's exact bytes (show --entry) as --entry. Status 0: valid; 2: not valid; 1: \
      it could not be checked.

      With --cosign, a ledger that is valid under --key gives its checkpoint on stdout with the \
      cosignature of that key added, and the report on stderr. Give --since your last cosigned \
      checkpoint, so that you never cosign two histories.

      After a power cut, hashes under tree/ that had not reached the medium differ from the \
      records and are reported; the next command that writes derives them anew.
      """)

  @Argument(help: "The ledger's folder, or a proof file.")
  var path: String

  @Option(
    help: ArgumentHelp(
      """
      The trusted verifier key, or @FILE; of a ledger, also one from before a rotation. Two for a \
      consistency proof across one.
      """, valueName: "vkey"))
  var key: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      A checkpoint saved earlier: nothing before it may have changed. Of a certificate, a later \
      one, or the consistency proof that leads to it.
      """, valueName: "file"))
  var since: String?

  @Option(help: ArgumentHelp("The record's exact bytes.", valueName: "file"))
  var entry: String?

  @Option(
    help: ArgumentHelp("A body's salt and bytes, from show --opening.", valueName: "file"))
  var opening: String?

  @Option(
    help: ArgumentHelp(
      "A cosigner's verifier key, or @FILE: the proof's checkpoint must be cosigned by it.",
      valueName: "vkey"))
  var cosigner: [String] = []

  @Option(
    help: ArgumentHelp(
      "The file of your own cosigner key, from keygen: cosign the checkpoint if all is valid.",
      valueName: "file"))
  var cosign: String?

  @Flag(
    help: """
      Of a ledger, leave out the index: records, bodies, chain, tree and signatures are checked, \
      and what the ledger answers about entities is not. Faster.
      """)
  var withoutIndex = false

  @OptionGroup var vaultArguments: VaultArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() throws {
    do {
      try check()
    } catch let failure as CommandFailure {
      if json, let message = failure.message { try printObstacle(message, failure.status) }
      throw failure
    } catch let error as LedgerError {
      let failure = CommandFailure(error)
      if json, let message = failure.message { try printObstacle(message, failure.status) }
      throw failure
    }
  }

  /// Says in the form of `--json` that an argument cannot be used.
  private func printObstacle(_ message: String, _ status: ExitStatus) throws {
    let code: Obstacle.Code = status == .usage ? .argumentMissing : .unreadable
    let obstacle = Obstacle(code, message)
    try StandardOutput.print(
      SmallFile.type(path) == .typeRegular
        ? ProofReport(obstacle: obstacle).json() : VerificationReport(obstacle: obstacle).json())
  }

  private func check() throws {
    guard !path.isEmpty else { throw CommandFailure(.usage, "the path to verify is empty") }
    let keys = try key.map { argument throws(CommandFailure) in
      try Self.verifierKey(argument, .ed25519, option: "--key")
    }
    let status: VerificationStatus
    switch SmallFile.type(path) {
    case .typeRegular: status = try verifyFile(keys)
    // A link that is followed and still is one leads to nothing.
    case .typeDirectory, .typeSymbolicLink, nil: status = try verifyLedger(keys)
    default:
      throw CommandFailure(.failed, "\(path): neither a ledger's folder nor a proof file")
    }
    let exit = ExitStatus(status)
    if exit != .done { throw CommandFailure(exit) }
  }

  static func verifierKey(
    _ argument: String, _ algorithm: NoteKeyAlgorithm, option: String
  ) throws(CommandFailure) -> NoteVerifierKey {
    let text = try SmallFile.text(argument)
    do throws(NoteKeyError) {
      return try NoteVerifierKey(vkey: text, algorithm: algorithm)
    } catch {
      throw CommandFailure(
        .usage,
        "\(option): '\(text)' is no verifier key (NAME+8 hexadecimal digits+base64): \(error)")
    }
  }

  private func verifyLedger(_ keys: [NoteVerifierKey]) throws -> VerificationStatus {
    guard entry == nil, opening == nil, cosigner.isEmpty else {
      throw CommandFailure(
        .usage, "--entry, --opening and --cosigner belong to a proof file, not to a ledger")
    }
    guard cosign == nil || !keys.isEmpty else {
      throw CommandFailure(
        .usage, "--cosign needs --key: who cosigns must know whose checkpoint it is")
    }
    guard cosign == nil || !withoutIndex else {
      throw CommandFailure(
        .usage, "--cosign does not go with --without-index: who cosigns has checked everything")
    }
    let cosignerKey = try cosign.map { path throws(CommandFailure) in
      try CosignerKeyFile.read(path)
    }
    var options = VerificationOptions()
    options.trustedKeys = keys
    options.checksIndex = !withoutIndex
    options.savedCheckpoint = try since.map { path throws(CommandFailure) in
      try SmallFile.read(path, limit: 1 << 20)
    }
    try VaultComparison.read(directory: path, vault: vaultArguments.vault, into: &options)
    let progress = Mutex(Progress())
    options.progress = { state in progress.withLock { $0.show(Int(state.recordCount)) } }
    let report = LedgerVerification.verify(
      directory: LedgerPath.absolute(path), options: options)
    progress.withLock { $0.clear() }
    let text = json ? report.json() : report.lines.joined(separator: "\n")
    guard let cosignerKey else {
      try StandardOutput.print(text)
      return report.status
    }
    StandardError.write(line: text)
    if report.status == .valid, let note = report.checkpoint {
      try StandardOutput.print(bytes: Self.cosign(note, with: cosignerKey))
    }
    return report.status
  }

  private static func cosign(_ note: SignedNote, with key: NoteSignerKey) throws -> [UInt8] {
    let time = UInt64(max(0, Date().timeIntervalSince1970))
    let signature = try key.cosign(note.text, time: time)
    return try SignedNote(text: note.text, signatures: note.signatures + [signature]).encoded
  }

  private func verifyFile(_ keys: [NoteVerifierKey]) throws -> VerificationStatus {
    guard cosign == nil else {
      throw CommandFailure(.usage, "--cosign belongs to a ledger, not to a proof file")
    }
    guard !withoutIndex else {
      throw CommandFailure(.usage, "--without-index belongs to a ledger, not to a proof file")
    }
    guard !keys.isEmpty else {
      throw CommandFailure(.usage, "a proof file is verified with --key, the ledger's verifier key")
    }
    var options = ProofOptions()
    options.trustedKeys = keys
    options.cosignerKeys = try cosigner.map { argument throws(CommandFailure) in
      try Self.verifierKey(argument, .cosignature, option: "--cosigner")
    }
    options.entry = try entry.map { path throws(CommandFailure) in try SmallFile.read(path) }
    options.opening = try opening.map { path throws(CommandFailure) in try SmallFile.read(path) }
    let bytes = try SmallFile.read(path, limit: ProofVerification.byteCountMax)
    guard since == nil || ProofVerification.kind(of: bytes) == .certificate else {
      throw CommandFailure(.usage, "--since belongs to a ledger or a certificate")
    }
    options.later = try since.map { path throws(CommandFailure) in try SmallFile.read(path) }
    let report = ProofVerification.verify(bytes, options: options)
    try StandardOutput.print(json ? report.json() : report.lines.joined(separator: "\n"))
    return report.status
  }
}
