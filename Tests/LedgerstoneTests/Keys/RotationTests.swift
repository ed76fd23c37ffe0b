import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import MerkleLog
import Provenance
import SegmentStorage
import Testing

/// A new signing key, and what of the old one still holds.
@Suite struct RotationTests {
  static func key(_ vkey: String) throws -> NoteVerifierKey { try NoteVerifierKey(vkey: vkey) }

  static func verify(
    _ fixture: EngineFixture, key vkey: String? = nil, evidence: DiskEvidence? = nil,
    saved: [UInt8]? = nil
  ) throws -> VerificationReport {
    var options = VerificationOptions()
    options.workerCount = 1
    options.vaultNote = fixture.disk.contents("/l.vault/note")
    options.savedCheckpoint = saved
    if let vkey { options.trustedKeys = [try key(vkey)] }
    return LedgerVerification.verify(evidence ?? DiskEvidence(fixture.disk), options: options)
  }

  /// A ledger whose key was rotated twice, with records and checkpoints between; its keys.
  private func rotatedTwice() async throws -> (EngineFixture, keys: [String], notes: [[UInt8]]) {
    let (fixture, keys, notes, _) = try await rotatedTwiceWithSecret()
    return (fixture, keys, notes)
  }

  private func rotatedTwiceWithSecret() async throws
    -> (EngineFixture, keys: [String], notes: [[UInt8]], first: NoteSignerKey)
  {
    let fixture = EngineFixture()
    var keys = [try await fixture.create()]
    let first = try secret(fixture)
    var notes: [[UInt8]] = []
    for start in [0, 10] {
      let ledger = try fixture.open()
      try await EngineFixture.append(start..<start + 5, to: ledger)
      notes.append(try await ledger.checkpoint())
      let report = try await ledger.rotateKey()
      #expect(report.previousVerifierKey == keys.last)
      keys.append(report.verifierKey)
      notes.append(report.checkpoint)
      try await EngineFixture.append(start + 5..<start + 8, to: ledger)
      notes.append(try await ledger.index())
      try await ledger.close()
    }
    return (fixture, keys, notes, first)
  }

  private func secret(_ fixture: EngineFixture) throws -> NoteSignerKey {
    let bytes = fixture.disk.contents("/l.vault/signing.key") ?? []
    return try NoteSignerKey(privateText: String(decoding: bytes.dropLast(), as: UTF8.self))
  }

