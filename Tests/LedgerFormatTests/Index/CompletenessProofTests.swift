import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import LedgerFormat

@Suite struct CompletenessProofTests {
  let log: IndexedLog
  let often = EntityKey(IndexedLog.entity(0))
  let never = EntityKey(IndexedLog.entity(999))

  init() throws { log = try IndexedLog(IndexedLog.entities()) }

  @Test func showsExactlyTheRecordsOfEveryEntity() throws {
    for number in 0..<42 {
      let key = EntityKey(IndexedLog.entity(number))
      let expected = (0..<40).filter { record in
        IndexedLog.entities()[record].contains { EntityKey($0) == key }
      }.map { UInt64($0) }
      for since in [0, 1, 17, 39] as [UInt64] {
        let proof = try log.completeness(key, since: since)
        let shown = try proof.check(keys: log.keys)
        #expect(shown.records == expected.filter { $0 >= since })
        #expect(shown.range == since..<40)
        #expect(shown.checkpoint.size == 41 && shown.key == key)
        let bytes = proof.encoded
        let again = try CompletenessProofFile(parsing: bytes)
        #expect(again == proof && again.encoded == bytes)
      }
    }
  }

  @Test func showsAbsence() throws {
    for number in 100..<200 {
      let key = EntityKey(IndexedLog.entity(number))
      let proof = try CompletenessProofFile(parsing: try log.completeness(key).encoded)
      let shown = try proof.check(keys: log.keys)
      #expect(shown.isAbsent)
    }
  }

  private func with(
    _ proof: CompletenessProofFile, answer: RunAnswer, evidence: IndexEvidence? = nil
  ) throws -> CompletenessProofFile {
    try CompletenessProofFile(
      key: proof.key, since: proof.since, evidence: evidence ?? proof.evidence, answers: [answer])
  }

  @Test func leavingAnyOneRecordOutFails() throws {
    let proof = try log.completeness(often)
    guard case .listed(let entry) = proof.answers[0] else { throw RunReaderTests.NotListed() }
    #expect(entry.records.count == 14)
    for position in entry.records.indices {
      var fewer = entry.records
      fewer.remove(at: position)
      var moved = entry.records
      moved[position] += 1
      var twice = entry.records
      twice.insert(twice[position], at: position)
      // With the count that was committed, and with the one that would fit.
      for (records, count) in [
        (fewer, 14), (fewer, 13), (moved, 14), (twice, 14), (twice, 15), (fewer, 12),
      ] as [([UInt64], UInt64)] {
        let forged = ListedEntry(
          position: entry.position, recordCount: count, chunks: entry.chunks, records: records,
          listHashes: entry.listHashes, entryHashes: entry.entryHashes)
        let forgery = try with(proof, answer: .listed(forged))
        guard case .answer(_, run: 0) = refusal(forgery, log.keys) else {
          Issue.record("accepted \(records) as \(count)")
          continue
        }
      }
    }
  }

