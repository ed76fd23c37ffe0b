public import LedgerCryptography
public import MerkleLog

/// Proof that a committed index lacks a record that names an entity: who signed it signed a wrong
/// index. In one file that needs no ledger to check, and holds for ever.
///
///     ledgerstone/omission@v1
///     entity base64                <- the entity's key
///     record decimal               <- the record that is missing
///     header base64                <- its header
///     hash, base64                 <- as many as its inclusion proof has
///                                  <- empty line
///     header base64                <- the index record's header
///     hash, base64                 <- as many as its inclusion proof has
///                                  <- empty line
///     run base64                   <- the answer of the run that covers the record
///                                  <- empty line
///     the checkpoint's note, verbatim
///
/// Both inclusion proofs are of the checkpoint's tree. `encoded` of what was parsed gives the same
/// bytes.
public struct OmissionProofFile: Hashable, Sendable {
  /// The entity that the record names.
  public let key: EntityKey
  /// The exact bytes of the record's header.
  public let recordBytes: [UInt8]
  /// The header decoded.
  public let record: RecordHeader
  /// The record's number.
  public let index: UInt64
  /// What proves the record in the tree.
  public let recordHashes: [SHA256Digest]
  /// The index record and the checkpoint that closes it.
  public let evidence: IndexEvidence
  /// What the run says that covers the record.
  public let answer: RunAnswer

  /// The first line.
  public static let header = "ledgerstone/omission@v1"

  /// Puts a file together.
  ///
  /// - Throws: `header` if the record's bytes are no header; `recordBeyondIndex`.
  public init(
    key: EntityKey, index: UInt64, recordBytes: [UInt8], recordHashes: [SHA256Digest],
    evidence: IndexEvidence, answer: RunAnswer
  ) throws(IndexProofFileError) {
    guard evidence.runNumber(covering: index) != nil else {
      throw .recordBeyondIndex(record: index, indexRecord: evidence.indexRecord)
    }
    self.key = key
    self.index = index
    self.recordBytes = recordBytes
    record = try IndexEvidence.decode(recordBytes, line: 1)
    self.recordHashes = recordHashes
    self.evidence = evidence
    self.answer = answer
  }

  /// Reads a file, strictly. Neither proof nor signature is checked.
  public init(parsing bytes: [UInt8]) throws(IndexProofFileError) {
    var lines = try IndexProofParts.open(bytes, header: Self.header)
    key = try IndexProofParts.entity(&lines)
    index = try IndexProofParts.number("record", &lines)
    let recordLine = lines.line
    recordBytes = try IndexProofParts.bytes("header", &lines)
    recordHashes = try IndexProofParts.hashes(&lines)
    let headerLine = lines.line
    let headerBytes = try IndexProofParts.bytes("header", &lines)
    let hashes = try IndexProofParts.hashes(&lines)
    let answerLine = lines.line
    let answerBytes = try IndexProofParts.bytes("run", &lines)
    guard let empty = lines.next(), empty.isEmpty else {
      throw .part(.missingEmptyLine(line: answerLine + 1))
    }
    let (note, checkpoint) = try IndexProofParts.note(lines)
    record = try IndexEvidence.decode(recordBytes, line: recordLine)
    evidence = try IndexEvidence(
      headerBytes: headerBytes, inclusionHashes: hashes, note: note, checkpoint: checkpoint,
      line: headerLine)
    guard let number = evidence.runNumber(covering: index) else {
      throw .recordBeyondIndex(record: index, indexRecord: evidence.indexRecord)
    }
    answer = try IndexProofParts.answer(
      answerBytes, run: evidence.runs[number], line: answerLine)
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    var text = Array("\(Self.header)\n".utf8)
    IndexProofParts.append("entity", key.bytes, to: &text)
    text.append(contentsOf: "record \(index)\n".utf8)
    IndexProofParts.append("header", recordBytes, to: &text)
    ProofFileParts.append(recordHashes, to: &text)
    IndexProofParts.append("header", evidence.headerBytes, to: &text)
    ProofFileParts.append(evidence.inclusionHashes, to: &text)
    if let number = evidence.runNumber(covering: index) {
      IndexProofParts.append(answer, run: evidence.runs[number], to: &text)
    }
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: evidence.note.encoded)
    return text
  }

  /// What was omitted, if the proof shows it.
  ///
  /// - Parameter keys: as in `IndexEvidence.check`.
  public func check(keys: [NoteVerifierKey]) throws(IndexProofError) -> OmittedRecord {
    try evidence.check(keys: keys)
    guard let number = evidence.runNumber(covering: index) else {
      throw .recordBeyondIndex(record: index, indexRecord: evidence.indexRecord)
    }
    guard record.index == index else { throw .wrongRecord(found: record.index, expected: index) }
    do throws(ProofError) {
      try InclusionProof(index: index, treeSize: evidence.checkpoint.size, hashes: recordHashes)
        .check(leafHash: MerkleHash.leaf(recordBytes), root: evidence.checkpoint.root)
    } catch {
      throw .recordInclusion(error)
    }
    guard record.content.entities.contains(where: { EntityKey($0) == key }) else {
      throw .entityNotNamed
    }
    do throws(RunAnswerError) {
      try answer.check(keyHash: key.digest, run: evidence.runs[number])
    } catch {
      throw .answer(error, run: number)
    }
    if case .listed(let entry) = answer {
      guard entry.covers(index..<index + 1) else { throw .beginsTooLate(run: number) }
      guard !entry.records.contains(index) else { throw .recordListed }
    }
    return OmittedRecord(
      key: key, record: record, run: evidence.runs[number], checkpoint: evidence.checkpoint)
  }
}

/// What an omission proof shows.
public struct OmittedRecord: Hashable, Sendable {
  /// The entity that the record names.
  public let key: EntityKey
  /// The record that the index lacks under the entity.
  public let record: RecordHeader
  /// The run that is wrong.
  public let run: IndexRunCommitment
  /// The signed tree head that commits to record and run.
  public let checkpoint: Checkpoint
}
