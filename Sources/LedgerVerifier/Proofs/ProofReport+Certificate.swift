internal import LedgerFormat
internal import Provenance

extension ProofReport {
  var certificateVerdict: String {
    guard let certificate else { return "valid" }
    return "valid: certificate \(certificate.identifier) of \(origin ?? "?") about request "
      + "\(certificate.request): \(certificate.result.rawValue), as of "
      + "\(counted(size ?? 0, "record")), issued \(certificate.issuedAt)"
  }

  /// What every reader has to know, then one line per target.
  var certificateLines: [String] {
    guard status == .valid, let evidence = certificate?.evidence else { return [] }
    var lines = ["  " + CertificateText.index(evidence)]
    if let outcome = evidence.outcome {
      lines.append(
        "  in the ledger: \(outcome.code), record \(outcome.record), "
          + counted(evidence.bodies.count, "body") + " erased")
    }
    lines += evidence.targets.map {
      "  \($0.outcome.rawValue)  \($0.entity.text)  \($0.state.rawValue), \($0.reason.rawValue)"
    }
    if let laterSize { lines.append("  continued by the checkpoint of size \(laterSize)") }
    return lines
  }

  /// Nil unless the file is a certificate that holds.
  func writeCertificate(to writer: inout JSONWriter) {
    writer.name("certificate")
    guard status == .valid, let certificate else { return writer.null() }
    writer.object { writer in
      writer.member("certificate", certificate.identifier)
      writer.member("request", certificate.request)
      writer.member("issuedAt", certificate.issuedAt.description)
      writer.member("result", certificate.result.rawValue)
      writer.name("evidence")
      CertifiedEvidenceJSON.write(certificate.evidence, to: &writer)
      writer.member("laterSize", laterSize)
    }
  }
}
