internal import LedgerCryptography
internal import LedgerFormat

/// What the records show.
extension CertificatePage {
  mutating func writeReached() {
    writer.element("h2", "What was made from the data (shown by the records)")
    writer.element(
      "p",
      "Starting from each dataset in scope, every recorded step was followed to what was made from "
        + "it, and from that on. For each, the records up to number \(evidence.indexRecord) say "
        + "what became of it.")
    for (number, closure) in evidence.closures.enumerated() {
      let targets = evidence.targets.filter { $0.closure == number }
      let drawing = LineageDrawing(targets)
      writer.element("figure") { writer in
        writer.raw(drawing.svg)
        var words =
          "Made from \(closure.root.entity.text): \(counted(targets.count, "node")), depth "
          + "\(closure.depth). Arrows lead from what was read to what was made of it; dashed ones "
          + "follow from a rule, as no record states the step itself."
        if drawing.leftOutCount > 0 {
          words += " \(drawing.leftOutCount) more stand in the table only."
        }
        writer.element("figcaption", words)
      }
      for line in closure.openEnds { writer.element("p", "class=\"note\"", line) }
    }
    writer.table(
      ["Dataset or model", "Outcome", "State", "Action", "Method or reason", "Records"],
      evidence.targets.map { target in
        [
          target.entity.text, target.outcome.rawValue, target.state.rawValue, target.action,
          target.method, Self.numbers(target.path + target.records),
        ]
      }, attributes: "class=\"targets\"")
    writer.element("p", "class=\"note\"", Self.words(of: Set(evidence.targets.map(\.outcome))))
    writer.element("p", "class=\"note\"", Self.words(of: Set(evidence.targets.map(\.state))))
  }

  static func numbers(_ records: [UInt64]) -> String {
    Set(records).sorted().map(String.init).joined(separator: ", ")
  }

  /// The outcomes that occur, explained.
  static func words(of outcomes: Set<CertifiedTarget.Outcome>) -> String {
    CertifiedTarget.Outcome.allCases.filter(outcomes.contains).map { outcome in
      let words =
        switch outcome {
        case .verified: "the records show it rewritten from clean sources, or emptied"
        case .unverified: "it was dropped, and no record says that its files were purged"
        case .residual: "the data is still there"
        case .outOfScope: "the records do not say; the issuer declares it out of scope"
        case .needsHuman: "only masked columns reached it; whether that suffices is not judged"
        case .deferred: "a run is at work on it"
        case .exempt: "it is kept on a ground that a record names"
        }
      return "\(outcome.rawValue): \(words)."
    }.joined(separator: " ")
  }

  mutating func writeErasure() {
    writer.element("h2", "What was done (shown by the records)")
    writer.table(
      ["Record", "Kind", "Recorded", "Says"],
      evidence.records.map { record in
        [
          "\(record.index)", record.content.kind, Self.seconds(record.recordedTime),
          Self.saying(record),
        ]
      }, attributes: "class=\"records\"")
    guard let outcome = evidence.outcome else { return }
    var rows: [(name: String, value: String?)] = [
      ("Erasure inside the ledger", "\(outcome.code), record \(outcome.record)"),
      ("Basis", outcome.basis),
      ("Bodies erased", "\(evidence.bodies.count) (\(evidence.erasedByteCount) bytes)"),
    ]
    if !outcome.residualRecords.isEmpty {
      rows.append(("The identifier still stands in records", Self.numbers(outcome.residualRecords)))
    }
    if outcome.residualFileCount > 0 {
      rows.append(("… and in other files", "\(outcome.residualFileCount)"))
    }
    if let number = outcomeNumber("unsearchedIdentifiers") {
      rows.append(
        ("Identifiers not searched for", "\(number), too short to be told from chance"))
    }
    if let number = outcomeNumber("wholeTokenIdentifiers") {
      rows.append(
        ("Identifiers searched for as whole tokens only", "\(number), as they are short"))
    }
    let titles = [
      "algorithm": "Encryption", "keyStore": "Key store", "destruction": "Destruction of keys",
    ]
    for (name, text) in CertificateText.keys(evidence.keyDestruction) {
      if let title = titles[name] { rows.append((title, text)) }
    }
    rows.append(("Sanitisation", "Clear (NIST SP 800-88); media were not purged"))
    writer.facts(rows)
    let copies = facts["keyCopies"]?.elements ?? []
    if !copies.isEmpty {
      writer.table(
        ["Copy of the key store (stated by the issuer)", "Location", "Ages out"],
        copies.map { copy in ["what", "location", "agesOut"].map { copy[$0]?.string ?? "" } })
    }
  }

