import LedgerCryptography

/// Proof that one checkpoint of a log continues another, in one file. There is no published
/// format for this; the form follows c2sp.org/tlog-proof.
///
///     ledgerstone/consistency@v1
///     hash, base64                 <- none from size 0 or between equal sizes
///                                  <- empty line
///     the old checkpoint's note, verbatim
///                                  <- empty line
///     the new checkpoint's note, verbatim
///
/// A checkpoint has no empty lines, so its note has one, and the second one after the hashes ends
/// the old note. `encoded` of what was parsed gives the same bytes.
public struct ConsistencyProofFile: Hashable, Sendable {
  /// The sizes of both checkpoints' trees, and the hashes.
  public let proof: ConsistencyProof
  /// The earlier note; its signatures are the caller's to verify.
  public let oldNote: SignedNote
  /// The later note; its signatures are the caller's to verify.
  public let newNote: SignedNote
  /// What the earlier note says.
  public let oldCheckpoint: Checkpoint
  /// What the later note says.
  public let newCheckpoint: Checkpoint

  /// The first line.
  public static let header = "ledgerstone/consistency@v1"
  /// The most bytes of such a file.
  public static let byteCountMax = ProofFileParts.byteCountMax

  /// Puts a file together. The proof must be for the sizes of the notes' checkpoints.
  ///
  /// - Throws: `ProofFileError.checkpoint` if a note is none, `originsDiffer`, `sizesOutOfOrder`.
  public init(
    proof: ConsistencyProof, oldNote: SignedNote, newNote: SignedNote
  ) throws(ProofFileError) {
    try self.init(
      hashes: proof.hashes, old: ProofFileParts.note(oldNote.encoded[...], line: 1),
      new: ProofFileParts.note(newNote.encoded[...], line: 1))
    precondition(proof == self.proof, "proof and checkpoints are of the same trees")
  }

  /// Reads a file, strictly. Neither proof nor signatures are checked.
  public init(parsing bytes: [UInt8]) throws(ProofFileError) {
    guard bytes.count <= Self.byteCountMax else {
      throw .tooLarge(byteCount: bytes.count, limit: Self.byteCountMax)
    }
    var lines = LineCursor(bytes)
    guard let first = lines.next(), first.elementsEqual(Self.header.utf8) else {
      throw .wrongHeader(line: 1)
    }
    let hashes = try ProofFileParts.hashes(&lines)
    let oldLine = lines.line
    guard let text = lines.upToEmptyLine(), let signatures = lines.upToEmptyLine() else {
      throw .missingEmptyLine(line: lines.line)
    }
    let old = try ProofFileParts.note(
      text + [UInt8(ascii: "\n")] + signatures, line: oldLine)
    let new = try ProofFileParts.note(lines.rest, line: lines.line)
    try self.init(hashes: hashes, old: old, new: new)
  }

  private init(
    hashes: [SHA256Digest], old: (note: SignedNote, checkpoint: Checkpoint),
    new: (note: SignedNote, checkpoint: Checkpoint)
  ) throws(ProofFileError) {
    guard NoteKeyName.areSame(old.checkpoint.origin, new.checkpoint.origin) else {
      throw .originsDiffer(old: old.checkpoint.origin, new: new.checkpoint.origin)
    }
    guard old.checkpoint.size <= new.checkpoint.size else {
      throw .sizesOutOfOrder(oldSize: old.checkpoint.size, newSize: new.checkpoint.size)
    }
    (oldNote, oldCheckpoint) = old
    (newNote, newCheckpoint) = new
    proof = ConsistencyProof(
      oldSize: old.checkpoint.size, newSize: new.checkpoint.size, hashes: hashes)
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    var bytes = Array("\(Self.header)\n".utf8)
    ProofFileParts.append(proof.hashes, to: &bytes)
    bytes.append(contentsOf: oldNote.encoded)
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: newNote.encoded)
    return bytes
  }

  /// Returns if the new checkpoint's tree continues the old one's; throws otherwise. Says nothing
  /// about signatures: see `SignedNote.verify`.
  public func check() throws(ProofError) {
    try proof.check(oldRoot: oldCheckpoint.root, newRoot: newCheckpoint.root)
  }
}
