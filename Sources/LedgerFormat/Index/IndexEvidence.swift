public import LedgerCryptography
public import MerkleLog

/// An index record, proven to be the last one of a signed tree: what every proof about the index
/// stands on.
///
/// The checkpoint is of size N + 1 exactly, N being the index record's number, so that a stale
/// index hides nothing: the proof says that it holds for the records below N.
public struct IndexEvidence: Hashable, Sendable {
  /// The exact bytes of the index record's header.
  public let headerBytes: [UInt8]
  /// The header decoded.
  public let header: RecordHeader
  /// What proves the record in the tree.
  public let inclusionHashes: [SHA256Digest]
  /// The checkpoint's note.
  public let note: SignedNote
  /// What the note says.
  public let checkpoint: Checkpoint

  /// Puts the evidence together; nothing is checked but that it can be read.
  public init(
    headerBytes: [UInt8], inclusionHashes: [SHA256Digest], note: SignedNote
  ) throws(IndexProofFileError) {
    let checkpoint: Checkpoint
    do throws(CheckpointError) {
      checkpoint = try Checkpoint(parsing: note.text)
    } catch {
      throw .part(.checkpoint(error, line: 1))
    }
    try self.init(
      headerBytes: headerBytes, inclusionHashes: inclusionHashes, note: note,
      checkpoint: checkpoint, line: 1)
  }

  init(
    headerBytes: [UInt8], inclusionHashes: [SHA256Digest], note: SignedNote,
    checkpoint: Checkpoint, line: Int
  ) throws(IndexProofFileError) {
    guard checkpoint.size > 0 else { throw .emptyTree }
    self.headerBytes = headerBytes
    header = try Self.decode(headerBytes, line: line)
    for (run, commitment) in header.content.runs.enumerated() where commitment.extent == nil {
      throw .impossibleRun(run: run)
    }
    self.inclusionHashes = inclusionHashes
    self.note = note
    self.checkpoint = checkpoint
  }

  /// Decodes a header that must be canonical.
  static func decode(_ bytes: [UInt8], line: Int) throws(IndexProofFileError) -> RecordHeader {
    do throws(FormatError) {
      let header = try RecordHeader.decode(bytes.rawSpan)
      guard header.encoded() == bytes else { throw .notCanonical(structure: "header") }
      return header
    } catch {
      throw .header(error, line: line)
    }
  }

  /// N: the index record's number, and how many records it covers.
  public var indexRecord: UInt64 { checkpoint.size - 1 }
  /// The runs, in the order of their records.
  public var runs: [IndexRunCommitment] { header.content.runs }

  /// The positions in `runs` of those that cover a record at or above `since`.
  public func runNumbers(since: UInt64) -> [Int] {
    runs.indices.filter { (runs[$0].extent?.endRecord ?? 0) > since }
  }

  /// The position in `runs` of the one that covers `record`; nil if none does.
  public func runNumber(covering record: UInt64) -> Int? {
    runs.firstIndex { run in
      guard let extent = run.extent else { return false }
      return record >= extent.firstRecord && record < extent.endRecord
    }
  }

  /// Returns if the record is what every index record must be, and signed with `keys`.
  ///
  /// - Parameter keys: verifier keys of the ledger that the caller trusts. Signatures of others
  ///   are passed over; one must be by the ledger's own, whose name is the origin.
  public func check(keys: [NoteVerifierKey]) throws(IndexProofError) {
    let signatures: [NoteSignature]
    do throws(SignedNoteError) {
      signatures = try note.verify(keys: keys)
    } catch {
      throw .signature(error)
    }
    guard signatures.contains(where: { NoteKeyName.areSame($0.name, checkpoint.origin) }) else {
      throw .foreignOrigin(origin: checkpoint.origin)
    }
    guard header.index == indexRecord else {
      throw .notLastRecord(found: header.index, expected: indexRecord)
    }
    do throws(ProofError) {
      try InclusionProof(index: indexRecord, treeSize: checkpoint.size, hashes: inclusionHashes)
        .check(leafHash: MerkleHash.leaf(headerBytes), root: checkpoint.root)
    } catch {
      throw .indexInclusion(error)
    }
    try Self.checkContent(of: header)
  }

  /// What any index record must be, signed or not: of kind `index`, without entities, one part,
  /// its runs an aligned tiling of the records before it.
  public static func checkContent(of header: RecordHeader) throws(IndexProofError) {
    let content = header.content
    guard content.kind.utf8.elementsEqual("index".utf8) else {
      throw .notAnIndexRecord(kind: content.kind)
    }
    guard content.entities.isEmpty, content.part == nil else { throw .notPlain }
    do throws(IndexTilingError) {
      try IndexTiling.check(content.runs, recordCount: header.index)
    } catch {
      throw .tiling(error)
    }
  }
}
