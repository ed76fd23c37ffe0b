import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import MerkleLog
import Testing

/// Identity, keys, checkpoints: what names and signs the ledger.
struct HeadTests {
  static let layout = EvidenceBuilder.Layout(segments: [0..<4], active: 4..<8)

  private func obstacle(_ report: VerificationReport) -> Obstacle.Code? {
    guard case .couldNotCheck(let obstacle) = report.status else { return nil }
    return obstacle.code
  }

  @Test func withoutKeyTheLedgersOwnIsUsedAndSaid() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let evidence = try builder.build(Self.layout)
    let report = LedgerVerification.verify(evidence)
    #expect(report.status == .valid)
    #expect(report.remarkCodes.contains(.keyFromLedger))
    #expect(report.summary.keySource == .ledger)
    let given = verify(evidence, builder)
    #expect(!given.remarkCodes.contains(.keyFromLedger))
    #expect(given.summary.keySource == .given)
    #expect(given.summary.verifierKey == builder.key.verifierKey.vkey)
  }

  @Test func anotherKeyIsNotValid() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let other = try EvidenceBuilder.withEvents(7, seed: 2)
    let report = verify(try builder.build(Self.layout), other)
    #expect(report.status == .notValid)
    #expect(Set(report.codes) == [.keyMismatch, .signatureForeign, .signatureInvalid])
  }

  @Test func missingCheckpoint() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    var evidence = try builder.build(Self.layout)
    evidence.files["checkpoint"] = nil
    #expect(obstacle(verify(evidence, builder)) == .noCheckpoint)
  }

  /// Without a checkpoint everything is checked all the same, and held against what is at hand.
  /// Only a checkpoint that is absent leaves nothing to check against.
  @Test func checkpointThatIsNoRegularFile() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let sound = try builder.build(Self.layout)
    var linked = sound
    linked.links = ["checkpoint"]
    var folder = sound
    folder.files["checkpoint"] = nil
    folder.files["checkpoint/note"] = sound.files["checkpoint"]
    for evidence in [linked, folder] {
      let report = verify(evidence, builder)
      #expect(report.status == .notValid, "\(report.lines)")
      #expect(report.codes == [.checkpointDamaged])
    }
    var empty = MemoryEvidence()
    empty.links = ["checkpoint"]
    #expect(obstacle(verify(empty, builder)) == .noLedger)
  }

  @Test func missingCheckpointWithOtherHeads() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    var evidence = try builder.build(Self.layout)
    evidence.files["checkpoint"] = nil
    var options = VerificationOptions()
    options.trustedKeys = [builder.key.verifierKey]
    options.savedCheckpoint = try builder.note(size: 5)
    let saved = LedgerVerification.verify(evidence, options: options)
    #expect(obstacle(saved) == .noCheckpoint)
    #expect(saved.summary.recordCount == 8)
    #expect(saved.lines[0].contains("its 8 records agree with the saved checkpoint of size 5"))
    options.vaultNote = try builder.note(size: 8)
    let both = LedgerVerification.verify(evidence, options: options)
    #expect(both.lines[0].contains("of size 5 and with the vault's note of size 8"))
  }

  @Test func missingCheckpointHidesNoDamage() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    var evidence = try builder.build(Self.layout)
    evidence.files["checkpoint"] = nil
    evidence.files["active"]?[300] ^= 1
    let report = verify(evidence, builder)
    #expect(report.status == .notValid)
    #expect(report.findings.allSatisfy { $0.file == "active" })
  }

  @Test func missingCheckpointHidesNoFork() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let longer = try EvidenceBuilder.withEvents(9)
    var other = try EvidenceBuilder.withEvents(3)
    other.clock += 5
    for _ in 0..<4 { other.append(RecordContent(kind: "run", source: "other")) }
    var evidence = try builder.build(Self.layout)
    evidence.files["checkpoint"] = nil
    var options = VerificationOptions()
    options.trustedKeys = [builder.key.verifierKey]
    for (note, code) in [
      (try longer.note(size: 10), Finding.Code.rolledBack), (try other.note(size: 8), .fork),
    ] {
      options.savedCheckpoint = note
      options.vaultNote = nil
      #expect(LedgerVerification.verify(evidence, options: options).codes == [code])
      options.savedCheckpoint = nil
      options.vaultNote = note
      #expect(LedgerVerification.verify(evidence, options: options).codes == [code])
    }
  }

  @Test func noLedger() throws {
    let builder = try EvidenceBuilder.withEvents(1)
    #expect(obstacle(verify(MemoryEvidence(), builder)) == .noLedger)
    #expect(obstacle(verify(MemoryEvidence(files: ["notes.txt": [1]]), builder)) == .noLedger)
    let missing = LedgerVerification.verify(directory: "/nonexistent/ledger")
    #expect(obstacle(missing) == .noLedger)
  }

  @Test func missingLedgerFile() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    var evidence = try builder.build(Self.layout)
    evidence.files["ledger.json"] = nil
    #expect(verify(evidence, builder).codes.contains(.ledgerFileMissing))
    evidence.files["checkpoint"] = nil
    #expect(verify(evidence, builder).codes.contains(.ledgerFileMissing))
  }

  @Test func ledgerFileOfAnotherLedger() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let other = try EvidenceBuilder.withEvents(7, seed: 2)
    var evidence = try builder.build(Self.layout)
    evidence.files["ledger.json"] = other.ledgerFile.encoded()
    let report = verify(evidence, builder)
    #expect(report.codes.contains(.keyMismatch))
    #expect(report.codes.contains(.identityMismatch))
    #expect(report.codes.contains(.foreignLedger))
  }

  @Test func newerFormat() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let text = String(decoding: builder.ledgerFile.encoded(), as: UTF8.self)
    let newer = Array(("{\"format\":2" + text.dropFirst("{\"format\":1".count)).utf8)
    var evidence = try builder.build(Self.layout)
    evidence.files["ledger.json"] = newer
    // The log says format 1: no newer program wrote this.
    #expect(verify(evidence, builder).codes.contains(.ledgerFileDamaged))
    for path in evidence.files.keys
    where path.hasPrefix("log/") || path.hasPrefix("bodies/") || path == "active" {
      evidence.files[path]?[8] = 2
    }
    #expect(obstacle(verify(evidence, builder)) == .newerFormat)
  }

  @Test func foreignLinesInTheCheckpoint() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let other = try EvidenceBuilder.withEvents(0, seed: 2)
    var evidence = try builder.build(Self.layout)
    let checkpoint = Checkpoint(origin: builder.origin, size: 8, root: builder.root(8))
    evidence.files["checkpoint"] = try SignedNote.sign(
      checkpoint.text, with: [builder.key, other.key]
    ).encoded
    #expect(verify(evidence, builder).codes == [.signatureForeign])
    let note = try SignedNote.sign(checkpoint.text, with: [builder.key])
    evidence.files["checkpoint"] = try SignedNote(
      text: note.text, signatures: note.signatures + note.signatures
    ).encoded
    #expect(verify(evidence, builder).codes == [.signatureForeign])
    let extended = Checkpoint(
      origin: builder.origin, size: 8, root: builder.root(8), extensionLines: ["more"])
    evidence.files["checkpoint"] = try SignedNote.sign(extended.text, with: [builder.key]).encoded
    #expect(verify(evidence, builder).codes == [.checkpointDamaged])
    let elsewhere = Checkpoint(origin: "acme.example/other", size: 8, root: builder.root(8))
    evidence.files["checkpoint"] = try SignedNote.sign(elsewhere.text, with: [builder.key]).encoded
    #expect(verify(evidence, builder).codes == [.originMismatch])
    evidence.files["checkpoint"] = try builder.note(size: 0)
    #expect(verify(evidence, builder).codes == [.checkpointDamaged])
    for bytes in [[], Array("\n".utf8), [UInt8](repeating: 10, count: 2_000_000)] as [[UInt8]] {
      evidence.files["checkpoint"] = bytes
      #expect(verify(evidence, builder).codes == [.checkpointDamaged])
    }
  }

  @Test func recordsAboveTheCheckpointAreCounted() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    for size in 1...7 {
      let report = verify(try builder.build(Self.layout, checkpointSize: size), builder)
      #expect(report.status == .valid)
      let remark = report.remarks.first { $0.code == .recordsAboveCheckpoint }
      let count = 8 - size
      #expect(
        remark?.message.hasPrefix(count == 1 ? "1 record " : "\(count) records ") == true)
    }
  }

  /// Everything consistent but the signature is over another history.
  @Test func rewrittenLedger() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let sound = try builder.build(Self.layout)
    var rewritten = try EvidenceBuilder.withEvents(3)
    rewritten.append(RecordContent(kind: "run", source: "forged"))
    rewritten.appendEvents(3)
    var evidence = try rewritten.build(Self.layout)
    evidence.files["checkpoint"] = sound.files["checkpoint"]
    let all = verify(evidence, builder)
    #expect(all.codes == [.rootMismatch])
    #expect(all.firstRecords == 0...7)
    // An earlier head that the records still bear out vouches for what it covers.
    for size in 1...7 {
      let note = try builder.note(size: size)
      let known = size <= 4 ? UInt64(size) : 0
      let since = verify(evidence, builder) { $0.savedCheckpoint = note }
      #expect(since.findings.first { $0.code == .rootMismatch }?.records == known...7)
      #expect(since.codes.contains(.fork) == (size > 4))
    }
    // With the tree files of the true history, the first forged record is named.
    evidence.files["tree/0"] = sound.files["tree/0"]
    let named = verify(evidence, builder)
    #expect(Set(named.codes) == [.rootMismatch, .treeFileDiffers])
    #expect(named.firstRecords == 4...4)
  }

  @Test func cutOffBelowTheCheckpoint() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let shorter = EvidenceBuilder.Layout(segments: [0..<4], active: 4..<6)
    var evidence = try builder.build(shorter)
    let report = verify(evidence, builder)
    #expect(report.codes == [.recordsMissing])
    #expect(report.firstRecords == 6...7)
    evidence.files["active"] = nil
    #expect(verify(evidence, builder).firstRecords == 4...7)
  }

  /// No step of a writer leaves neither of them.
  @Test func theGroupLogIsMissingAboveTheCheckpoint() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    for size in [1, 3, 4] {
      var evidence = try builder.build(Self.layout, checkpointSize: size)
      #expect(verify(evidence, builder).status == .valid)
      evidence.files["active"] = nil
      let report = verify(evidence, builder)
      #expect(report.codes == [.recordsMissing], "\(size): \(report.lines)")
      #expect(report.findings.map(\.file) == ["active"])
      // Nor is there anything to say so but the folder itself.
      evidence.files["checkpoint"] = nil
      #expect(verify(evidence, builder).codes == [.recordsMissing])
    }
  }

  @Test func savedCheckpoints() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let evidence = try builder.build(Self.layout)
    for size in 1...8 {
      let saved = try builder.note(size: size)
      let report = verify(evidence, builder) { $0.savedCheckpoint = saved }
      #expect(report.status == .valid, "\(size): \(report.lines)")
      #expect(report.summary.savedCheckpointSize == UInt64(size))
      // A branch signed with the same key.
      let fork = try builder.note(size: size, root: SHA256Hasher.hash([UInt8(size)]))
      let forked = verify(evidence, builder) { $0.savedCheckpoint = fork }
      #expect(forked.codes == [.fork])
    }
    let other = try EvidenceBuilder.withEvents(7, seed: 2)
    let foreign = try other.note(size: 8)
    #expect(
      verify(evidence, builder) { $0.savedCheckpoint = foreign }.codes.contains(.signatureInvalid))
    let unusable = verify(evidence, builder) { $0.savedCheckpoint = Array("saved".utf8) }
    #expect(obstacle(unusable) == .savedCheckpointUnusable)
  }

  @Test func rolledBackCheckpoint() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let saved = try builder.note(size: 8)
    let evidence = try builder.build(Self.layout, checkpointSize: 5)
    #expect(verify(evidence, builder) { $0.savedCheckpoint = saved }.codes == [.rolledBack])
    // The whole ledger put back to an earlier state.
    var earlier = try EvidenceBuilder.withEvents(5)
    let restored = try earlier.build(.init(active: 0..<6))
    #expect(verify(restored, builder) { $0.savedCheckpoint = saved }.codes == [.rolledBack])
    #expect(verify(restored, builder) { $0.vaultNote = saved }.codes == [.rolledBack])
    earlier.append(RecordContent(kind: "run", source: "forged"))
    earlier.appendEvents(1)
    let forked = try earlier.build(.init(active: 0..<8))
    #expect(verify(forked, builder) { $0.vaultNote = saved }.codes == [.fork])
  }

  @Test func vaultNotes() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    let evidence = try builder.build(Self.layout, checkpointSize: 5)
    for size in 1...8 {
      let note = try builder.note(size: size)
      let report = verify(evidence, builder) { $0.vaultNote = note }
      #expect(report.status == .valid, "\(size): \(report.lines)")
      #expect(report.remarkCodes.contains(.checkpointUnpublished) == (size > 5))
      #expect(!report.remarkCodes.contains(.vaultNotCompared))
    }
    let damaged = verify(evidence, builder) { $0.vaultNote = [1, 2, 3] }
    #expect(damaged.codes == [.checkpointDamaged])
  }
}
