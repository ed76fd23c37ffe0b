internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage

extension LedgerReader {
  /// A `c2sp.org/tlog-proof@v1` file: that record `index` is under the newest checkpoint.
  ///
  /// - Throws: `noCheckpoint`; `notFound` if the checkpoint does not cover the record; `corrupt`.
  public func inclusionProof(at index: UInt64) throws(LedgerError) -> [UInt8] {
    let note = try newestNote()
    let size = note.checkpoint.size
    guard index < size else {
      let hint =
        index < self.size
        ? "sign a new one with: ledgerstone checkpoint \(location.directory)"
        : "the ledger has \(counted(self.size, "record"))"
      throw LedgerError(
        .notFound,
        "the newest checkpoint covers \(counted(size, "record")), not record \(index); \(hint)")
    }
    return try withTree(of: note) { tree in
      // As the tree has it: what is proved is what was signed, whatever became of the record since.
      let leafHash = try tree.hashes(at: [TreeCoordinate(level: 0, index: index)])[0]
      let proof = try InclusionProof.make(index: index, treeSize: size, reader: tree)
      try proof.check(leafHash: leafHash, root: note.checkpoint.root)
      return try InclusionProofFile(proof: proof, note: note.note).encoded
    }
  }

  /// A `ledgerstone/consistency@v1` file: that the newest checkpoint extends `old`.
  ///
  /// - Parameter old: a signed checkpoint of this ledger, saved earlier.
  /// - Throws: `noCheckpoint`; `invalid` if `old` is no checkpoint of this ledger; `forked` if it
  ///   is one, but of another history.
  public func consistencyProof(since old: [UInt8]) throws(LedgerError) -> [UInt8] {
    let note = try newestNote()
    let saved = try LedgerNote(
      old, keys: keys, origin: identity.origin, name: "the saved checkpoint", code: .invalid)
    guard saved.checkpoint.size <= note.checkpoint.size else {
      throw LedgerError(
        .forked,
        "the saved checkpoint covers \(saved.checkpoint.size) records, the newest here only "
          + "\(note.checkpoint.size): this ledger was rolled back")
    }
    return try withTree(of: note) { tree in
      let frontier = try TreeFrontier(size: saved.checkpoint.size, reading: tree)
      guard frontier.root == saved.checkpoint.root else {
        throw LedgerError(
          .forked,
          "this ledger is not the one that signed the saved checkpoint: the roots at size "
            + "\(saved.checkpoint.size) differ")
      }
      let proof = try ConsistencyProof.make(
        oldSize: saved.checkpoint.size, newSize: note.checkpoint.size, reader: tree)
      try proof.check(oldRoot: saved.checkpoint.root, newRoot: note.checkpoint.root)
      return try ConsistencyProofFile(proof: proof, oldNote: saved.note, newNote: note.note)
        .encoded
    }
  }

  /// The published note, verified with the ledger's own keys.
  func newestNote() throws(LedgerError) -> LedgerNote {
    // This snapshot's checkpoint never changes.
    if let known = proofs.note { return known }
    guard let checkpoint else {
      throw LedgerError(.noCheckpoint, "\(location.directory) has no checkpoint yet")
    }
    let note = try LedgerNote(
      checkpoint, keys: keys, origin: identity.origin, name: location.path("checkpoint"),
      code: .corrupt)
    guard note.checkpoint.size <= size else {
      if let damage = log.damage { throw LedgerError(damage) }
      throw LedgerError(
        .corrupt,
        "the checkpoint covers \(counted(note.checkpoint.size, "record")), but only \(size) "
          + (size == 1 ? "is here" : "are here"))
    }
    proofs.remember(note)
    return note
  }

  /// Proves something with the tree under `note`: by the tree files, or where these do not give
  /// what `body` accepts, by a tree derived from the log in memory, as a reader does not write.
  func withTree<Value>(
    of note: LedgerNote, _ body: (AnyNodeHashReader) throws -> Value
  ) throws(LedgerError) -> Value {
    let files = FoldedTileReader(
      source: TreeFileReader(directory: location.path("tree"), fileSystem: fileSystem),
      treeSize: note.checkpoint.size, cache: proofs)
    if let value = try? body(AnyNodeHashReader(files)) { return value }
    proofs.forgetTiles()
    let derived = try derivedTree(of: note)
    return try translatingErrors { try body(derived) }
  }

  /// The tree under `note`, from the log: 32 bytes of memory per record.
  private func derivedTree(of note: LedgerNote) throws(LedgerError) -> AnyNodeHashReader {
    let size = note.checkpoint.size
    var tiles = MemoryTiles()
    var frontier = TreeFrontier()
    try translatingErrors {
      try log.forEachHeader(in: 0..<size) { _, _, leafHash in
        tiles.append(level: 0, leafHash)
        frontier.append(leafHash) { level, _, hash in
          if level.isMultiple(of: 8) { tiles.append(level: level / 8, hash) }
        }
      }
    }
    guard frontier.root == note.checkpoint.root else {
      throw LedgerError(
        .corrupt,
        "the records do not give the checkpoint's root; run: ledgerstone verify "
          + location.directory)
    }
    return AnyNodeHashReader(TileNodeHashReader(source: tiles, treeSize: size))
  }
}

/// Node hashes from wherever the tree is.
struct AnyNodeHashReader: NodeHashReader {
  private let base: any NodeHashReader

  init(_ base: any NodeHashReader) { self.base = base }

  func hashes(at coordinates: [TreeCoordinate]) throws -> [SHA256Digest] {
    try base.hashes(at: coordinates)
  }
}
