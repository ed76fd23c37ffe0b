internal import LedgerCryptography
public import MerkleLog

/// Proof that an entity's records are exactly these, up to an index record; in one file that needs
/// no ledger to check. Where no run has an entry it is a proof of absence.
///
///     ledgerstone/completeness@v1
///     entity base64                <- the entity's key
///     since decimal                <- the first record asked about; 0 is all
///     header base64                <- the index record's header
///     hash, base64                 <- as many as its inclusion proof has
///                                  <- empty line
///     run base64                   <- one answer for each run that reaches beyond `since`
///                                  <- empty line
///     the checkpoint's note, verbatim
///
/// `encoded` of what was parsed gives the same bytes.
public struct CompletenessProofFile: Hashable, Sendable {
  /// The entity asked about.
  public let key: EntityKey
  /// The first record asked about.
  public let since: UInt64
  /// The index record and the checkpoint that closes it.
  public let evidence: IndexEvidence
  /// What each run says that covers a record at or above `since`, in the order of the runs.
  public let answers: [RunAnswer]

  /// The first line.
  public static let header = "ledgerstone/completeness@v1"

  /// Puts a file together.
  ///
  /// - Throws: `wrongAnswerCount` unless there is one answer for each of
  ///   `evidence.runNumbers(since:)`.
  public init(
    key: EntityKey, since: UInt64 = 0, evidence: IndexEvidence, answers: [RunAnswer]
  ) throws(IndexProofFileError) {
    let expected = evidence.runNumbers(since: since).count
    guard answers.count == expected else {
      throw .wrongAnswerCount(expected: expected, found: answers.count)
    }
    self.key = key
    self.since = since
    self.evidence = evidence
    self.answers = answers
  }

  /// Reads a file, strictly. Neither proof nor signature is checked.
  public init(parsing bytes: [UInt8]) throws(IndexProofFileError) {
    var lines = try IndexProofParts.open(bytes, header: Self.header)
    key = try IndexProofParts.entity(&lines)
    since = try IndexProofParts.number("since", &lines)
    let headerLine = lines.line
    let headerBytes = try IndexProofParts.bytes("header", &lines)
    let hashes = try IndexProofParts.hashes(&lines)
    // The runs are in the header, which the note closes: the answers are decoded last.
    let answerLine = lines.line
    var found: [[UInt8]] = []
    while true {
      let line = lines.line
      guard let content = lines.next() else { throw .part(.missingEmptyLine(line: line)) }
      if content.isEmpty { break }
      guard let text = IndexProofParts.value("run", content), let bytes = Base64.decode(text)
      else { throw .malformedLine(field: "run", line: line) }
      found.append(bytes)
    }
    let (note, checkpoint) = try IndexProofParts.note(lines)
    evidence = try IndexEvidence(
      headerBytes: headerBytes, inclusionHashes: hashes, note: note, checkpoint: checkpoint,
      line: headerLine)
    let numbers = evidence.runNumbers(since: since)
    guard found.count == numbers.count else {
      throw .wrongAnswerCount(expected: numbers.count, found: found.count)
    }
    var answers: [RunAnswer] = []
    for (place, number) in numbers.enumerated() {
      answers.append(
        try IndexProofParts.answer(
          found[place], run: evidence.runs[number], line: answerLine + place))
    }
    self.answers = answers
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    var text = Array("\(Self.header)\n".utf8)
    IndexProofParts.append("entity", key.bytes, to: &text)
    text.append(contentsOf: "since \(since)\n".utf8)
    IndexProofParts.append("header", evidence.headerBytes, to: &text)
    ProofFileParts.append(evidence.inclusionHashes, to: &text)
    for (number, answer) in zip(evidence.runNumbers(since: since), answers) {
      IndexProofParts.append(answer, run: evidence.runs[number], to: &text)
    }
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: evidence.note.encoded)
    return text
  }

  /// What the proof shows, if it does.
  ///
  /// - Parameter keys: as in `IndexEvidence.check`.
  public func check(keys: [NoteVerifierKey]) throws(IndexProofError) -> CompleteRecords {
    try evidence.check(keys: keys)
    // First, since a foreign `since` may lie anywhere.
    let records = try checkedRecords()
    return CompleteRecords(
      key: key, range: since..<evidence.indexRecord, records: records,
      checkpoint: evidence.checkpoint)
  }

  /// The records that the answers prove against the evidence, which is checked elsewhere: for
  /// those who prove many entities with one index record.
  public func checkedRecords() throws(IndexProofError) -> [UInt64] {
    guard since < evidence.indexRecord else {
      throw .sinceBeyondIndex(since: since, indexRecord: evidence.indexRecord)
    }
    let numbers = evidence.runNumbers(since: since)
    guard answers.count == numbers.count else {
      throw .wrongAnswerCount(expected: numbers.count, found: answers.count)
    }
    let keyHash = key.digest
    var records: [UInt64] = []
    for (number, answer) in zip(numbers, answers) {
      let run = evidence.runs[number]
      do throws(RunAnswerError) {
        try answer.check(keyHash: keyHash, run: run)
      } catch {
        throw .answer(error, run: number)
      }
      guard case .listed(let entry) = answer else { continue }
      let chunkCount = IndexList.chunkCount(recordCount: entry.recordCount)
      guard entry.chunks.upperBound == chunkCount else { throw .endsTooEarly(run: number) }
      guard entry.chunks.lowerBound == 0 || entry.records[0] <= since else {
        throw .beginsTooLate(run: number)
      }
      records += entry.records.drop { $0 < since }
    }
    return records
  }
}

/// What a completeness proof shows.
public struct CompleteRecords: Hashable, Sendable {
  /// The entity.
  public let key: EntityKey
  /// The records that the proof is about: it says nothing of those at or above the upper bound.
  public let range: Range<UInt64>
  /// All records in `range` that the committed index has for the entity, ascending.
  public let records: [UInt64]
  /// The signed tree head that all follows from.
  public let checkpoint: Checkpoint

  /// Whether the entity is in none of them.
  public var isAbsent: Bool { records.isEmpty }
}
