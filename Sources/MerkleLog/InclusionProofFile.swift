public import LedgerCryptography

/// Proof that an entry is in a log, in one file that needs no log to check
/// (c2sp.org/tlog-proof@v1).
///
///     c2sp.org/tlog-proof@v1
///     extra base64                 <- only if there is extra data
///     index decimal
///     hash, base64                 <- as many as the proof has
///                                  <- empty line
///     the checkpoint's note, verbatim
///
/// `encoded` of what was parsed gives the same bytes.
public struct InclusionProofFile: Hashable, Sendable {
  /// Opaque bytes that nothing authenticates; nil if there are none.
  public let extra: [UInt8]?
  /// Index, size of the checkpoint's tree, and hashes.
  public let proof: InclusionProof
  /// The note; its signatures are the caller's to verify.
  public let note: SignedNote
  /// What the note says.
  public let checkpoint: Checkpoint

  /// The first line.
  public static let header = "c2sp.org/tlog-proof@v1"
  /// The most bytes of such a file.
  public static let byteCountMax = ProofFileParts.byteCountMax

  /// Puts a file together. The proof must be for the size of the note's checkpoint.
  ///
  /// - Throws: `ProofFileError.checkpoint` if the note is none, `indexBeyondSize`.
  public init(
    extra: [UInt8]? = nil, proof: InclusionProof, note: SignedNote
  ) throws(ProofFileError) {
    let checkpoint: Checkpoint
    do throws(CheckpointError) {
      checkpoint = try Checkpoint(parsing: note.text)
    } catch {
      throw .checkpoint(error, line: 1)
    }
    precondition(proof.treeSize == checkpoint.size, "proof and checkpoint are of one tree")
    precondition(extra?.isEmpty != true, "no extra data is nil")
    guard proof.index < proof.treeSize else {
      throw .indexBeyondSize(index: proof.index, treeSize: proof.treeSize)
    }
    self.extra = extra
    self.proof = proof
    self.note = note
    self.checkpoint = checkpoint
  }

  /// Reads a file, strictly. Neither proof nor signature is checked.
  public init(parsing bytes: [UInt8]) throws(ProofFileError) {
    guard bytes.count <= Self.byteCountMax else {
      throw .tooLarge(byteCount: bytes.count, limit: Self.byteCountMax)
    }
    var lines = LineCursor(bytes)
    guard let first = lines.next(), first.elementsEqual(Self.header.utf8) else {
      throw .wrongHeader(line: 1)
    }
    var line = lines.line
    var content = lines.next()
    if let text = content, text.starts(with: Array("extra ".utf8)) {
      guard let value = Base64.decode(text.dropFirst(6)), !value.isEmpty else {
        throw .malformedExtra(line: line)
      }
      extra = value
      line = lines.line
      content = lines.next()
    } else {
      extra = nil
    }
    guard let text = content, text.starts(with: Array("index ".utf8)),
      let index = CanonicalDecimal.parse(text.dropFirst(6))
    else { throw .malformedIndex(line: line) }
    let hashes = try ProofFileParts.hashes(&lines)
    (note, checkpoint) = try ProofFileParts.note(lines.rest, line: lines.line)
    guard index < checkpoint.size else {
      throw .indexBeyondSize(index: index, treeSize: checkpoint.size)
    }
    proof = InclusionProof(index: index, treeSize: checkpoint.size, hashes: hashes)
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    var bytes = Array("\(Self.header)\n".utf8)
    if let extra { bytes.append(contentsOf: "extra \(Base64.encode(extra))\n".utf8) }
    bytes.append(contentsOf: "index \(proof.index)\n".utf8)
    ProofFileParts.append(proof.hashes, to: &bytes)
    bytes.append(contentsOf: note.encoded)
    return bytes
  }

  /// Returns if the leaf with `leafHash` is in the tree of the checkpoint; throws otherwise. Says
  /// nothing about signatures: see `note.verify`.
  public func check(leafHash: SHA256Digest) throws(ProofError) {
    try proof.check(leafHash: leafHash, root: checkpoint.root)
  }
}
