import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import Ledgerstone
import MerkleLog
import Provenance
import SubjectVault
import Testing

/// Erasures on the real file system and with the real database.
@Suite struct ErasureTests {
  /// What of one sealed body must be gone.
  private struct Traces {
    var wanted: [(name: String, bytes: [UInt8])] = []

    mutating func add(_ name: String, _ bytes: [UInt8]) { wanted.append((name, bytes)) }
  }

  private static let alice = "alice.arendt@example.org"

  private func traces(
    _ fixture: ErasureFixture, _ receipt: Receipt, body: Int, text: String
  ) throws -> Traces {
    let opened = try SealedBodyReader(try fixture.reader(), options: fixture.options)
      .open(record: receipt.index, body: body)
    #expect(opened.bytes == Array(text.utf8))
    var traces = Traces()
    traces.add("plaintext", Array(text.utf8))
    traces.add("ciphertext", opened.stored)
    traces.add("part of the ciphertext", Array(opened.stored.prefix(12)))
    traces.add("salt", opened.salt)
    traces.add("body key", opened.key.bytes.copied())
    return traces
  }

  @Test func nothingOfTheSubjectIsLeft() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    let text = "the colour of her front door is a secret green, " + Self.alice
    let first = try await ErasureFixture.append([(text, Self.alice)], to: ledger, id: "i1")
    let mixed = try await ErasureFixture.append(
      [("a plain one", nil), (text + "!", Self.alice), ("of bob", "bob@example.org")], to: ledger)
    var old: [UInt64: [UInt8]] = [:]
    let note = try await ledger.checkpoint()
    for index in 0..<3 as Range<UInt64> {
      old[index] = try fixture.reader().inclusionProof(at: index)
    }
    let openingOfBob = try SealedBodyReader(try fixture.reader(), options: fixture.options)
      .open(record: mixed.index, body: 2)
    var traces = try traces(fixture, first, body: 0, text: text)
    traces.wanted += try self.traces(fixture, mixed, body: 1, text: text + "!").wanted
    // What the vault knew of her.
    let vault = try Vault.open(
      fixture.location.vault, ledgerID: nil, on: fixture.options.fileSystem)
    let keys = SubjectKeys(vault, keyEncryptionKey: .vaultFile, isReadOnly: true)
    let lookup = try keys.lookup(Self.alice)
    let row = try #require(try keys.store().subject(lookup))
    let wrapped = try #require(row.wrappedKey)
    traces.add("wrapped key", wrapped)
    traces.add("part of the wrapped key", Array(wrapped.suffix(16)))
    let key = try #require(try keys.key(lookup))
    traces.add("key", key.secret.bytes.copied())
    traces.add("lookup", lookup.bytes)
    // They are there to be found, or the search proves nothing.
    #expect(try !fixture.files(with: wrapped).isEmpty)
    #expect(try fixture.files(with: traces.wanted[1].bytes) == ["active", "active expanded"])
    #expect(try !fixture.files(with: traces.wanted[3].bytes).isEmpty)

