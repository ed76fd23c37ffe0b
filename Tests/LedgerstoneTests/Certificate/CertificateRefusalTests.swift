import Foundation
import LedgerFormat
import LedgerVerifier
import Ledgerstone
import Provenance
import Testing

/// When no certificate is given, and when it says that something is left.
@Suite struct CertificateRefusalTests {
  @Test func noSuchRequest() async throws {
    let fixture = try await CertificateFixture()
    await #expect(throws: LedgerError(.notFound, "")) { _ = try await fixture.certify() }
    try await fixture.ledger.close()
  }

  @Test func everyReasonAtOnce() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.askForErasure(regulation: "us-ccpa")
    let size = try fixture.erasure.reader().size
    let message = try await fixture.refusal(["keyCopies": NSNull()])
    for part in [
      "B1 request.regulation: record 1 says us-ccpa", "E2: no record says that anything was done",
      "C1 subject.reference: missing", "D1 scope[0]: no record below",
    ] {
      #expect(message.contains(part), "\(part) in \(message)")
    }
    // Nothing but the index record was appended.
    #expect(try fixture.erasure.reader().size == size + 1)
    try await fixture.ledger.close()
  }

  @Test func aKeyWasDestroyed() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.tell()
    let message = try await fixture.refusal(["keyCopies": NSNull()])
    #expect(message.contains("H1 keyCopies: missing"), "\(message)")
    try await fixture.ledger.close()
  }

  /// Of a sealed body that was named by itself the salt is gone and the person's key is not: the
  /// certificate must not say that a key was destroyed.
  @Test func aKeyWasKept() async throws {
    let fixture = try await CertificateFixture()
    let receipt = try await ErasureFixture.append([("a note", "alice")], to: fixture.ledger)
    try await fixture.run("ingest", 0, from: nil, to: "raw", isFull: false)
    try await fixture.askForErasure()
    _ = try await ErasureFixture.erase(
      CertificateFixture.request, [.body(BodySlot(record: receipt.index, body: 0))],
      fixture.ledger)
    let issued = try await fixture.certify(["keyCopies": NSNull()])
    #expect(issued.evidence.keyDestruction == .saltsOnly)
    let statement = String(decoding: issued.statement.json(issued.evidence), as: UTF8.self)
    #expect(statement.contains("the subjects' keys were not destroyed"))
    #expect(statement.contains("\"subjectKeys\":0,"))
    #expect(!statement.contains("wrapped key deleted"))
    let page = CertificatePage.html(issued.statement, issued.evidence, file: issued.file)
    #expect(page.contains("not destroyed") && !page.contains("key that was destroyed"))
    #expect(try fixture.verify(issued.file).status == .valid)
    // What its keeper could sign all the same.
    for (true_, false_) in [
      ("\"subjectKeys\":0,", "\"subjectKeys\":1,"), ("\"subjectKeys\":0,", ""),
      ("were not destroyed", "were destroyed"),
    ] {
      let lie = try fixture.resigned(
        issued.file, statement: Array(statement.replacing(true_, with: false_).utf8))
      #expect(
        try fixture.verify(lie).findings.map(\.code) == [.certificateUnfounded], "\(false_)")
    }
    // Then she is erased, under the same id as nothing else is planned by it.
    _ = try await ErasureFixture.erase("other", [.subject("alice")], fixture.ledger)
    #expect(try fixture.verify(issued.file).status == .valid)
    try await fixture.ledger.close()
  }

  @Test func unknownBranchesAreDeclared() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.run("ingest", 0, from: nil, to: "raw", isFull: false)
    try await fixture.run("clean", 10, from: "raw", to: "clean")
    try await fixture.askForErasure()
    try await fixture.execute("raw")
    try await fixture.checkExecution("raw")
    // How it was written is not on record.
    try await fixture.run("clean", 3_630, from: "raw", to: "clean", isFull: false)
    let facts: [String: Any] = [
      "subject": ["identityTypes": ["number"], "reference": "hmac:1"]
    ]
    let message = try await fixture.refusal(facts)
    #expect(message.contains("D2 outOfScope: must name dataset:n:clean"), "\(message)")
    let declared = facts.merging([
      "outOfScope": [
        ["what": "clean", "reason": "being rewritten", "entity": "dataset:n:clean"]
      ]
    ]) { $1 }
    let issued = try await fixture.certify(declared)
    #expect(issued.evidence.result == .partial)
    let report = try fixture.verify(issued.file)
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.lines.contains { $0.contains("OUT_OF_SCOPE  dataset:n:clean") })
    try await fixture.ledger.close()
  }

  @Test func whatIsLeftIsNeverClean() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.run("ingest", 0, from: nil, to: "raw", isFull: false)
    try await fixture.run("clean", 10, from: "raw", to: "clean")
    try await fixture.askForErasure()
    try await fixture.execute("raw")
    try await fixture.checkExecution("raw")
    let facts: [String: Any] = [
      "subject": ["identityTypes": ["number"], "reference": "hmac:1"]
    ]
    let issued = try await fixture.certify(facts)
    #expect(issued.evidence.result == .residual)
    #expect(issued.evidence.targets.map(\.state) == [.clean, .notRebuilt])
    let page = CertificatePage.html(issued.statement, issued.evidence, file: issued.file)
    #expect(page.contains("NOT erased completely"))
    #expect(try fixture.verify(issued.file).status == .valid)
    try await fixture.ledger.close()
  }

  @Test func anIdentifierThatStandsElsewhere() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.run("ingest", 0, from: nil, to: "raw", isFull: false)
    try await fixture.askForErasure()
    try await fixture.execute("raw")
    try await fixture.checkExecution("raw")
    try await ErasureFixture.append(
      [("of alice", "alice"), ("a plain note on alice", nil)], to: fixture.ledger)
    let erased = try await ErasureFixture.erase(
      CertificateFixture.request, [.subject("alice")], fixture.ledger)
    #expect(erased.outcome == .residual)
    let issued = try await fixture.certify()
    #expect(issued.evidence.result == .residual)
    #expect(issued.evidence.outcome?.residualRecords == erased.residualRecords)
    let report = try fixture.verify(issued.file)
    #expect(report.status == .valid && report.certificate?.result == .residual)
    try await fixture.ledger.close()
  }

  @Test func aRefusedRequest() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.run("ingest", 0, from: nil, to: "raw", isFull: false)
    try await fixture.askForErasure()
    try await ErasureFixture.append([("of alice", "alice")], to: fixture.ledger)
    let hold = try await fixture.ledger.placeHold(
      HoldRequest(scope: .everything, basis: "case-7", decidedBy: "counsel"))
    _ = try await ErasureFixture.erase(
      CertificateFixture.request, [.subject("alice")], fixture.ledger)
    var facts: [String: Any] = [
      "subject": ["identityTypes": ["number"], "reference": "hmac:1"]
    ]
    let message = try await fixture.refusal(facts)
    #expect(message.contains("B2 request.denialBasis: missing; the request was refused"))
    facts["request"] = CertificateFixture.request(["denialBasis": "eu-gdpr:A17-3-e"])
    facts["outOfScope"] = [["what": "all", "reason": "held", "entity": "dataset:n:other"]]
    let issued = try await fixture.certify(facts)
    #expect(issued.evidence.holds.map(\.index) == [hold.index])
    // The dataset in scope still has the data.
    #expect(issued.evidence.result == .residual || issued.evidence.result == .refused)
    #expect(try fixture.verify(issued.file).status == .valid)
    try await fixture.ledger.close()
  }

  @Test func whatIsHeldIsExemptUntilReleased() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.run("ingest", 0, from: nil, to: "raw", isFull: false)
    try await fixture.askForErasure()
    try await fixture.execute("raw", method: "merge-on-read-delete")
    let hold = try await fixture.ledger.placeHold(
      HoldRequest(
        scope: .entity(type: .dataset, namespace: "n", name: "raw"), basis: "case-7",
        decidedBy: "counsel"))
    var facts: [String: Any] = [
      "subject": ["identityTypes": ["number"], "reference": "hmac:1"]
    ]
    #expect(try await fixture.refusal(facts).contains("part of the data is kept"))
    facts["request"] = CertificateFixture.request(["denialBasis": "case-7"])
    let held = try await fixture.certify(facts)
    #expect(held.evidence.targets.map(\.outcome) == [.exempt])
    #expect(held.evidence.result == .partial)
    _ = try await fixture.ledger.releaseHold(hold.index, basis: "over", decidedBy: "counsel")
    let released = try await fixture.certify(facts)
    #expect(released.evidence.targets.map(\.outcome) == [.residual])
    for certificate in [held, released] {
      #expect(try fixture.verify(certificate.file).status == .valid)
    }
    try await fixture.ledger.close()
  }

  @Test func recipientsAreNamed() async throws {
    let fixture = try await CertificateFixture()
    try await fixture.run("ingest", 0, from: nil, to: "raw", isFull: false)
    try await fixture.native(
      #"{"kind":"disclosure","eventTime":"2026-03-01T05:30:00Z","entities":[{"role":"target","#
        + #""type":"dataset","namespace":"n","name":"raw"},{"role":"recipient","type":"service","#
        + #""namespace":"partner","name":"lab"}],"attributes":{"purpose":"study","#
        + #""legalBasis":"consent"}}"#)
    try await fixture.askForErasure()
    try await fixture.execute("raw")
    try await fixture.checkExecution("raw")
    var facts: [String: Any] = [
      "subject": ["identityTypes": ["number"], "reference": "hmac:1"]
    ]
    let message = try await fixture.refusal(facts)
    #expect(message.contains("G2 recipients: must name service:partner:lab"), "\(message)")
    facts["recipients"] = [
      ["who": "the lab", "entity": "service:partner:lab", "told": "2026-03-06"]
    ]
    let issued = try await fixture.certify(facts)
    #expect(try fixture.verify(issued.file).status == .valid)
    try await fixture.ledger.close()
  }

  @Test func aFileThatCannotBeKeptIsNotRecorded() async throws {
    struct Full: Error {}
    let fixture = try await CertificateFixture()
    try await fixture.tell()
    let order = CertificateOrder(
      request: CertificateFixture.request, facts: try CertificateFixture.facts(), tool: "test")
    await #expect(throws: Full.self) {
      _ = try await fixture.ledger.certify(order) { _ in throw Full() }
    }
    let reader = try fixture.erasure.reader()
    let last = try reader.record(at: reader.size - 1).header.content.kind
    #expect(last == "index", "no certificate is on record")
    #expect(try await fixture.certify().statement.previous == nil)
    try await fixture.ledger.close()
  }

  @Test func hostileNamesOnThePage() async throws {
    let fixture = try await CertificateFixture()
    let name = "<img src=x onerror=alert(1)>"
    try await fixture.run("ingest", 0, from: nil, to: name, isFull: false)
    try await fixture.askForErasure()
    try await fixture.execute(name)
    try await fixture.checkExecution(name)
    let issued = try await fixture.certify([
      "subject": ["identityTypes": ["<b>"], "reference": "\"><script>"],
      "scope": [["entity": "dataset:n:" + name, "location": "<i>"]],
    ])
    let page = CertificatePage.html(issued.statement, issued.evidence, file: issued.file)
    for tag in ["<img", "<script", "<b>", "<i>"] { #expect(!page.contains(tag), "\(tag)") }
    #expect(!page.contains("http://") || page.contains("http://www.w3.org/2000/svg"))
    #expect(!page.contains("src=x onerror=alert(1)>"))
    try await fixture.ledger.close()
  }
}
