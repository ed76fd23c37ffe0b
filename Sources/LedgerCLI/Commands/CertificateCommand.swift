internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import MerkleLog
internal import Provenance

struct CertificateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Issue a deletion certificate: one file that verifies without the ledger.",
    discussion: """
      The file holds what was asked, what was done, every dataset and model that the records say \
      was made from the data, and the evidence that these lists are complete; `ledgerstone verify \
      FILE --key VKEY` derives all of it anew. What only people know comes from --facts, a JSON \
      file whose fields the article Certificate describes; all that are missing are named at once. \
      What the records do not say has to be declared out of scope there, and that list is never \
      empty.

      An index record is appended first, and a ledger/exported record with the file's hash last. \
      A second certificate of one request names the one before.
      """)

  @OptionGroup var ledger: WriterArguments

  @Option(help: ArgumentHelp("The id of the request.", valueName: "id"))
  var request: String

  @Option(help: ArgumentHelp("What only people know, as JSON; - is stdin.", valueName: "file"))
  var facts: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Where to.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("A page to read and print, too.", valueName: "file"))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "A run that has not ended after so many seconds counts as silent.", valueName: "seconds"))
  var silence: Int64 = 86_400

  @Option(
    help: ArgumentHelp(
      """
      A checkpoint of this ledger cosigned by who derived its index anew (verify --cosign), under \
      a key whose name ends in /index.
      """, valueName: "file"))
  var attestation: String?

  @Option(
    help: ArgumentHelp(
      "The cosigner's verifier key, or @FILE, with --attestation.", valueName: "vkey"))
  var cosigner: [String] = []

  @Flag(help: "Go on although the system clock stepped, and record that; once for each step.")
  var acceptClock = false

  @Flag(help: "The result is JSON already; accepted for symmetry.")
  var json = false

  func validate() throws {
    guard silence >= 0, silence <= Int64.max / 1_000_000 else {
      throw ValidationError("--silence is a number of seconds from 0.")
    }
    guard (attestation == nil) == cosigner.isEmpty else {
      throw ValidationError("--attestation and --cosigner belong together.")
    }
    guard output != "-", html != "-" else {
      throw ValidationError("A certificate goes to a file, not to stdout.")
    }
  }

  mutating func run() async throws {
    if ledger.directory != nil {
      let location = try ledger.location()
      for path in [output, html].compactMap(\.self) where location.contains(path) {
        throw CommandFailure(
          .usage, "\(path) lies in the ledger or its vault; nothing was written")
      }
    }
    let bytes = try SmallFile.read(facts, limit: CertificateFacts.byteCountMax)
    let order = try order(bytes)
    for warning in order.facts.warnings { StandardError.warn("\(facts): \(warning)") }
    let (file, page) = (output, html)
    let (json, result) = try await ledger.perform(
      acceptsClockStep: acceptClock,
      served: { try await $0.issue(order, facts: bytes, to: file, page: page) },
      opened: { ledger in
        let issued = try await ledger.certify(order) { issued in
          try SmallFile.write(issued.file, to: file)
          if let page {
            try SmallFile.write(
              Array(
                CertificatePage.html(issued.statement, issued.evidence, file: issued.file).utf8),
              to: page)
          }
        }
        return (issued.json, issued.evidence.result.rawValue)
      })
    if result != CertifiedEvidence.Result.complete.rawValue {
      StandardError.warn("the certificate says \(result)")
    }
    try StandardOutput.print(json)
  }

  private func order(_ bytes: [UInt8]) throws -> CertificateOrder {
    let facts: CertificateFacts
    do throws(CertificateFacts.Fault) {
      facts = try CertificateFacts(parsing: bytes)
    } catch {
      throw LedgerError(certificateProblems: error.problems)
    }
    var order = CertificateOrder(
      request: request, facts: facts,
      tool: Program.nameAndVersion)
    order.silenceMicroseconds = silence * 1_000_000
    order.attestation = try attestation.map { path throws(CommandFailure) in
      try SmallFile.read(path, limit: 1 << 20)
    }
    order.attesterKeys = try cosigner.map { argument throws(CommandFailure) in
      try VerifyCommand.verifierKey(argument, .cosignature, option: "--cosigner")
    }
    return order
  }
}
