internal import Ledgerstone
internal import MerkleLog
internal import Provenance

extension ServedLedger {
  /// Lets the server issue a certificate, and writes it, and a page to print, to files.
  ///
  /// - Returns: what the command prints, and what the certificate says.
  /// - Throws: as `ask`; where a file cannot be written, although the certificate was issued.
  func issue(
    _ order: CertificateOrder, facts: [UInt8], to file: String, page: String?
  ) async throws(CommandFailure) -> (json: String, result: String) {
    let answer = try await ask(Self.call(order, facts, wantsPage: page != nil))
    guard let issued = answer["issued"], let result = issued["result"]?.string,
      let text = answer["file"]?.string, let record = issued["record"]?.number
    else { throw incomplete("a certificate") }
    do throws(CommandFailure) {
      try SmallFile.write(Array(text.utf8), to: file)
      if let page {
        guard let html = answer["page"]?.string else { throw incomplete("a page") }
        try SmallFile.write(Array(html.utf8), to: page)
      }
    } catch {
      throw CommandFailure(
        error.status,
        "\(error.message ?? ""); the certificate was issued as record \(record), and the next one "
          + "will name it")
    }
    return (String(decoding: issued.bytes, as: UTF8.self), result)
  }

  private static func call(
    _ order: CertificateOrder, _ facts: [UInt8], wantsPage: Bool
  ) -> HTTPCall {
    call("/v1/certificates") { writer in
      writer.member("request", order.request)
      writer.name("facts")
      writer.raw(facts)
      writer.member("silence", order.silenceMicroseconds / 1_000_000)
      if let attestation = order.attestation {
        writer.member("attestation", String(decoding: attestation, as: UTF8.self))
        writer.name("cosigners")
        writer.array { writer in
          for key in order.attesterKeys { writer.string(key.vkey) }
        }
      }
      if wantsPage {
        writer.name("page")
        writer.boolean(true)
      }
    }
  }
}
