import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import MerkleLog
import Provenance

/// What somebody with the whole ledger and the wish to hide something can put into a closure proof.
struct ClosureForgery {
  /// Records whose headers are left out.
  var hidden: Set<UInt64> = []
  /// Whether the hashes are those for the records that are left, as a careful forger's are.
  var hasFittingHashes = true
  /// Entities whose histories are left out.
  var withoutHistory: Set<EntityKey> = []
  /// Changes an answer of the index.
  var answer: (EntityKey, RunAnswer) -> RunAnswer = { $1 }
  /// Records that nobody needs.
  var added: Set<UInt64> = []
  var gaps: [ClosureProofFile.Gap] = []
  /// Takes the record before for one that says to be its second part.
  var takesStrayParts = false
  /// Changes what is asked; the histories stay those of the original question.
  var question: (inout ClosureProofFile.Question) -> Void = { _ in }
}

extension EvidenceBuilder {
  func header(_ record: UInt64) throws -> RecordHeader {
    let bytes = records[Int(record)].header
    return try RecordHeader.decode(bytes.rawSpan)
  }

  /// All parts of a record.
  private func parts(_ record: UInt64) throws -> [RecordHeader] {
    let first = try header(record)
    guard let part = first.content.part else { return [first] }
    let start = record - UInt64(part.number)
    return try (start..<start + UInt64(part.count)).map { try header($0) }
  }

  /// The hashes beside chosen leaves, over the naive tree.
  private func beside(_ chosen: Set<UInt64>, _ tree: NaiveTree, _ low: Int, _ high: Int)
    -> [SHA256Digest]
  {
    if !chosen.contains(where: { (low..<high).contains(Int($0)) }) { return [tree.hash(low, high)] }
    if high - low == 1 { return [] }
    var split = 1
    while split * 2 < high - low { split *= 2 }
    return beside(chosen, tree, low, low + split) + beside(chosen, tree, low + split, high)
  }

  /// A closure proof from the naive index, with the entities and records that it really needs.
  func closureProof(
    _ query: ClosureQuery, _ indexRecord: Int, forgery: ClosureForgery = ClosureForgery()
  ) throws -> (file: [UInt8], closure: Closure, needed: [UInt64], asked: [EntityKey]) {
    let index = try naiveIndex(0..<indexRecord)
    var needed: Set<UInt64> = Set(forgery.gaps.flatMap { [$0.before, $0.after] })
    var histories: [EntityKey: [HistoryRecord]] = [:]
    func history(of key: EntityKey) throws -> [HistoryRecord] {
      if let known = histories[key] { return known }
      var found: [HistoryRecord] = []
      var seen: Set<UInt64> = []
      for record in index.entries[key.bytes] ?? [] where record < query.size {
        let parts = try parts(record)
        needed.formUnion(parts.map(\.index))
        guard seen.insert(parts[0].index).inserted else { continue }
        let record = forgery.takesStrayParts ? [parts[0]] : parts
        found.append(try HistoryRecord(parts: record))
      }
      histories[key] = found
      return found
    }
    let sequenceGaps = try forgery.gaps.map { gap in
      let (before, after) = (try header(gap.before).content, try header(gap.after).content)
      let low = try Self.require(before.producerSequence)
      let high = try Self.require(after.producerSequence)
      return SequenceGap(
        producer: LineageProducer(source: before.source, producer: before.producer),
        recordBefore: gap.before, recordAfter: gap.after, missing: low + 1...high - 1)
    }
    let closure = try withoutActuallyEscaping(history) { history in
      try Closure.compute(
        query,
        from: LineageHistory(sequenceGaps: sequenceGaps) {
          (key) throws(any Error) -> [HistoryRecord] in try history(key)
        })
    }
    let chosen = needed.union(forgery.added).subtracting(forgery.hidden)
    let size = indexRecord + 1
    let tree = NaiveTree(entries: records.prefix(size).map(\.header))
    let shown = forgery.hasFittingHashes ? chosen : needed
    var question = query.question
    forgery.question(&question)
    let file = try ClosureProofFile(
      question: question, evidence: evidence(of: indexRecord),
      histories: closure.asked.filter { !forgery.withoutHistory.contains($0) }.map { key in
        let answer = try answer(key, indexRecord, covering: 0..<UInt64.max)
        return .init(key: key, answers: [forgery.answer(key, answer)])
      }, recordBytes: chosen.sorted().map { records[Int($0)].header }, gaps: forgery.gaps,
      recordHashes: beside(shown, tree, 0, size)
    ).encoded
    return (file, closure, needed.sorted(), closure.asked)
  }

  private struct Absent: Error {}

  private static func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Absent() }
    return value
  }
}
