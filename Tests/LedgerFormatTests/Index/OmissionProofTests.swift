import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import LedgerFormat

@Suite struct OmissionProofTests {
  let often = EntityKey(IndexedLog.entity(0))

  @Test func convictsWhoLeavesOutAnEntity() throws {
    let log = try IndexedLog(IndexedLog.entities()) { [often] in $0.entries[often.bytes] = nil }
    for record in stride(from: 0, to: 40, by: 3) {
      let proof = try log.omission(often, record)
      let bytes = proof.encoded
      let again = try OmissionProofFile(parsing: bytes)
      #expect(again == proof && again.encoded == bytes)
      let omitted = try again.check(keys: log.keys)
      #expect(omitted.record.index == UInt64(record) && omitted.key == often)
    }
    // A completeness proof under the same root says nothing else than the wrong index does.
    #expect(try log.completeness(often).check(keys: log.keys).isAbsent)
  }

  @Test func convictsWhoLeavesOutOneRecord() throws {
    for missing in stride(from: 0, to: 40, by: 3) {
      let log = try IndexedLog(IndexedLog.entities()) { [often] index in
        index.entries[often.bytes]?.removeAll { $0 == UInt64(missing) }
      }
      let omitted = try log.omission(often, missing).check(keys: log.keys)
      #expect(omitted.record.index == UInt64(missing))
      // And of no record that is there.
      for record in stride(from: 0, to: 40, by: 3) where record != missing {
        #expect(refusal(try log.omission(often, record), log.keys) == .recordListed)
      }
    }
  }

  @Test func convictsInsideALongList() throws {
    let entities = (0..<900).map { _ in [IndexedLog.entity(0)] }
    for missing in [0, 1, 255, 256, 257, 500, 898, 899] {
      let log = try IndexedLog(entities) { [often] index in
        index.entries[often.bytes]?.remove(at: missing)
      }
      let proof = try log.omission(often, missing)
      let omitted = try proof.check(keys: log.keys)
      #expect(omitted.record.index == UInt64(missing))
      guard case .listed(let entry) = proof.answer else { throw RunReaderTests.NotListed() }
      #expect(entry.chunks.count <= 2)
    }
    // Chunks that lie elsewhere in the list do not show that a record is missing.
    let honest = try IndexedLog(entities)
    let good = try honest.omission(often, 600)
    let reader = try IndexTesting.reader(honest.file)
    for elsewhere in [0..<1, 10..<20, 899..<900] as [Range<UInt64>] {
      let proof = try OmissionProofFile(
        key: often, index: 600, recordBytes: good.recordBytes, recordHashes: good.recordHashes,
        evidence: good.evidence,
        answer: try reader.answer(keyHash: often.digest, covering: elsewhere))
      #expect(refusal(proof, honest.keys) == .beginsTooLate(run: 0))
    }
  }

  @Test func anHonestOperatorCannotBeConvicted() throws {
    let log = try IndexedLog(IndexedLog.entities())
    for record in 0..<40 {
      let own = EntityKey(IndexedLog.entity(2 + record))
      #expect(refusal(try log.omission(own, record), log.keys) == .recordListed)
      // An entity that the record does not name.
      let other = EntityKey(IndexedLog.entity(500))
      #expect(refusal(try log.omission(other, record), log.keys) == .entityNotNamed)
    }
    // The index record names nothing and is not covered.
    #expect(throws: IndexProofFileError.recordBeyondIndex(record: 40, indexRecord: 40)) {
      try log.omission(often, 40)
    }
    // An answer about an absent entity does not go with a present one.
    let reader = try IndexTesting.reader(log.file)
    let absent = try reader.answer(keyHash: EntityKey(IndexedLog.entity(500)).digest)
    let good = try log.omission(often, 3)
    let forged = try OmissionProofFile(
      key: often, index: 3, recordBytes: good.recordBytes, recordHashes: good.recordHashes,
      evidence: good.evidence, answer: absent)
    guard case .answer(_, run: 0) = refusal(forged, log.keys) else {
      Issue.record("accepted")
      return
    }
  }

  @Test func everyDamageIsRefused() throws {
    let log = try IndexedLog(IndexedLog.entities()) { [often] in $0.entries[often.bytes] = nil }
    let good = try log.omission(often, 9)
    func proof(
      index: UInt64 = 9, recordBytes: [UInt8]? = nil, recordHashes: [SHA256Digest]? = nil
    ) throws -> OmissionProofFile {
      try OmissionProofFile(
        key: often, index: index, recordBytes: recordBytes ?? good.recordBytes,
        recordHashes: recordHashes ?? good.recordHashes, evidence: good.evidence,
        answer: good.answer)
    }
    for hashes in damaged(good.recordHashes) {
      guard case .recordInclusion = refusal(try proof(recordHashes: hashes), log.keys) else {
        Issue.record("accepted")
        continue
      }
    }
    #expect(
      refusal(try proof(index: 8), log.keys) == .wrongRecord(found: 9, expected: 8))
    #expect(
      refusal(try proof(recordBytes: log.headers[12]), log.keys)
        == .wrongRecord(found: 12, expected: 9))
    // A header made up to name the entity is not in the tree.
    var made = good.record
    made.content.entities.append(IndexedLog.entity(700))
    let forged = try OmissionProofFile(
      key: EntityKey(IndexedLog.entity(700)), index: 9, recordBytes: made.encoded(),
      recordHashes: good.recordHashes, evidence: good.evidence, answer: good.answer)
    guard case .recordInclusion(.rootMismatch) = refusal(forged, log.keys) else {
      Issue.record("accepted")
      return
    }
    let stranger = try NoteSignerKey.generate(name: IndexedLog.origin)
    #expect(refusal(good, [stranger.verifierKey]) == .signature(.noKnownSignature))
  }
}
