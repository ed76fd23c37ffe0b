internal import LedgerCryptography
public import MerkleLog

/// What a closure may be computed from: histories proven complete, with their records.
public struct ProvenHistories: Sendable {
  /// By entity, all its records below the size in question, each by the index of its first part,
  /// ascending.
  public var histories: [EntityKey: [UInt64]] = [:]
  /// All parts of each record, by the index of the first.
  public var records: [UInt64: [RecordHeader]] = [:]
  /// The entities, in the order in which the closure has to ask for them.
  public var asked: [EntityKey] = []
  /// Between each two, a producer skipped numbers: those that were declared, and those between
  /// records of which all in between are here, too. Ascending by the record after.
  public var gaps: [(before: RecordHeader, after: RecordHeader)] = []
}

/// Why a closure proof proves nothing, one case per check.
public enum ClosureProofError: Error, Hashable, Sendable {
  /// The index record, or an answer about it, does not hold.
  case index(IndexProofError)
  /// The closure reads records that the index record does not cover.
  case sizeBeyondIndex(size: UInt64, indexRecord: UInt64)
  /// The origin or the erasure is not among the records read.
  case recordBeyondSize(record: UInt64, size: UInt64)
  /// The records are not in the tree at their places.
  case recordInclusion(ProofError)
  /// An entity's history is there twice.
  case repeatedEntity(EntityKey)
  /// The history of an entity lists a record that is left out.
  case recordMissing(record: UInt64, key: EntityKey)
  /// A record says that it is a part where no such record can be.
  case impossiblePart(record: UInt64)
  /// No history and no gap has need of a record.
  case recordUnneeded(record: UInt64)
  /// The two records do not show numbers that a producer skipped.
  case noGap(before: UInt64, after: UInt64)
  /// The closure asks for an entity whose history is left out.
  case entityMissing(EntityKey)
  /// The closure does not ask for an entity, or not in its place.
  case entityUnneeded(EntityKey)
}

extension ClosureProofFile {
  /// The histories, if they are complete and of the signed tree.
  ///
  /// - Parameter keys: as in `IndexEvidence.check`.
  public func check(keys: [NoteVerifierKey]) throws(ClosureProofError) -> ProvenHistories {
    do throws(IndexProofError) {
      try evidence.check(keys: keys)
    } catch {
      throw .index(error)
    }
    try checkQuestion()
    try checkRecords()
    var collector = HistoryCollector(file: self)
    for history in histories { try collector.take(history) }
    for gap in gaps { try collector.take(gap) }
    return try collector.finish()
  }

  private func checkQuestion() throws(ClosureProofError) {
    guard question.size <= evidence.indexRecord else {
      throw .sizeBeyondIndex(size: question.size, indexRecord: evidence.indexRecord)
    }
    if let erasure = question.erasure, erasure >= question.size {
      throw .recordBeyondSize(record: erasure, size: question.size)
    }
    if case .record(let origin) = question.origin, origin > question.size {
      throw .recordBeyondSize(record: origin, size: question.size)
    }
  }

  private func checkRecords() throws(ClosureProofError) {
    do throws(ProofError) {
      try SelectionProof(
        indexes: records.map(\.index), treeSize: evidence.checkpoint.size, hashes: recordHashes
      ).check(
        leafHashes: recordBytes.map { MerkleHash.leaf($0) }, root: evidence.checkpoint.root)
    } catch {
      throw .recordInclusion(error)
    }
  }
}

extension ClosureProofFile {
  /// The numbers that a producer skipped between two records of which all in between are there, so
  /// that none can lie between that would fill the gap.
  ///
  /// - Parameter records: ascending, each once.
  /// - Returns: ascending by the record after.
  public static func evidentGaps(
    in records: [RecordHeader], below size: UInt64
  ) -> [(before: RecordHeader, after: RecordHeader)] {
    var found: [(before: RecordHeader, after: RecordHeader)] = []
    var last: [Producer: RecordHeader] = [:]
    var next: UInt64 = 0
    for record in records where record.index < size {
      if record.index != next { last.removeAll(keepingCapacity: true) }
      next = record.index + 1
      // All parts of a record have its number.
      guard (record.content.part?.number ?? 0) == 0,
        let number = record.content.producerSequence
      else { continue }
      let before = last.updateValue(record, forKey: Producer(record.content))
      if let before, let low = before.content.producerSequence, number > low, number - low > 1 {
        found.append((before: before, after: record))
      }
    }
    return found
  }
}

