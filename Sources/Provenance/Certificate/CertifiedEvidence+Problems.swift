internal import LedgerFormat

/// Why no certificate can be given, or why a given one should not have been.
extension CertifiedEvidence {
  /// What the records and the facts together leave open; empty if a certificate can be given.
  public func problems(with facts: CertificateFacts) -> [CertificateProblem] {
    var problems: [CertificateProblem] = []
    func fail(_ code: String, _ path: String?, _ reason: String) {
      problems.append(CertificateProblem(code: code, path: path, reason: reason))
    }
    let requests = records(.erasureRequest)
    if requests.isEmpty {
      fail("B1", nil, "no erasure/request record has this id")
    }
    let regulation = facts["request", "regulation"]?.string ?? ""
    for record in requests {
      if let stated = record.content.text("regulation"),
        !stated.utf8.elementsEqual(regulation.utf8)
      {
        fail("B1", "request.regulation", "record \(record.index) says \(stated)")
      }
    }
    let plan = records(.erasurePlan).last?.index
    if let plan, plan > outcome?.record ?? 0 {
      fail("E5", nil, "the erasure planned by record \(plan) has no outcome yet")
    }
    if outcome == nil, records(.erasureExecution).isEmpty {
      fail("E2", nil, "no record says that anything was done for this request")
    }
    if facts["request", "denialBasis"] == nil {
      if outcome?.code == "REFUSED" {
        fail("B2", "request.denialBasis", "missing; the request was refused")
      } else if targets.contains(where: { $0.outcome == .exempt }) {
        fail("B2", "request.denialBasis", "missing; part of the data is kept")
      }
    }
    switch keyDestruction {
    case .subjectKeys where facts["keyCopies"] == nil:
      fail(
        "H1", "keyCopies",
        "missing; a key was destroyed: list the copies of the vault and when they age out")
    case .none where facts["subject", "reference"] == nil:
      fail("C1", "subject.reference", "missing; no sealed body's tag stands for the person")
    case .none, .subjectKeys, .saltsOnly: break
    }
    checkClosures(facts, fail)
    return problems
  }

  private func checkClosures(
    _ facts: CertificateFacts, _ fail: (String, String?, String) -> Void
  ) {
    for (number, closure) in closures.enumerated() where firstRecords[number] == nil {
      fail(
        "D1", "scope[\(number)]",
        "no record below \(indexRecord) names \(closure.root.entity.text)")
    }
    let declared = facts.outOfScope
    for target in targets where target.outcome == .outOfScope {
      if !declared.contains(target.entity) {
        fail(
          "D2", "outOfScope",
          "must name \(target.entity.text), of which the records do not say what became of it "
            + "(\(target.reason.rawValue))")
      }
    }
    let told = Set((facts["recipients"]?.elements ?? []).compactMap(CertificateFacts.entity))
    for disclosure in closures.flatMap(\.disclosures) {
      if disclosure.recipients.isEmpty, facts["recipients"]?.elements?.isEmpty ?? true {
        fail(
          "G2", "recipients",
          "must name who received \(disclosure.entity.text) by record \(disclosure.record)")
      }
      for recipient in disclosure.recipients where !told.contains(recipient) {
        fail(
          "G2", "recipients",
          "must name \(recipient.text), to whom record \(disclosure.record) disclosed "
            + disclosure.entity.text)
      }
    }
  }
}