  @Test func everyDamagedHashAndNumberIsRefused() throws {
    for key in [often, never] {
      let proof = try log.completeness(key)
      var answers: [RunAnswer] = []
      switch proof.answers[0] {
      case .listed(let entry):
        for hashes in damaged(entry.entryHashes) {
          answers.append(.listed(Self.copy(entry, entryHashes: hashes)))
        }
        for hashes in damaged(entry.listHashes) {
          answers.append(.listed(Self.copy(entry, listHashes: hashes)))
        }
        for position in 0..<50 where UInt64(position) != entry.position {
          answers.append(.listed(Self.copy(entry, position: UInt64(position))))
        }
        answers.append(.listed(Self.copy(entry, chunks: 0..<2)))
        answers.append(.listed(Self.copy(entry, chunks: 1..<1)))
      case .absent(let gap):
        for hashes in damaged(gap.hashes) {
          answers.append(
            .absent(
              AbsentEntry(
                position: gap.position, left: gap.left, right: gap.right, hashes: hashes)))
        }
        for position in 0..<50 where UInt64(position) != gap.position {
          answers.append(
            .absent(
              AbsentEntry(
                position: UInt64(position), left: gap.left, right: gap.right, hashes: gap.hashes)))
        }
      }
      for answer in answers {
        let error = refusal(try with(proof, answer: answer), log.keys)
        guard case .answer(_, run: 0) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
    }
  }

  static func copy(
    _ entry: ListedEntry, position: UInt64? = nil, chunks: Range<UInt64>? = nil,
    listHashes: [SHA256Digest]? = nil, entryHashes: [SHA256Digest]? = nil
  ) -> ListedEntry {
    ListedEntry(
      position: position ?? entry.position, recordCount: entry.recordCount,
      chunks: chunks ?? entry.chunks, records: entry.records,
      listHashes: listHashes ?? entry.listHashes, entryHashes: entryHashes ?? entry.entryHashes)
  }

  /// An entity that is there cannot be shown absent by any two entries of the run.
  @Test func noPairOfEntriesHidesAnEntity() throws {
    let reader = try IndexTesting.reader(log.file)
    let tree = try #require(RunEntryTree(reader))
    let run = reader.commitment
    let proof = try log.completeness(often)
    let summaries = try (0..<run.entryCount).map { position in
      let (page, place) = try tree.entry(at: position)
      let root = NaiveIndex.listRoot(try reader.records(keyHash: page.keyHashes[place]))
      return EntrySummary(
        keyHash: page.keyHashes[place], recordCount: page.recordCounts[place], listRoot: root)
    }
    for position in 0...run.entryCount {
      let range = AbsentEntry.neighbours(position, entryCount: run.entryCount)
      let hashes = try RangeProof.make(
        range: range, treeSize: run.entryCount, reader: tree
      ).hashes
      // Every true neighbour pair, which proves the absence of others only.
      let gap = AbsentEntry(
        position: position, left: position > 0 ? summaries[Int(position) - 1] : nil,
        right: position < run.entryCount ? summaries[Int(position)] : nil, hashes: hashes)
      let error = refusal(try with(proof, answer: .absent(gap)), log.keys)
      #expect(error == .answer(.notExcluded, run: 0))
    }
    // Two entries that surround it but are no neighbours.
    let place = try tree.find(often.digest).position
    for position in [place, place + 1] {
      let hashes = try RangeProof.make(
        range: AbsentEntry.neighbours(position, entryCount: run.entryCount),
        treeSize: run.entryCount, reader: tree
      ).hashes
      let gap = AbsentEntry(
        position: position, left: summaries[Int(place) - 1], right: summaries[Int(place) + 1],
        hashes: hashes)
      let error = refusal(try with(proof, answer: .absent(gap)), log.keys)
      guard case .answer(.proof, run: 0) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    // One neighbour only, where there are two.
    let left = AbsentEntry(
      position: place, left: summaries[Int(place) - 1], right: nil, hashes: [])
    #expect(
      refusal(try with(proof, answer: .absent(left)), log.keys)
        == .answer(.wrongNeighbours, run: 0))
    let nothing = AbsentEntry(position: 0, left: nil, right: nil, hashes: [])
    #expect(
      refusal(try with(proof, answer: .absent(nothing)), log.keys)
        == .answer(.wrongNeighbours, run: 0))
  }

  @Test func anAnswerAboutAnotherEntityIsRefused() throws {
    let other = try log.completeness(EntityKey(IndexedLog.entity(1)))
    let forged = try CompletenessProofFile(
      key: often, evidence: other.evidence, answers: other.answers)
    guard case .answer(.proof, run: 0) = refusal(forged, log.keys) else {
      Issue.record("accepted")
      return
    }
  }

  @Test func anEmptyRunNeedsNoNeighbour() throws {
    let empty = try IndexedLog([[], [], []])
    let proof = try CompletenessProofFile(parsing: try empty.completeness(often).encoded)
    let shown = try proof.check(keys: empty.keys)
    #expect(shown.isAbsent && shown.range == 0..<3)
  }

  @Test func longListsAreProvenInParts() throws {
    var entities: [[Entity]] = []
    for number in 0..<900 {
      entities.append(number % 10 == 7 ? [] : [IndexedLog.entity(0)])
    }
    let long = try IndexedLog(entities)
    let all = (0..<900).filter { $0 % 10 != 7 }.map { UInt64($0) }
    for since in [0, 1, 283, 284, 285, 286, 600, 899] as [UInt64] {
      let proof = try CompletenessProofFile(
        parsing: try long.completeness(often, since: since).encoded)
      let shown = try proof.check(keys: long.keys)
      #expect(shown.records == all.filter { $0 >= since })
      guard case .listed(let entry) = proof.answers[0] else { throw RunReaderTests.NotListed() }
      if entry.chunks.lowerBound > 0 {
        // The same answer does not do for an earlier record than its chunks begin with.
        let early = try CompletenessProofFile(
          key: often, since: entry.records[0] - 1, evidence: proof.evidence,
          answers: proof.answers)
        #expect(refusal(early, long.keys) == .beginsTooLate(run: 0))
      }
    }
    let reader = try IndexTesting.reader(long.file)
    let part = try reader.answer(keyHash: often.digest, covering: 0..<10)
    let short = try CompletenessProofFile(
      key: often, evidence: try long.evidence(), answers: [part])
    #expect(refusal(short, long.keys) == .endsTooEarly(run: 0))
  }
}
