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
    let closure = try translatingErrors {
      try Closure.compute(
        query,
        from: LineageHistory(sequenceGaps: sequenceGaps) {
          (key) throws(any Error) -> [HistoryRecord] in try gathering.history(of: key)
        })
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
      closure: closure, file: try file(query, gathering, gaps, note), standing: standing)
  }

  private func file(
    _ query: ClosureQuery, _ gathering: ProofGathering, _ gaps: [ClosureProofFile.Gap],
    _ note: LedgerNote
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
        question: query.question, evidence: gathering.evidence, histories: gathering.histories,
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
  private(set) var histories: [ClosureProofFile.History] = []
  private(set) var records: [UInt64: StoredRecord] = [:]
  /// By entity: a closure that begins anew asks again.
  private var known: [EntityKey: [HistoryRecord]] = [:]

  init(reader: LedgerReader, evidence: IndexEvidence, size: UInt64) {
    self.reader = reader
    self.evidence = evidence
    self.size = size
  }

  func take(_ record: StoredRecord) { records[record.header.index] = record }

  func history(of key: EntityKey) throws -> [HistoryRecord] {
    if let history = known[key] { return history }
    let digest = key.digest
    let answers = try evidence.runNumbers(since: 0).map { number in
      try reader.answer(evidence.runs[number]) { try $0.answer(keyHash: digest, since: 0) }
    }
    let listed = try CompletenessProofFile(key: key, evidence: evidence, answers: answers)
      .checkedRecords()
    histories.append(ClosureProofFile.History(key: key, answers: answers))
    var history: [HistoryRecord] = []
    var end: UInt64 = 0
    for index in listed where index < size && index >= end {
      let parts = try reader.parts(at: index)
      for part in parts { take(part) }
      end = (parts.last?.header.index ?? index) + 1
      history.append(try HistoryRecord(parts: parts.map(\.header)))
    }
    known[key] = history
    return history
  }
}