    let report = try await ErasureFixture.erase("r-1", [.subject(Self.alice)], ledger)
    #expect(report.outcome == .erased && report.bodyCount == 2 && !report.isRepeated)
    #expect(report.residualRecords == [] && report.residualFiles == [])
    traces.add("identifier", Array(Self.alice.utf8))
    for trace in traces.wanted {
      let files = try fixture.files(with: trace.bytes)
      #expect(files == [], "\(trace.name)")
    }
    // Tags stay in the headers, and only there.
    let tag = try #require(
      try fixture.reader().record(at: first.index).header.content.bodies[0].tag)
    #expect(
      try fixture.files(with: tag.bytes.copied()).allSatisfy {
        $0.hasPrefix("log/") || $0.hasPrefix("00000000000000000000.log") || $0.contains("active")
      })

    // Everything else is as it was.
    let reader = try fixture.reader()
    #expect(try reader.body(record: mixed.index, body: 0) == Array("a plain one".utf8))
    let bob = try SealedBodyReader(reader, options: fixture.options)
      .open(record: mixed.index, body: 2)
    #expect(bob.bytes == Array("of bob".utf8) && bob.stored == openingOfBob.stored)
    for (record, body) in [(first.index, 0), (mixed.index, 1)] {
      let error = #expect(throws: LedgerError.self) { try reader.body(record: record, body: body) }
      #expect(error?.code == .erased)
    }
    var options = ProofOptions()
    options.trustedKeys = try reader.identity.verifierKeys.map { try NoteVerifierKey(vkey: $0) }
    for (index, proof) in old {
      options.entry = try reader.record(at: index).bytes
      if index == mixed.index {
        options.opening = Array(
          BodyOpening(
            slot: BodySlot(record: index, body: 2), salt: openingOfBob.salt,
            bytes: openingOfBob.stored,
            seal: .init(
              key: openingOfBob.key.bytes.copied(), ledgerID: reader.identity.ledgerID)
          ).encoded.utf8)
      } else {
        options.opening = nil
      }
      #expect(ProofVerification.verify(proof, options: options).status == .valid)
    }
    _ = try reader.consistencyProof(since: note)
    try await ledger.close()
    let verified = try fixture.verify()
    #expect(verified.status == .valid, "\(verified.findings)")
    #expect(verified.summary.erasedBodyCount == 2)
    #expect(!verified.remarks.contains { $0.code == .erasureInProgress })
  }

  @Test func eachStepIsARecord() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    let receipt = try await ErasureFixture.append([("x", "carol")], to: ledger)
    let report = try await ledger.erase(
      ErasureRequest(
        identifier: "r", targets: [.subject("carol")], regulation: "eu-gdpr:A17",
        received: "2026-01-01"))
    let reader = try fixture.reader()
    let request = try reader.record(at: report.requestRecord).header.content
    #expect(request.kind == "erasure/request")
    #expect(request.attributes["regulation"] == .text("eu-gdpr:A17"))
    let plan = try reader.record(at: try #require(report.planRecord)).header.content
    #expect(plan.kind == "erasure/plan")
    #expect(plan.slots == [BodySlot(record: receipt.index, body: 0)])
    let outcome = try reader.record(at: report.outcomeRecord).header.content
    #expect(outcome.kind == "erasure/outcome")
    #expect(outcome.attributes["outcome"] == .text("ERASED"))
    #expect(
      outcome.references.filter { $0.relation == .answers }.map(\.index).sorted()
        == [report.requestRecord, try #require(report.planRecord)])
    // The journal proves the plan without the ledger.
    let vault = try Vault.open(
      fixture.location.vault, ledgerID: nil, on: fixture.options.fileSystem)
    let entry = try #require(
      try SubjectKeys(vault, isReadOnly: true).store().erasure("r"))
    #expect(entry.state == .finished && entry.outcome == "ERASED")
    let evidence = try #require(entry.plans.first)
    #expect(evidence.header == (try reader.record(at: evidence.record)).bytes)
    let file = try InclusionProofFile(parsing: evidence.proof)
    try file.check(leafHash: MerkleHash.leaf(evidence.header))
    try await ledger.close()
  }

  @Test func aRequestOfTheClientIsTaken() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    var batch = ledger.makeBatch()
    var content = RecordContent(kind: "erasure/request", source: "portal")
    content.entities = [Entity(role: .request, type: .request, namespace: "", name: "case-1")]
    try batch.append(content)
    _ = try await ledger.append(batch)
    try await ErasureFixture.append([("x", "carol")], to: ledger)
    let report = try await ErasureFixture.erase("case-1", [.subject("carol")], ledger)
    #expect(report.requestRecord == 1)
    try await ledger.close()
  }

  @Test func twiceIsOnePlan() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    try await ErasureFixture.append([("x", "carol")], to: ledger)
    let first = try await ErasureFixture.erase("r", [.subject("carol")], ledger)
    var expected = first
    expected.isRepeated = true
    let size = try fixture.reader().size
    #expect(try await ErasureFixture.erase("r", [.subject("carol")], ledger) == expected)
    #expect(try fixture.reader().size == size)
    let second = try await ErasureFixture.erase("r2", [.subject("carol")], ledger)
    #expect(second.outcome == .notFound && second.planRecord == nil)
    // The first request, once there is something of the subject again.
    try await ErasureFixture.append([("y", "carol")], to: ledger)
    let error = await #expect(throws: LedgerError.self) {
      try await ErasureFixture.erase("r", [.subject("carol")], ledger)
    }
    #expect(error?.code == .invalid)
    let third = try await ErasureFixture.erase("r3", [.subject("carol")], ledger)
    #expect(third.outcome == .erased && third.bodyCount == 1)
    try await ledger.close()
    #expect(try fixture.verify().status == .valid)
  }

  @Test func laterAppendsGetANewKey() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    let old = try await ErasureFixture.append([("x", "carol")], to: ledger)
    var prepared = ledger.makeBatch()
    try prepared.append(
      RecordContent(kind: "access", source: "test"),
      bodies: [.init(contentType: "text/plain", bytes: [1], subject: "carol")])
    _ = try await ErasureFixture.erase("r", [.subject("carol")], ledger)
    // Sealed under the key that is gone.
    let error = await #expect(throws: LedgerError.self) { try await ledger.append(prepared) }
    #expect(error?.code == .erasing)
    let new = try await ErasureFixture.append([("y", "carol")], to: ledger)
    try await ledger.close()
    let again = try fixture.open()
    let reader = try fixture.reader()
    let sealed = try SealedBodyReader(reader, options: fixture.options)
    #expect(try sealed.open(record: new.index, body: 0).bytes == Array("y".utf8))
    #expect(throws: LedgerError.self) { try sealed.open(record: old.index, body: 0) }
    try await again.close()
    #expect(try fixture.verify().status == .valid)
  }

  @Test func bodiesByRecord() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    let receipt = try await ErasureFixture.append(
      [("plain", nil), ("sealed", "dora")], to: ledger)
    let slot = BodySlot(record: receipt.index, body: 0)
    for wrong in [BodySlot(record: 99, body: 0), BodySlot(record: receipt.index, body: 2)] {
      let size = try fixture.reader().size
      let error = await #expect(throws: LedgerError.self) {
        try await ErasureFixture.erase("w", [.body(wrong)], ledger)
      }
      #expect(error?.code == .notFound)
      #expect(try fixture.reader().size == size)
    }
    #expect(try await ErasureFixture.erase("r", [.body(slot)], ledger).outcome == .erased)
    #expect(try fixture.files(with: Array("plain".utf8)).allSatisfy { !$0.contains("body") })
    #expect(try await ErasureFixture.erase("r2", [.body(slot)], ledger).outcome == .alreadyErased)
    // The person's other bodies are found by their key all the same.
    let report = try await ErasureFixture.erase("r3", [.subject("dora")], ledger)
    #expect(report.outcome == .erased && report.bodyCount == 1)
    let reused = await #expect(throws: LedgerError.self) {
      try await ErasureFixture.erase("r", [.body(BodySlot(record: receipt.index, body: 1))], ledger)
    }
    #expect(reused?.code == .invalid)
    try await ledger.close()
    #expect(try fixture.verify().status == .valid)
  }

  @Test func manyAtOnce() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    var targets: [ErasureRequest.Target] = []
    for number in 0..<40 {
      try await ErasureFixture.append(
        [("of \(number)", "person-\(number)"), ("of nobody", nil)], to: ledger)
      if number % 2 == 0 { targets.append(.subject("person-\(number)")) }
    }
    targets += [.body(BodySlot(record: 2, body: 1)), .subject("unknown-person")]
    let report = try await ErasureFixture.erase("batch", targets, ledger)
    #expect(report.outcome == .erased && report.bodyCount == 21)
    let reader = try fixture.reader()
    let sealed = try SealedBodyReader(reader, options: fixture.options)
    for number in 0..<40 {
      let index = UInt64(number + 1)
      if number % 2 == 0 {
        #expect(throws: LedgerError.self) { try sealed.open(record: index, body: 0) }
      } else {
        #expect(try sealed.open(record: index, body: 0).bytes == Array("of \(number)".utf8))
      }
    }
    try await ledger.close()
    #expect(try fixture.verify().status == .valid)
  }

  @Test func residualIsNamedAndCanBeCleared() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    try await ErasureFixture.append([("x", Self.alice)], to: ledger)
    let plain = try await ErasureFixture.append([("mail of \(Self.alice)", nil)], to: ledger)
    let escaped = try await ErasureFixture.append(
      [("{\"n\":\"J\\u00f6rg\\/x\"}", nil)], to: ledger)
    try await ledger.close()
    let again = try fixture.open()
    let report = try await ErasureFixture.erase(
      "r", [.subject(Self.alice), .subject("Jörg/x")], again)
    #expect(report.outcome == .residual && report.bodyCount == 1)
    #expect(report.residualRecords == [plain.index, escaped.index])
    let outcome = try fixture.reader().record(at: report.outcomeRecord).header.content
    #expect(outcome.attributes["outcome"] == .text("RESIDUAL"))
    #expect(
      outcome.references.filter { $0.relation == .residual }.map(\.index)
        == [plain.index, escaped.index])
    // Repeated, it says so again and writes nothing.
    let size = try fixture.reader().size
    let repeated = try await ErasureFixture.erase(
      "r", [.subject(Self.alice), .subject("Jörg/x")], again)
    #expect(repeated.outcome == .residual && repeated.isRepeated)
    #expect(try fixture.reader().size == size)
    for receipt in [plain, escaped] {
      _ = try await ErasureFixture.erase(
        "clear-\(receipt.index)", [.body(BodySlot(record: receipt.index, body: 0))], again)
    }
    let cleared = try await ErasureFixture.erase(
      "r", [.subject(Self.alice), .subject("Jörg/x")], again)
    #expect(cleared.outcome == .erased && cleared.residualRecords == [])
    try await again.close()
    #expect(try fixture.verify().status == .valid)
  }

  @Test func residualInAHeader() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    let receipt = try await ErasureFixture.append(
      [("x", "eve@example.org")], to: ledger, dataset: "mail_of_eve@example.org")
    let report = try await ErasureFixture.erase("r", [.subject("eve@example.org")], ledger)
    #expect(report.outcome == .residual && report.residualRecords == [receipt.index])
    try await ledger.close()
  }

  @Test func unknownSubjects() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    let report = try await ErasureFixture.erase("r", [.subject("nobody")], ledger)
    #expect(report.outcome == .notFound && report.planRecord == nil)
    #expect(try fixture.reader().size == 3)
    try await ErasureFixture.append([("about nobody2", nil)], to: ledger)
    let found = try await ErasureFixture.erase("r2", [.subject("nobody2")], ledger)
    #expect(found.outcome == .residual && found.residualRecords == [3])
    try await ledger.close()
  }

  @Test func manyErasuresAtOnce() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    for number in 0..<6 {
      try await ErasureFixture.append([("x\(number)", "person-number-\(number)")], to: ledger)
    }
    let outcomes = try await withThrowingTaskGroup(of: ErasureReport.self) { group in
      for number in 0..<6 {
        group.addTask {
          try await ErasureFixture.erase(
            "r\(number)", [.subject("person-number-\(number)")], ledger)
        }
        group.addTask {
          try await ErasureFixture.erase(
            "r\(number)", [.subject("person-number-\(number)")], ledger)
        }
      }
      // Appends of others go on meanwhile.
      for number in 100..<120 {
        try await ErasureFixture.append([("y", "q\(number)"), ("z", nil)], to: ledger)
      }
      return try await group.reduce(into: [ErasureReport]()) { $0.append($1) }
    }
    #expect(outcomes.count == 12 && outcomes.allSatisfy { $0.outcome == .erased })
    #expect(Set(outcomes.map(\.planRecord)).count == 6)
    try await ledger.close()
    let verified = try fixture.verify()
    #expect(verified.status == .valid, "\(verified.findings)")
    #expect(verified.summary.erasedBodyCount == 6)
  }

  @Test func aDeliveryRepeatedAfterTheErasureIsNew() async throws {
    let fixture = try ErasureFixture()
    var ledger = try await fixture.create()
    let first = try await ErasureFixture.append([("x", "carol")], to: ledger, id: "a")
    let other = try await ErasureFixture.append([("y", nil)], to: ledger, id: "b")
    _ = try await ErasureFixture.erase("r", [.subject("carol")], ledger)
    let kept = try await ErasureFixture.append([("y", nil)], to: ledger, id: "b")
    #expect(kept.isDuplicate && kept.index == other.index)
    let again = try await ErasureFixture.append([("x", "carol")], to: ledger, id: "a")
    #expect(!again.isDuplicate && again.index > first.index)
    _ = try await ErasureFixture.erase("r2", [.subject("carol")], ledger)
    try await ledger.close()
    ledger = try fixture.open()
    let later = try await ErasureFixture.append([("x", "carol")], to: ledger, id: "a")
    #expect(!later.isDuplicate)
    let stillKept = try await ErasureFixture.append([("y", nil)], to: ledger, id: "b")
    #expect(stillKept.isDuplicate)
    try await ledger.close()
  }

  @Test(arguments: ["", " x", "x ", "ä", "a\nb", String(repeating: "x", count: 201)])
  func requestsThatAreNone(_ identifier: String) throws {
    let error = #expect(throws: LedgerError.self) {
      try ErasureRequest(identifier: identifier, targets: [.subject("s")])
    }
    #expect(error?.code == .invalid)
  }

  @Test func requestsThatNameThePerson() throws {
    #expect(throws: LedgerError.self) {
      try ErasureRequest(identifier: "gdpr-alice-1", targets: [.subject("alice")])
    }
    #expect(throws: LedgerError.self) { try ErasureRequest(identifier: "r", targets: []) }
    #expect(throws: LedgerError.self) {
      try ErasureRequest(identifier: "r", targets: [.subject("")])
    }
  }
}
