internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage

/// The tree at an opening: taken from its files, or derived from the log again.
extension LedgerOpening {
  struct TreeState: Sendable {
    var files: TreeFiles
    var frontier: TreeFrontier
    var remarks: [String]
  }

  /// The tree of all records, and its state at `note`, which must be the one that was signed.
  ///
  /// Where the files do not give the signed root, the log decides: they are derived data.
  ///
  /// - Throws: `forked` if the log does not give it either.
  func checkedTree(
    _ recovered: RecoveredLog, _ note: LedgerNote?
  ) throws(LedgerError) -> (TreeState, signed: TreeFrontier) {
    let state = try translatingErrors { try treeState(recovered) }
    guard let note else { return (state, TreeFrontier()) }
    if let signed = try? frontier(at: note.checkpoint.size, state),
      signed.root == note.checkpoint.root
    {
      return (state, signed)
    }
    return try translatingErrors {
      try state.files.close()
      var rebuilt = try rebuiltTreeState(recovered)
      rebuilt.remarks.insert(contentsOf: state.remarks, at: 0)
      let signed = try frontier(at: note.checkpoint.size, rebuilt)
      guard signed.root == note.checkpoint.root else {
        throw LedgerError(
          .forked,
          "\(location.directory) does not hold the records its key signed: the root at size "
            + "\(note.checkpoint.size) is \(signed.root), the newest note says "
            + "\(note.checkpoint.root). It can be read but not appended to")
      }
      return (rebuilt, signed)
    }
  }

  /// The first `size` leaves' frontier, out of the tree files.
  private func frontier(at size: UInt64, _ state: TreeState) throws -> TreeFrontier {
    try TreeFrontier(
      size: size,
      reading: TileNodeHashReader(
        source: TreeFileReader(
          directory: location.path("tree"), fileSystem: options.fileSystem),
        treeSize: state.frontier.size))
  }

  /// Removes the tree files and derives them from the log.
  private func rebuiltTreeState(_ recovered: RecoveredLog) throws -> TreeState {
    var frontier = TreeFrontier()
    let files = try TreeFiles(
      directory: location.path("tree"), size: 0, on: options.fileSystem)
    try derive(from: 0, recovered, &frontier, files)
    try files.synchronize()
    return TreeState(
      files: files, frontier: frontier,
      remarks: ["the tree files were incomplete or damaged and were derived from the log again"])
  }

  /// Opens the tree files; what an unclean close may have left stale is derived again.
  private func treeState(_ recovered: RecoveredLog) throws -> TreeState {
    let directory = location.path("tree")
    let segment = recovered.segments.last
    let sealedSize = segment?.endRecord ?? 0
    guard
      var frontier = TreeFrontier(size: sealedSize, hashes: segment?.chain.frontier ?? [])
    else { throw LedgerError(.corrupt, "a sealed segment's tree state is impossible") }
    var remarks: [String] = []
    if recovered.outcome == .clean,
      let files = try? TreeFiles(
        directory: directory, size: recovered.nextRecord, on: options.fileSystem)
    {
      try recovered.reader.forEachHeader(in: sealedSize..<recovered.nextRecord) {
        frontier.append($2)
      }
      return TreeState(files: files, frontier: frontier, remarks: [])
    }
    if case .unclean(let tornByteCount, let path?) = recovered.outcome, tornByteCount > 0 {
      remarks.append(
        "\(tornByteCount) bytes of an append that was never acknowledged were cut off and kept "
          + "in \(path)")
    }
    do {
      let files = try TreeFiles(directory: directory, size: sealedSize, on: options.fileSystem)
      try derive(from: sealedSize, recovered, &frontier, files)
      try files.synchronize()
      return TreeState(files: files, frontier: frontier, remarks: remarks)
    } catch is TreeFilesError {
      var rebuilt = try rebuiltTreeState(recovered)
      rebuilt.remarks += remarks
      return rebuilt
    }
  }

  /// Appends the hashes of all records from `start` on to the tree files, in bounded memory.
  private func derive(
    from start: UInt64, _ recovered: RecoveredLog, _ frontier: inout TreeFrontier,
    _ files: TreeFiles
  ) throws {
    var pending = PendingGroup()
    func flush() throws {
      for (level, hashes) in pending.treeHashes.enumerated() {
        try files.append(hashes, level: level)
      }
      pending.begin(firstRecord: 0, recordedTime: Timestamp(microseconds: 0))
    }
    try recovered.reader.forEachHeader(in: start..<recovered.nextRecord) { index, _, leafHash in
      pending.add(hash: leafHash, level: 0)
      frontier.append(leafHash) { level, _, hash in
        if level.isMultiple(of: 8) { pending.add(hash: hash, level: level / 8) }
      }
      if index % 65_536 == 65_535 { try flush() }
    }
    try flush()
  }
}
