public import LedgerCryptography
internal import MerkleLog

/// Everything that a closure follows from: the question, each entity's complete history and the
/// records, under one index record. Whoever has the file computes the closure anew; it states none.
///
///     ledgerstone/closure@v1
///     entity base64                <- the root's key
///     origin decimal               <- or one or more lines `version base64`
///     size decimal                 <- only records below it are read
///     time RFC-3339                <- the moment of asking
///     silence decimal              <- microseconds after which a run is silent
///     erasure decimal              <- only if a record was named as the erasure
///     header base64                <- the index record's header
///     hash, base64                 <- as many as its inclusion proof has
///                                  <- empty line
///     asked base64                 <- an entity's key; each that the closure asks for, in order
///     run base64                   <- then one answer for each run
///                                  <- empty line
///     record base64                <- the header of each record used, ascending
///                                  <- empty line
///     gap decimal decimal          <- two of them, between which a producer skipped numbers
///                                  <- empty line
///     hash, base64                 <- what proves the records in the tree
///                                  <- empty line
///     the checkpoint's note, verbatim
///
/// `encoded` of what was parsed gives the same bytes.
public struct ClosureProofFile: Hashable, Sendable {
  /// What was asked.
  public struct Question: Hashable, Sendable {
    public enum Origin: Hashable, Sendable {
      /// The content from this record on.
      case record(UInt64)
      /// These explicit versions, in UTF-8; at least one.
      case versions([String])
    }

    public var root: EntityKey
    public var origin: Origin
    /// Only records with a lower index are read.
    public var size: UInt64
    public var time: Timestamp
    /// Microseconds; not negative.
    public var silence: Int64
    public var erasure: UInt64?

    public init(
      root: EntityKey, origin: Origin, size: UInt64, time: Timestamp, silence: Int64,
      erasure: UInt64?
    ) {
      self.root = root
      self.origin = origin
      self.size = size
      self.time = time
      self.silence = silence
      self.erasure = erasure
    }
  }

  /// What the index has of one entity.
  public struct History: Hashable, Sendable {
    public var key: EntityKey
    /// One answer for each run, in the order of the runs.
    public var answers: [RunAnswer]

    public init(key: EntityKey, answers: [RunAnswer]) {
      self.key = key
      self.answers = answers
    }
  }

  /// Two records of one producer between which numbers are missing, as whoever made the file
  /// declares. That there are no more such places, no proof can show.
  public struct Gap: Hashable, Sendable {
    public var before: UInt64
    public var after: UInt64

    public init(before: UInt64, after: UInt64) {
      self.before = before
      self.after = after
    }
  }

  public let question: Question
  /// The index record and the checkpoint that closes it.
  public let evidence: IndexEvidence
  public let histories: [History]
  /// The exact bytes of the headers, ascending.
  public let recordBytes: [[UInt8]]
  /// The same decoded.
  public let records: [RecordHeader]
  public let gaps: [Gap]
  /// What proves the records in the tree: a `SelectionProof`'s.
  public let recordHashes: [SHA256Digest]

  /// The first line.
  public static let header = "ledgerstone/closure@v1"

  /// Puts a file together.
  ///
  /// - Throws: `wrongAnswerCount` unless each history has an answer for each run; `header` if bytes
  ///   are no header; `recordsOutOfOrder`.
  public init(
    question: Question, evidence: IndexEvidence, histories: [History], recordBytes: [[UInt8]],
    gaps: [Gap], recordHashes: [SHA256Digest]
  ) throws(IndexProofFileError) {
    let expected = evidence.runNumbers(since: 0).count
    for history in histories where history.answers.count != expected {
      throw .wrongAnswerCount(expected: expected, found: history.answers.count)
    }
    self.question = question
    self.evidence = evidence
    self.histories = histories
    self.recordBytes = recordBytes
    records = try IndexProofParts.ascending(recordBytes, line: 1)
    self.gaps = gaps
    self.recordHashes = recordHashes
  }

  /// Reads a file, strictly. Neither proof nor signature is checked.
  public init(parsing bytes: [UInt8]) throws(IndexProofFileError) {
    var lines = try IndexProofParts.open(bytes, header: Self.header)
    var parser = ClosureProofParser()
    question = try parser.question(&lines)
    let headerLine = lines.line
    let headerBytes = try parser.header(&lines)
    let hashes = try IndexProofParts.hashes(&lines)
    let answerLine = lines.line
    let stated = try parser.histories(&lines)
    let recordLine = lines.line
    recordBytes = try parser.records(&lines)
    gaps = try parser.gaps(&lines)
    recordHashes = try parser.hashes(&lines)
    let (note, checkpoint) = try IndexProofParts.note(lines)
    evidence = try IndexEvidence(
      headerBytes: headerBytes, inclusionHashes: hashes, note: note, checkpoint: checkpoint,
      line: headerLine)
    histories = try parser.decode(stated, evidence, line: answerLine)
    records = try IndexProofParts.ascending(recordBytes, line: recordLine)
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    var text = Array("\(Self.header)\n".utf8)
    appendQuestion(to: &text)
    IndexProofParts.append("header", evidence.headerBytes, to: &text)
    ProofFileParts.append(evidence.inclusionHashes, to: &text)
    let numbers = evidence.runNumbers(since: 0)
    for history in histories {
      IndexProofParts.append("asked", history.key.bytes, to: &text)
      for (number, answer) in zip(numbers, history.answers) {
        IndexProofParts.append(answer, run: evidence.runs[number], to: &text)
      }
    }
    text.append(UInt8(ascii: "\n"))
    for record in recordBytes { IndexProofParts.append("record", record, to: &text) }
    text.append(UInt8(ascii: "\n"))
    for gap in gaps { text.append(contentsOf: "gap \(gap.before) \(gap.after)\n".utf8) }
    text.append(UInt8(ascii: "\n"))
    ProofFileParts.append(recordHashes, to: &text)
    text.append(contentsOf: evidence.note.encoded)
    return text
  }

  private func appendQuestion(to text: inout [UInt8]) {
    IndexProofParts.append("entity", question.root.bytes, to: &text)
    switch question.origin {
    case .record(let record): text.append(contentsOf: "origin \(record)\n".utf8)
    case .versions(let versions):
      for version in versions { IndexProofParts.append("version", Array(version.utf8), to: &text) }
    }
    text.append(contentsOf: "size \(question.size)\ntime \(question.time)\n".utf8)
    text.append(contentsOf: "silence \(question.silence)\n".utf8)
    if let erasure = question.erasure { text.append(contentsOf: "erasure \(erasure)\n".utf8) }
  }
}
