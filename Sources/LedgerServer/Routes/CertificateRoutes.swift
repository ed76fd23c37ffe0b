internal import HTTPTypes
internal import Hummingbird
internal import Ledgerstone
internal import MerkleLog
internal import Provenance

/// Deletion certificates.
struct CertificateRoutes: Sendable {
  let ledger: Ledger
  let receiver: BodyReceiver
  let workbench: Workbench
  let journal: AccessJournal

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/v1/certificates", method: .post) { request, context in
      try await issue(request, context)
    }
  }

  /// Answers what the command prints, and the file itself: the server keeps none.
  private func issue(_ request: Request, _ context: ServerContext) async throws -> Response {
    let caller = try context.require(.legal)
    let asked = try JSONRequest(
      try await receiver.receive(request),
      names: ["request", "facts", "silence", "attestation", "cosigners", "page"])
    let order = try Self.order(asked)
    let wantsPage = try asked.flag("page") ?? false
    let issued = try await ledger.certify(order) { _ in }
    // It is on record by its hash; this says to whom it was given.
    try await journal.note(.certificate, by: caller)
    guard let file = String(validating: issued.file, as: UTF8.self) else {
      throw ServerError(.internalServerError, "failed", "the certificate is no text")
    }
    return try await workbench.run {
      Answer.json(status: .created) { writer in
        writer.name("issued")
        issued.write(to: &writer)
        writer.name("warnings")
        writer.array { writer in
          for warning in order.facts.warnings { writer.string(warning) }
        }
        writer.member("file", file)
        guard wantsPage else { return }
        writer.member(
          "page", CertificatePage.html(issued.statement, issued.evidence, file: issued.file))
      }
    }
  }

  private static func order(_ asked: JSONRequest) throws -> CertificateOrder {
    let request = try asked.required("request")
    guard let value = asked["facts"] else { throw QueryReader.refusal("facts is missing") }
    let facts: CertificateFacts
    do throws(CertificateFacts.Fault) {
      facts = try CertificateFacts(parsing: value.bytes)
    } catch {
      throw LedgerError(certificateProblems: error.problems)
    }
    var order = CertificateOrder(
      request: request, facts: facts, tool: "ledgerstoned \(LedgerstoneVersion.text)")
    if let seconds = try asked.number("silence") {
      let (microseconds, isBeyond) = seconds.multipliedReportingOverflow(by: 1_000_000)
      guard !isBeyond, let microseconds = Int64(exactly: microseconds) else {
        throw QueryReader.refusal("silence is a number of seconds from 0")
      }
      order.silenceMicroseconds = microseconds
    }
    order.attestation = try asked.text("attestation").map { Array($0.utf8) }
    order.attesterKeys = try Self.keys(asked)
    guard (order.attestation == nil) == order.attesterKeys.isEmpty else {
      throw QueryReader.refusal("attestation and cosigners belong together")
    }
    return order
  }

  private static func keys(_ asked: JSONRequest) throws(ServerError) -> [NoteVerifierKey] {
    guard let value = asked["cosigners"] else { return [] }
    guard let elements = value.elements else {
      throw QueryReader.refusal("cosigners is no list")
    }
    var keys: [NoteVerifierKey] = []
    for element in elements {
      guard let text = element.string else { throw QueryReader.refusal("a cosigner is no text") }
      do throws(NoteKeyError) {
        keys.append(try NoteVerifierKey(vkey: text, algorithm: .cosignature))
      } catch {
        throw QueryReader.refusal(
          "cosigners: '\(text)' is no verifier key (NAME+8 hexadecimal digits+base64): \(error)")
      }
    }
    return keys
  }
}
