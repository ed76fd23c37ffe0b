internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
public import Provenance

/// A closure with what proves it.
public struct ProvenClosure: Sendable {
  public var closure: Closure
  /// A `ledgerstone/closure@v1` file.
  public var file: [UInt8]
  /// The index record that the proof stands on.
  public var standing: IndexStanding
}

extension LedgerReader {
  /// Computes a closure from what the newest index record commits to, and proves it: every history
  /// that was read, and every record in it.
  ///
  /// - Parameters:
  ///   - query: with a `size` up to the index record and a `firstRecord` of 0.
  ///   - sequenceGaps: what the sequence audit found; those that bear on the closure are declared
  ///     in the file.
  /// - Throws: `noIndexRecord`; `invalid` if `query` goes beyond the index record, or the file
  ///   would be too large; `corrupt`.
  public func closureProof(
    of query: ClosureQuery, sequenceGaps: [SequenceGap] = []
  ) throws(LedgerError) -> ProvenClosure {
    precondition(query.firstRecord == 0, "a proof has all records")
    let (note, standing) = try requireIndexNote()
    guard query.size <= standing.record else {
      throw LedgerError(
        .invalid,
        "the newest index record is \(standing.record), so nothing can be proved as of "
          + "\(query.size); append a new one with: ledgerstone index \(location.directory)")
    }
    let evidence = try indexEvidence(note)
    let gathering = ProofGathering(reader: self, evidence: evidence, size: query.size)
    func compute(_ gaps: [SequenceGap]) throws(LedgerError) -> Closure {
      try translatingErrors {
        try Closure.compute(
          query,
          from: LineageHistory<any Error>(
            sequenceGaps: gaps,
            records: { (keys) throws(any Error) -> RecordLists in
              var lists = RecordLists()
              for key in keys { lists.append(try gathering.records(naming: key)) }
              return lists
            },
            read: { (records, take) throws(any Error) in try gathering.read(records, take) }))
      }
    }
    var closure = try compute(sequenceGaps)
    // A verifier sees these without being told.
    let known = Set(sequenceGaps.map(\.recordAfter))
    let evident = ClosureProofFile.evidentGaps(
      in: gathering.records.keys.sorted().compactMap { gathering.records[$0]?.header },
      below: query.size
    ).compactMap(SequenceGap.init).filter { !known.contains($0.recordAfter) }
    if !evident.isEmpty {
      closure = try compute(
        (sequenceGaps + evident).sorted { $0.recordAfter < $1.recordAfter })
    }
    let gaps = closure.silentProducers.compactMap { producer -> ClosureProofFile.Gap? in
      guard case .gap(let gap) = producer else { return nil }
      return ClosureProofFile.Gap(before: gap.recordBefore, after: gap.recordAfter)
    }
    for gap in gaps {
      gathering.take(try record(at: gap.before))
      gathering.take(try record(at: gap.after))
    }
    return ProvenClosure(
      closure: closure,
      file: try file(query, gathering, gathering.histories(of: closure.asked), gaps, note),
      standing: standing)
  }

  private func file(
    _ query: ClosureQuery, _ gathering: ProofGathering,
    _ histories: [ClosureProofFile.History], _ gaps: [ClosureProofFile.Gap], _ note: LedgerNote
  ) throws(LedgerError) -> [UInt8] {
    let indexes = gathering.records.keys.sorted()
    let records = indexes.compactMap { gathering.records[$0] }
    let size = note.checkpoint.size
    let hashes = try withTree(of: note) { tree in
      let proof = try SelectionProof.make(indexes: indexes, treeSize: size, reader: tree)
      try proof.check(leafHashes: records.map(\.leafHash), root: note.checkpoint.root)
      return proof.hashes
    }
    let encoded = try translatingErrors {
      try ClosureProofFile(
        question: query.question, evidence: gathering.evidence, histories: histories,
        recordBytes: records.map(\.bytes), gaps: gaps, recordHashes: hashes
      ).encoded
    }
    guard encoded.count <= FormatLimits.indexProofByteCountMax else {
      throw LedgerError(
        .invalid,
        "the proof would have \(encoded.count) bytes, more than the "
          + "\(FormatLimits.indexProofByteCountMax) that a verifier reads")
    }
    return encoded
  }
}

/// Collects what a proof needs while the closure asks.
private final class ProofGathering {
  let reader: LedgerReader
  let evidence: IndexEvidence
  let size: UInt64
  private(set) var records: [UInt64: StoredRecord] = [:]
  private var answers: [EntityKey: [RunAnswer]] = [:]

  init(reader: LedgerReader, evidence: IndexEvidence, size: UInt64) {
    self.reader = reader
    self.evidence = evidence
    self.size = size
  }

  func take(_ record: StoredRecord) { records[record.header.index] = record }

  /// The records that the index record's runs list for an entity, below the size in question.
  func records(naming key: EntityKey) throws -> [UInt64] {
    let digest = key.digest
    let answers = try evidence.runNumbers(since: 0).map { number in
      try reader.answer(evidence.runs[number]) { try $0.answer(keyHash: digest, since: 0) }
    }
    let listed = try CompletenessProofFile(key: key, evidence: evidence, answers: answers)
      .checkedRecords()
    self.answers[key] = answers
    return listed.filter { $0 < size }
  }

  /// Gives the whole records that `indexes`, ascending, are parts of.
  func read(
    _ indexes: [UInt64], _ give: (_ record: RecordFacts, _ end: UInt64) -> Void
  ) throws {
    var end: UInt64 = 0
    for index in indexes where index >= end {
      let parts = try reader.parts(at: index)
      for part in parts { take(part) }
      end = (parts.last?.header.index ?? index) + 1
      give(RecordFacts(try HistoryRecord(parts: parts.map(\.header))), end)
    }
  }

  /// The answers about the entities, in that order.
  func histories(of asked: [EntityKey]) -> [ClosureProofFile.History] {
    asked.compactMap { key in
      answers[key].map { ClosureProofFile.History(key: key, answers: $0) }
    }
  }
}
