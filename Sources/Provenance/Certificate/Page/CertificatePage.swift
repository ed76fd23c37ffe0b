internal import LedgerCryptography
internal import LedgerFormat

/// A certificate as one page to read and to print: no script, nothing from elsewhere.
///
/// The page is a rendering. What holds is the file whose hash it names.
public struct CertificatePage {
  let statement: CertificateStatement
  let evidence: CertifiedEvidence
  let facts: CertificateFacts
  let fileHash: SHA256Digest
  var writer = HTMLWriter()

  /// - Parameter file: the certificate's bytes.
  public static func html(
    _ statement: CertificateStatement, _ evidence: CertifiedEvidence, file: [UInt8]
  ) -> String {
    var page = CertificatePage(
      statement: statement, evidence: evidence, facts: statement.facts,
      fileHash: SHA256Hasher.hash(file))
    page.write()
    return page.writer.text
  }

  private init(
    statement: CertificateStatement, evidence: CertifiedEvidence, facts: CertificateFacts,
    fileHash: SHA256Digest
  ) {
    self.statement = statement
    self.evidence = evidence
    self.facts = facts
    self.fileHash = fileHash
  }

  private mutating func write() {
    writer.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
    writer.raw(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        + "style-src 'unsafe-inline'\">\n")
    writer.raw("<meta name=\"viewport\" content=\"width=device-width\">\n")
    writer.element("title", "Deletion certificate \(statement.identifier)")
    writer.raw("<style>\n\(CertificateStyle.css)\n</style>\n</head>\n<body>\n")
    writeHead()
    writeRequest()
    writeScope()
    writeReached()
    writeErasure()
    writeDuties()
    writeEvidence()
    writeClaims()
    writeSignature()
    writer.raw("</body>\n</html>\n")
  }

  func text(_ path: String...) -> String? {
    var value = facts[path[0]]
    for name in path.dropFirst() { value = value?[name] }
    return value?.string
  }

  func texts(_ name: String, _ member: String) -> String? {
    facts[name, member]?.elements?.compactMap(\.string).joined(separator: ", ")
  }

  // MARK: Sections

  private mutating func writeHead() {
    writer.element("h1", "Deletion certificate")
    writer.element(
      "p", "class=\"note\"",
      "Issued by \(text("issuer", "legalEntity") ?? "") on "
        + "\(Self.seconds(statement.issuedAt)) about request \(statement.request), from the ledger "
        + "\(evidence.identity.origin).")
    let isComplete = evidence.result == .complete
    writer.element("div", "class=\"result\(isComplete ? "" : " open")\"") { writer in
      writer.element("strong", Self.title(evidence.result))
      writer.plain(CertificateText.statement(evidence.result))
    }
    writer.element(
      "p",
      "This page explains the certificate; the certificate itself is a file. Whoever has the file "
        + "and the ledger's verifier key from a source of their own can check, without the ledger "
        + "and without us, that what stands under “Shown by the records” follows from signed "
        + "records and that no record of the request was left out. What stands under “Stated by "
        + "the issuer” is the issuer's word, to which the signer's name is put.")
    writer.facts([
      ("Certificate", statement.identifier),
      ("SHA-256 of the file", fileHash.description),
      ("Certificate before this one", statement.previous.map { Hexadecimal.encode($0) }),
      ("Issued with", statement.tool),
    ])
  }

  static func title(_ result: CertifiedEvidence.Result) -> String {
    switch result {
    case .complete: "Erased within the declared scope"
    case .partial: "Erased in part"
    case .residual: "NOT erased completely: data is left"
    case .refused: "Refused: nothing was erased"
    }
  }

  private mutating func writeRequest() {
    writer.element("h2", "The request (stated by the issuer)")
    writer.facts([
      ("Issuer", text("issuer", "legalEntity")), ("Role", text("issuer", "role")),
      ("Contact", text("issuer", "contact")),
      ("Data protection officer", text("issuer", "dataProtectionOfficer")),
      ("Request", statement.request + " (erasure)"),
      ("Regulation", text("request", "regulation")), ("Ground", text("request", "ground")),
      ("Nature", text("request", "nature")),
      ("Received", text("request", "received")), ("Manner received", text("request", "manner")),
      ("Expected completion", text("request", "expectedCompletion")),
      ("Due", text("request", "due")),
      (
        "Extended until",
        text("request", "extension", "until").map {
          "\($0): \(text("request", "extension", "reason") ?? "")"
        }
      ),
      ("Asked by", text("request", "requesterRole")),
      (
        "Identity verified",
        text("request", "identityVerification", "level").map {
          "\($0): \(text("request", "identityVerification", "result") ?? "")"
        }
      ),
      (
        "Response",
        text("request", "response", "date").map {
          "\($0): \(text("request", "response", "nature") ?? "")"
        }
      ),
      ("Denied in part or whole", text("request", "denialBasis")),
      ("Status code (DROP)", text("request", "dropStatus")),
      ("Reference to the person", text("subject", "reference") ?? sealedReference),
      ("Kinds of identifier", texts("subject", "identityTypes")),
      (
        "How to find the person again",
        text("subject", "relink", "how").map {
          "\($0), until \(text("subject", "relink", "until") ?? "")"
        }
      ),
      ("Categories of data", texts("data", "categories")),
      ("Categories of persons", texts("data", "subjects")),
      ("Period", text("data", "from").map { "\($0) to \(text("data", "to") ?? "")" }),
    ])
  }

  /// The tags of sealed bodies stand for a person who cannot be told from them.
  private var sealedReference: String? {
    let count = evidence.bodies.count { $0.description.tag != nil }
    let isDestroyed = evidence.keyDestruction != .saltsOnly
    return count == 0
      ? nil
      : "the tags of \(counted(count, "sealed body")), made with "
        + (isDestroyed ? "a key that was destroyed" : "keys that nobody can derive any more")
  }

  private mutating func writeScope() {
    writer.element("h2", "Scope (stated by the issuer)")
    writer.table(
      ["In scope", "Role", "Location"],
      facts.scope.map { [$0.entity.text, $0.role ?? "source", $0.location] })
    func rows(_ name: String, _ members: [String]) -> [[String]] {
      (facts[name]?.elements ?? []).map { element in
        members.map { element[$0]?.string ?? "" }
      }
    }
    writer.table(
      ["NOT in scope", "Entity", "Reason", "Ages out"],
      rows("outOfScope", ["what", "entity", "reason", "agesOut"]))
    let backups = rows("backups", ["what", "location", "agesOut"])
    if backups.isEmpty {
      writer.element("p", "No backups are named by the issuer.")
    } else {
      writer.table(["Backup", "Location", "Ages out"], backups)
    }
  }
}