/// Puts the histories together and watches that every record has a use.
private struct HistoryCollector {
  let file: ClosureProofFile
  private var result = ProvenHistories()
  private var places: [UInt64: Int] = [:]
  private var isUsed: [Bool]
  private var lastGapEnd: UInt64?

  init(file: ClosureProofFile) {
    self.file = file
    isUsed = Array(repeating: false, count: file.records.count)
    for (place, record) in file.records.enumerated() { places[record.index] = place }
  }

  mutating func take(_ history: ClosureProofFile.History) throws(ClosureProofError) {
    let key = history.key
    guard result.histories[key] == nil else { throw .repeatedEntity(key) }
    let listed: [UInt64]
    do {
      listed = try CompletenessProofFile(
        key: key, evidence: file.evidence, answers: history.answers
      ).checkedRecords()
    } catch let error as IndexProofError {
      throw .index(error)
    } catch {
      throw .index(
        .wrongAnswerCount(
          expected: file.evidence.runNumbers(since: 0).count, found: history.answers.count))
    }
    var records: [UInt64] = []
    var end: UInt64 = 0
    for record in listed where record < file.question.size && record >= end {
      let first = try firstPart(of: record, key)
      end = (result.records[first]?.last?.index ?? record) + 1
      records.append(first)
    }
    result.histories[key] = records
    result.asked.append(key)
  }

  /// The first part of the record that `record` is, or is a part of; all its parts are then in
  /// the result. A record is put together once, however many entities it names.
  private mutating func firstPart(
    of record: UInt64, _ key: EntityKey
  ) throws(ClosureProofError) -> UInt64 {
    let header = try use(record, key)
    let part = header.content.part
    guard record >= UInt64(part?.number ?? 0) else { throw .impossiblePart(record: record) }
    let first = record - UInt64(part?.number ?? 0)
    if let known = result.records[first] {
      guard UInt64(known.count) == UInt64(part?.count ?? 1), record < first + UInt64(known.count)
      else { throw .impossiblePart(record: record) }
      return first
    }
    var parts: [RecordHeader] = []
    for number in 0..<UInt64(part?.count ?? 1) { parts.append(try use(first + number, key)) }
    result.records[first] = parts
    return first
  }

  private mutating func use(
    _ record: UInt64, _ key: EntityKey
  ) throws(ClosureProofError) -> RecordHeader {
    guard let place = places[record] else { throw .recordMissing(record: record, key: key) }
    isUsed[place] = true
    return file.records[place]
  }

  mutating func take(_ gap: ClosureProofFile.Gap) throws(ClosureProofError) {
    guard let before = places[gap.before], let after = places[gap.after], before < after,
      lastGapEnd.map({ $0 < gap.after }) ?? true
    else { throw .noGap(before: gap.before, after: gap.after) }
    lastGapEnd = gap.after
    let pair = (before: file.records[before], after: file.records[after])
    let (first, second) = (pair.before.content, pair.after.content)
    guard gap.after < file.question.size, Producer(first) == Producer(second),
      let low = first.producerSequence, let high = second.producerSequence, high > low,
      high - low > 1
    else { throw .noGap(before: gap.before, after: gap.after) }
    isUsed[before] = true
    isUsed[after] = true
    result.gaps.append(pair)
  }

  /// The gaps that need no declaration.
  private mutating func addEvidentGaps() {
    let declared = Set(result.gaps.map(\.after.index))
    let evident = ClosureProofFile.evidentGaps(in: file.records, below: file.question.size)
    result.gaps += evident.filter { !declared.contains($0.after.index) }
    result.gaps.sort { $0.after.index < $1.after.index }
  }

  mutating func finish() throws(ClosureProofError) -> ProvenHistories {
    addEvidentGaps()
    if let place = isUsed.firstIndex(of: false) {
      throw .recordUnneeded(record: file.records[place].index)
    }
    return result
  }
}

/// Who numbers records of its own.
private struct Producer: Hashable {
  let source: [UInt8]
  let producer: [UInt8]?

  init(_ content: RecordContent) {
    source = Array(content.source.utf8)
    producer = content.producer.map { Array($0.utf8) }
  }
}
