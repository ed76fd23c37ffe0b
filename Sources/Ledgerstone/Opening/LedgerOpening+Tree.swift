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

  /// The tree under `note` as the records give it that are there; changes nothing.
  ///
  /// Costs what opening costs anyway: the headers between the last segment's end and the note, on
  /// all processors. A note inside the segments is looked up in the tree files, which below there
  /// never change.
  ///
  /// - Throws: `forked` if the records are not those that were signed.
  func signedFrontier(
    _ reader: LogReader, _ note: LedgerNote?
  ) throws(LedgerError) -> TreeFrontier {
    guard let note else { return TreeFrontier() }
    let (size, root) = (note.checkpoint.size, note.checkpoint.root)
    let sealedSize = reader.segments.last?.endRecord ?? 0
    if size < sealedSize, let kept = try? frontier(at: size, treeSize: sealedSize),
      kept.root == root
    {
      return kept
    }
    return try translatingErrors {
      func derived(after segment: SealedSegment?) throws -> TreeFrontier? {
        let start = segment?.endRecord ?? 0
        guard var frontier = TreeFrontier(size: start, hashes: segment?.chain.frontier ?? [])
        else { return nil }
        try reader.forEachLeafRun(in: start..<size) { frontier.append($0) }
        return frontier
      }
      let segment = reader.segments.last { $0.endRecord <= size }
      if let frontier = try derived(after: segment), frontier.root == root { return frontier }
      // The footers may be wrong where the records are right.
      let found = try derived(after: nil)
      if let found, found.root == root { return found }
      throw LedgerError(
        .forked,
        "\(location.directory) does not hold the records its key signed: the root at size "
          + "\(size) is \(found.map { "\($0.root)" } ?? "unknown"), the newest note says "
          + "\(root). It can be read but not appended to")
    }
  }

  /// The tree of all records. Where the files do not give the root of `note`, which the records
  /// gave, they are derived again.
  ///
  /// - Parameter signed: the tree under `note`.
  func checkedTree(
    _ recovered: RecoveredLog, _ note: LedgerNote?, _ signed: TreeFrontier
  ) throws(LedgerError) -> TreeState {
    let state = try translatingErrors { try treeState(recovered, signed) }
    guard let note else { return state }
    let size = note.checkpoint.size
    if let kept = try? frontier(at: size, treeSize: state.frontier.size), kept == signed {
      return state
    }
    return try translatingErrors {
      try state.files.close()
      var rebuilt = try rebuiltTreeState(recovered)
      rebuilt.remarks.insert(contentsOf: state.remarks, at: 0)
      return rebuilt
    }
  }

  /// The first `size` leaves' frontier, out of the files of a tree of `treeSize` leaves.
  private func frontier(at size: UInt64, treeSize: UInt64) throws -> TreeFrontier {
    try TreeFrontier(
      size: size,
      reading: TileNodeHashReader(
        source: TreeFileReader(
          directory: location.path("tree"), fileSystem: options.fileSystem),
        treeSize: treeSize))
  }

  /// Derives the tree files from the log, from its beginning.
  private func rebuiltTreeState(_ recovered: RecoveredLog) throws -> TreeState {
    var frontier = TreeFrontier()
    let files = try TreeFiles(
      directory: location.path("tree"), size: 0, on: options.fileSystem)
    try derive(from: 0, recovered, &frontier, files)
    try files.cut()
    try files.synchronize()
    return TreeState(
      files: files, frontier: frontier,
      remarks: ["the tree files were incomplete or damaged and were derived from the log again"])
  }

  /// Opens the tree files; what an unclean close may have left stale is derived again.
  private func treeState(
    _ recovered: RecoveredLog, _ signed: TreeFrontier
  ) throws -> TreeState {
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
      try files.cut()
      // What lies below the newest note was hashed before.
      if signed.size > sealedSize { frontier = signed }
      try recovered.reader.forEachLeafRun(in: frontier.size..<recovered.nextRecord) {
        frontier.append($0)
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
      try files.cut()
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
    // By level, what is not written yet.
    var pending: [[SHA256Digest]] = []
    var failure: (any Error)?
    func flush() throws {
      for (level, hashes) in pending.enumerated() {
        try files.append(hashes, level: level)
        pending[level].removeAll(keepingCapacity: true)
      }
    }
    func add(_ hashes: some Sequence<SHA256Digest>, level: Int) {
      while pending.count <= level { pending.append([]) }
      pending[level].append(contentsOf: hashes)
    }
    try recovered.reader.forEachLeafRun(in: start..<recovered.nextRecord) { run in
      guard failure == nil else { return }
      add(run.leaves, level: 0)
      frontier.append(run) { level, hash in add(CollectionOfOne(hash), level: level / 8) }
      guard pending[0].count >= 65_536 else { return }
      do { try flush() } catch { failure = error }
    }
    if let failure { throw failure }
    try flush()
  }
}
