internal import Foundation
internal import LedgerFormat
internal import LedgerVerifier
internal import Ledgerstone
internal import MerkleLog
internal import Provenance

/// The last act: a patient asks to be erased, and the clinic proves that it was done.
struct DemoErasure {
  let story: DemoStory
  let vkey: String

  private var teller: DemoTeller { story.teller }
  private static let person = "patient-4711"
  private static let note = "Called at noon, asks for a later slot."

  func tell() async throws {
    try teller.begin("7. A patient asks to be erased. A note on her was sealed under her own key.")
    let location = try story.location()
    let slot = try await seal(location)
    let backup = story.folder + "/yesterday"
    _ = try LedgerReader.open(at: location).backUp(to: backup)
    try teller.say("a backup is made, as every night")
    let issued = try await erase(location)
    try search(location)
    try verify(location)
    try check(issued)
    try restore(backup, slot, location)
  }

  private func seal(_ location: LedgerLocation) async throws -> BodySlot {
    try await withDemoLedger(location) { ledger in
      var batch = ledger.makeBatch()
      try batch.append(
        NativeRecord.draft(
          parsing: Array(DemoEstate.call(Self.person, Self.note).utf8), source: "clinic"))
      guard case .recorded(let receipt)? = try await ledger.append(batch).first else {
        throw CommandFailure(.failed, "the note was not recorded")
      }
      _ = try await ledger.checkpoint()
      try teller.say("record \(receipt.index) has the note; neither it nor her number is readable")
      return BodySlot(record: receipt.index, body: 0)
    }
  }

  /// The erasure in the ledger, the rebuild of what was made from the data, and the certificate.
  private func erase(_ location: LedgerLocation) async throws -> IssuedCertificate {
    try await withDemoLedger(location) { ledger in
      let report = try await ledger.erase(
        ErasureRequest(identifier: DemoEstate.requestID, targets: [.subject(Self.person)]))
      try teller.say(
        "request \(DemoEstate.requestID): \(report.outcome.rawValue), "
          + "\(counted(report.bodyCount, "body")), and the key is gone")
      var batch = ledger.makeBatch()
      for event in DemoEstate.rebuild {
        try batch.append(OpenLineageEvent(parsing: Array(event.utf8)).draft(source: "pipeline"))
      }
      _ = try await ledger.append(batch)
      try teller.say("the pipelines rebuild what had been made from the bookings")
      let order = CertificateOrder(
        request: DemoEstate.requestID,
        facts: try CertificateFacts(parsing: Array(DemoEstate.facts.utf8)),
        tool: Program.nameAndVersion)
      let folder = story.folder
      return try await ledger.certify(order) { issued in
        try SmallFile.write(issued.file, to: folder + "/certificate")
        let page = CertificatePage.html(issued.statement, issued.evidence, file: issued.file)
        try SmallFile.write(Array(page.utf8), to: folder + "/certificate.html")
      }
    }
  }

  /// Looks for her number and the note in every byte of every file.
  private func search(_ location: LedgerLocation) throws {
    var count = 0
    for root in [location.directory, location.vault] {
      let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
      for name in names {
        guard let bytes = FileManager.default.contents(atPath: root + "/" + name) else { continue }
        count += 1
        for word in [Self.person, Self.note] where bytes.range(of: Data(word.utf8)) != nil {
          throw CommandFailure(.failed, "\(name) still holds what was erased")
        }
      }
    }
    try teller.say(
      "a search of every byte of \(counted(count, "file")) finds neither her nor the note")
  }

  private func verify(_ location: LedgerLocation) throws {
    var options = VerificationOptions()
    options.trustedKeys = [try NoteVerifierKey(vkey: vkey)]
    let report = LedgerVerification.verify(directory: location.directory, options: options)
    guard report.status == .valid else {
      throw CommandFailure(.notValid, "the demo's own ledger did not verify")
    }
    try teller.say("and the ledger verifies as before")
  }

  private func check(_ issued: IssuedCertificate) throws {
    try teller.begin("8. The certificate is one file. Whoever has it and the key checks it alone:")
    var options = ProofOptions()
    options.trustedKeys = [try NoteVerifierKey(vkey: vkey)]
    let report = ProofVerification.verify(issued.file, options: options)
    for line in report.lines { try teller.say("\(line)") }
    guard report.status == .valid, report.certificate?.result == .complete else {
      throw CommandFailure(.notValid, "the demo's own certificate did not verify")
    }
  }

  private func restore(_ backup: String, _ slot: BodySlot, _ location: LedgerLocation) throws {
    try teller.begin(
      "9. Somebody restores yesterday's backup. The vault remembers what was erased.")
    let restored = try LedgerLocation(
      directory: story.folder + "/restored", vault: location.vault, environment: [:])
    let report = try Ledger.restore(backup: backup, to: restored)
    try teller.say(
      "\(counted(report.recordCount, "record")) restored, "
        + "\(counted(report.erasedBodyCount, "body")) erased again before anybody could read it")
    do {
      _ = try LedgerReader.open(at: restored).body(record: slot.record, body: Int(slot.body))
      throw CommandFailure(.failed, "the note came back")
    } catch let error as LedgerError where error.code == .erased {
      try teller.say("the note: \(error.message)")
    }
    try teller.say(
      report.isReadOnly
        ? "it is shorter than what its key has signed, so nothing can be appended: no fork"
        : "it is as long as what its key has signed")
  }

  private func withDemoLedger<Value: Sendable>(
    _ location: LedgerLocation, _ body: (Ledger) async throws -> Value
  ) async throws -> Value {
    let ledger = try Ledger.open(at: location)
    do {
      let value = try await body(ledger)
      try await ledger.close()
      return value
    } catch {
      _ = try? await ledger.close()
      throw error
    }
  }
}