  @Test func theNextNoteIsSignedByBoth() async throws {
    let (fixture, keys, notes) = try await rotatedTwice()
    #expect(Set(keys).count == 3)
    // Before, at, after the first rotation; before, at, after the second.
    let signers = [[0], [0, 1], [1], [1], [1, 2], [2]]
    for (bytes, expected) in zip(notes, signers) {
      let note = try SignedNote(parsing: bytes)
      let found = try keys.indices.filter { number in
        let key = try Self.key(keys[number])
        return (try? note.verify(keys: [key])) != nil
      }
      #expect(found == expected)
      #expect(note.signatures.count == expected.count)
    }
    #expect(try fixture.reader().verifierKey == keys[2])
    let vault = fixture.disk.filePaths(below: "/l.vault")
    #expect(!vault.contains("/l.vault/signing.key.next"))
    #expect(
      fixture.disk.contents("/l.vault/retired.keys") == Array("\(keys[0])\n\(keys[1])\n".utf8))
    #expect(try secret(fixture).verifierKey.vkey == keys[2])
  }

  @Test func verifyTakesEveryKeyOfTheLedger() async throws {
    let (fixture, keys, notes) = try await rotatedTwice()
    for key in keys.map(Optional.some) + [nil] {
      for saved in notes.map(Optional.some) + [nil] {
        let report = try Self.verify(fixture, key: key, saved: saved)
        #expect(report.status == .valid, "\(report.findings)")
        #expect(report.remarks.contains { $0.code == .keyRotated })
        #expect(report.summary.verifierKey == keys[2])
      }
    }
    let other = try NoteSignerKey.generate(name: EngineFixture.origin).verifierKey.vkey
    let report = try Self.verify(fixture, key: other)
    #expect(report.findings.contains { $0.code == .keyMismatch })
  }

  @Test func withoutTheHandoverOnlyTheNewKeyIsEnough() async throws {
    let (fixture, keys, _) = try await rotatedTwice()
    for record in [6, 16] {
      #expect(fixture.disk.contents("/l/keys/\(record).note") != nil)
    }
    try fixture.disk.remove("/l/keys/16.note")
    for (key, isValid) in zip(keys, [false, false, true]) {
      let report = try Self.verify(fixture, key: key)
      #expect((report.status == .valid) == isValid, "\(report.findings)")
      #expect(
        report.findings.allSatisfy { $0.code == .keyHandoverWrong && $0.file == "keys/16.note" })
    }
    // The engine and readers find the record without the note.
    let ledger = try fixture.open()
    try await EngineFixture.append(30..<31, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    #expect(try Self.verify(fixture, key: keys[2]).status == .valid)
    _ = try fixture.reader().inclusionProof(at: 3)
  }

  @Test func notesByTheWrongKeyAreNotValid() async throws {
    let (fixture, keys, notes, first) = try await rotatedTwiceWithSecret()
    // The first key signs what the third has to sign.
    let text = try SignedNote(parsing: notes[5]).text
    for signer in [first, try NoteSignerKey.generate(name: EngineFixture.origin)] {
      let forged = try SignedNote.sign(text, with: [signer]).encoded
      for path in ["/l/checkpoint", "/l/keys/6.note", "/l/keys/16.note"] {
        let changed = EvidenceChange(fixture).replacing(path, with: forged)
        let report = try Self.verify(fixture, key: keys[0], evidence: changed)
        #expect(report.status == .notValid)
      }
    }
    // A handover with only one of its two signatures.
    let handover = try SignedNote(parsing: notes[4])
    for signature in handover.signatures {
      let half = try SignedNote(text: handover.text, signatures: [signature]).encoded
      let changed = EvidenceChange(fixture).replacing("/l/keys/16.note", with: half)
      let report = try Self.verify(fixture, key: keys[0], evidence: changed)
      #expect(report.findings.map(\.code) == [.keyHandoverWrong])
    }
    // A note under a name that no rotation has.
    let stray = EvidenceChange(fixture).replacing("/l/keys/3.note", with: notes[1])
    #expect(
      try Self.verify(fixture, evidence: stray).findings.map(\.code) == [.keyHandoverWrong])
  }

  @Test func oldProofsAndOpeningsStillHold() async throws {
    let fixture = EngineFixture()
    let old = try await fixture.create()
    let ledger = try fixture.open()
    let receipts = try await EngineFixture.append(0..<4, to: ledger)
    let saved = try await ledger.checkpoint()
    let proof = try fixture.reader().inclusionProof(at: 2)
    let new = try await ledger.rotateKey().verifierKey
    try await EngineFixture.append(4..<6, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    let reader = try fixture.reader()
    var options = ProofOptions()
    options.entry = try reader.record(at: receipts[1].index).bytes
    options.trustedKeys = [try Self.key(old)]
    #expect(ProofVerification.verify(proof, options: options).status == .valid)
    options.trustedKeys = [try Self.key(new)]
    #expect(ProofVerification.verify(proof, options: options).status == .notValid)
    let consistency = try reader.consistencyProof(since: saved)
    options.entry = nil
    #expect(ProofVerification.verify(consistency, options: options).status == .notValid)
    options.trustedKeys.append(try Self.key(old))
    #expect(ProofVerification.verify(consistency, options: options).status == .valid)
  }

  @Test func anOldVaultIsRefused() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    var ledger = try fixture.open()
    try await EngineFixture.append(0..<2, to: ledger)
    _ = try await ledger.checkpoint()
    try await ledger.close()
    let kept = fixture.disk.filePaths(below: "/l.vault").map { ($0, fixture.disk.contents($0)) }
    ledger = try fixture.open()
    _ = try await ledger.rotateKey()
    try await ledger.close()
    try fixture.disk.remove("/l.vault/retired.keys")
    for (path, bytes) in kept {
      try fixture.disk.replaceFile(path, with: bytes ?? [], permissions: .secretFile)
    }
    let error = #expect(throws: LedgerError.self) { try fixture.open() }
    #expect(error?.code == .vault)
    #expect(error?.message.contains("old copy") == true, "\(error?.message ?? "")")
  }

  @Test func twoAtOnceAndOneAfterClosing() async throws {
    let fixture = EngineFixture()
    let first = try await fixture.create()
    let ledger = try fixture.open()
    async let one = ledger.rotateKey()
    async let two = ledger.rotateKey()
    try await EngineFixture.append(0..<3, to: ledger)
    let reports = try await [one, two].sorted { $0.record < $1.record }
    #expect(reports[0].previousVerifierKey == first)
    #expect(reports[1].previousVerifierKey == reports[0].verifierKey)
    try await ledger.close()
    let error = await #expect(throws: LedgerError.self) { try await ledger.rotateKey() }
    #expect(error?.code == .closed)
    #expect(try Self.verify(fixture, key: first).status == .valid)
  }

  /// A client cannot say that the key was rotated.
  @Test func theKindIsTheLedgersOwn() throws {
    #expect(!RecordKind.native.contains(.keyRotated))
  }
}

/// The files of a ledger with one of them changed.
struct EvidenceChange {
  let fixture: EngineFixture

  init(_ fixture: EngineFixture) { self.fixture = fixture }

  func replacing(_ path: String, with bytes: [UInt8]) -> DiskEvidence {
    let copy = fixture.disk.crashed(seed: 1, survival: .everything)
    do {
      try copy.replaceFile(path, with: bytes, permissions: .file)
    } catch {
      Issue.record(error)
    }
    return DiskEvidence(copy)
  }
}
