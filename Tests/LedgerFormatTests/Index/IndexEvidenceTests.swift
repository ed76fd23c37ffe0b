import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import LedgerFormat

/// What completeness and omission proofs stand on: the index record and its checkpoint.
@Suite struct IndexEvidenceTests {
  let log: IndexedLog

  init() throws { log = try IndexedLog(IndexedLog.entities()) }

  func refusal(_ evidence: IndexEvidence, _ keys: [NoteVerifierKey]) -> IndexProofError? {
    IndexTesting.refusal { () throws(IndexProofError) in try evidence.check(keys: keys) }
  }

  @Test func acceptsWhatIsRight() throws {
    try log.evidence().check(keys: log.keys)
  }

  @Test func anotherKeyIsRefused() throws {
    let other = try NoteSignerKey.generate(name: IndexedLog.origin)
    #expect(
      refusal(try log.evidence(), [other.verifierKey]) == .signature(.noKnownSignature))
    // The same name and key, but another ledger's name in the checkpoint.
    let foreign = try IndexEvidence(
      headerBytes: log.headers[40], inclusionHashes: log.inclusion(40),
      note: try log.note(41, origin: "other.example/log"))
    #expect(refusal(foreign, log.keys) == .foreignOrigin(origin: "other.example/log"))
    // A key that is known but not the ledger's own, such as an auditor's.
    let auditor = try NoteSignerKey.generate(name: "auditor.example/index")
    let cosigned = try IndexEvidence(
      headerBytes: log.headers[40], inclusionHashes: log.inclusion(40),
      note: try log.note(41, signer: auditor))
    #expect(
      refusal(cosigned, [auditor.verifierKey]) == .foreignOrigin(origin: IndexedLog.origin))
  }

  @Test func everyDamagedInclusionHashIsRefused() throws {
    let good = try log.evidence()
    for hashes in damaged(good.inclusionHashes) {
      let bad = try IndexEvidence(
        headerBytes: good.headerBytes, inclusionHashes: hashes, note: good.note)
      guard case .indexInclusion = refusal(bad, log.keys) else {
        Issue.record("accepted")
        continue
      }
    }
  }

  @Test func aChangedHeaderIsRefused() throws {
    let bytes = log.headers[40]
    var header = try RecordHeader.decode(bytes.rawSpan)
    header.content.runs[0].entryCount += 1
    let bad = try IndexEvidence(
      headerBytes: header.encoded(), inclusionHashes: log.inclusion(40), note: try log.note(41))
    guard case .indexInclusion(.rootMismatch) = refusal(bad, log.keys) else {
      Issue.record("accepted")
      return
    }
  }

  /// A stale index: a larger tree, in which the index record is not the last.
  @Test func aLargerTreeIsRefused() throws {
    var longer = log
    longer.headers.append(log.headers[3])
    let stale = try IndexEvidence(
      headerBytes: longer.headers[40], inclusionHashes: longer.inclusion(40),
      note: try longer.note(42))
    #expect(refusal(stale, log.keys) == .notLastRecord(found: 40, expected: 41))
  }

  @Test func recordsThatAreNoIndexRecordsAreRefused() throws {
    func refusal(_ change: (inout RecordHeader) -> Void) throws -> IndexProofError? {
      let log = try IndexedLog(IndexedLog.entities(), change: change)
      let evidence = try log.evidence()
      return self.refusal(evidence, log.keys)
    }
    #expect(try refusal { $0.content.kind = "access" } == .notAnIndexRecord(kind: "access"))
    #expect(try refusal { $0.content.kind = "index/x" } == .notAnIndexRecord(kind: "index/x"))
    #expect(try refusal { $0.content.entities = [IndexedLog.entity(0)] } == .notPlain)
    #expect(try refusal { $0.content.part = Part(number: 0, count: 2) } == .notPlain)
    #expect(
      try refusal { $0.index = 41 } == .notLastRecord(found: 41, expected: 40))
    #expect(
      try refusal { $0.content.runs = [] } == .tiling(.wrongEnd(expected: 40, found: 0)))
    #expect(
      try refusal { $0.content.runs[0].recordCount = 39 }
        == .tiling(.wrongEnd(expected: 40, found: 39)))
    #expect(
      try refusal { $0.content.runs.append($0.content.runs[0]) } == .tiling(.tailInside(run: 0)))
    #expect(
      throws: IndexProofFileError.impossibleRun(run: 0)
    ) {
      try IndexedLog(IndexedLog.entities(), change: { $0.content.runs[0].level = 15 }).evidence()
    }
  }

  /// Two runs: an answer about one is no answer about the other.
  @Test func swappedAndMissingAnswersAreRefused() throws {
    let big = try SyntheticIndex(recordCount: 65_536 + 100, entryCount: 30, seed: 11)
    let key = IndexTesting.key(3)
    let proof = try big.completeness(key)
    #expect(proof.answers.count == 2)
    #expect(throws: Never.self) { try proof.check(keys: big.keys) }
    let swapped = try CompletenessProofFile(
      key: key, evidence: proof.evidence, answers: [proof.answers[1], proof.answers[0]])
    guard case .answer(_, run: 0) = LedgerFormatTests.refusal(swapped, big.keys) else {
      Issue.record("accepted")
      return
    }
    #expect(throws: IndexProofFileError.wrongAnswerCount(expected: 2, found: 1)) {
      try CompletenessProofFile(key: key, evidence: proof.evidence, answers: [proof.answers[1]])
    }
    // A run that ends before `since` is not asked, and says nothing.
    let late = try CompletenessProofFile(
      key: key, since: 65_536, evidence: proof.evidence, answers: [proof.answers[1]])
    #expect(try late.check(keys: big.keys).range == 65_536..<65_636)
    for since in [65_636, UInt64.max] as [UInt64] {
      let beyond = try CompletenessProofFile(
        key: key, since: since, evidence: proof.evidence, answers: [])
      #expect(
        LedgerFormatTests.refusal(beyond, big.keys)
          == .sinceBeyondIndex(since: since, indexRecord: 65_636))
    }
  }
}