  /// A number that the last outcome's record states.
  private func outcomeNumber(_ name: String) -> Int64? {
    guard
      case .integer(let number)? = evidence.records(.erasureOutcome).last?
        .content.attributes[name]
    else { return nil }
    return number
  }

  /// A time without its fraction, as people write it.
  static func seconds(_ time: Timestamp) -> String {
    let text = time.description
    return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " UTC"
  }

  private static func saying(_ record: CertifiedEvidence.Record) -> String {
    let content = record.content
    var words = content.entities.filter { $0.role == .target }.map { EntityKey($0).text }
    for name in content.attributes.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      switch content.attributes[name] {
      case .text(let text)?: words.append("\(name) \(text)")
      case .integer(let number)?: words.append("\(name) \(number)")
      case .boolean(let flag)?: words.append("\(name) \(flag)")
      case .bytes(let bytes)?: words.append("\(name) \(Hexadecimal.encode(bytes))")
      case nil: break
      }
    }
    return words.joined(separator: "; ")
  }

  mutating func writeDuties() {
    writer.element("h2", "Who did it, who checked it, who was told (stated by the issuer)")
    func party(_ name: String) -> String {
      ["name", "position", "location", "contact"].compactMap { facts[name, $0]?.string }
        .joined(separator: ", ")
    }
    writer.facts([
      ("Performed by", party("performedBy")), ("Verified by", party("verifiedBy")),
      ("Verified on", facts["verification", "date"]?.string),
      ("Level", facts["verification", "level"]?.string),
      ("Method", facts["verification", "method"]?.string),
      ("Valid until", facts["verification", "validUntil"]?.string),
      ("Can be verified again", "yes, as long as the file and the verifier key are kept"),
    ])
    let recipients = facts["recipients"]?.elements ?? []
    if recipients.isEmpty {
      writer.element("p", "No recipients of the data are on record or named.")
    } else {
      writer.table(
        ["Recipient", "Told", "Acknowledgement", "Why not"],
        recipients.map { recipient in
          [
            [recipient["who"]?.string, recipient["entity"]?.string].compactMap(\.self)
              .joined(separator: ", "),
            recipient["told"]?.string ?? "", recipient["acknowledgement"]?.string ?? "",
            recipient["whyNot"]?.string ?? "",
          ]
        })
    }
    if !evidence.holds.isEmpty {
      writer.table(
        ["Hold (shown by the records)", "Basis", "Decided by"],
        evidence.holds.map { hold in
          [
            "\(hold.index)", hold.content.text("basis") ?? "", hold.content.text("decidedBy") ?? "",
          ]
        })
    }
  }

  mutating func writeEvidence() {
    writer.element("h2", "Evidence, and how to check it")
    writer.facts([
      ("Ledger", evidence.identity.origin), ("Ledger id", evidence.identity.ledgerID.description),
      ("Verifier key", statement.verifierKey),
      ("Records covered", "\(evidence.indexRecord + 1)"), ("Root hash", evidence.root.description),
      ("Completeness", CertificateText.index(evidence)),
      ("Rule of the closure", Closure.ruleName),
      (
        "Of that by rule only",
        counted(evidence.closures.reduce(0) { $0 + $1.inferredCount }, "version")
      ),
    ])
    writer.element("ul") { writer in
      for line in CertificateText.verification { writer.element("li", line) }
    }
  }

  mutating func writeClaims() {
    writer.element("h2", "What is not claimed")
    writer.element("ul") { writer in
      for line in CertificateText.notClaimed { writer.element("li", line) }
    }
  }

  mutating func writeSignature() {
    writer.element("div", "class=\"signature\"") { writer in
      writer.element("h2", "Statement")
      writer.element("p", CertificateText.statement(evidence.result))
      writer.raw("<div class=\"line\"></div>\n")
      let signer = ["name", "title", "place", "date"].compactMap { facts["signer", $0]?.string }
      writer.element("p", signer.joined(separator: ", "))
    }
  }
}
