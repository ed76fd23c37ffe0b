internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage

extension LedgerReader {
  /// Writes the ledger as a static C2SP tlog-tiles folder: `checkpoint`, `tile/<level>/…` and
  /// `tile/entries/…`, with the partial tiles of the newest checkpoint's tree.
  ///
  /// Bodies are not part of it: what it holds may be published. `checkpoint` is written last.
  ///
  /// - Parameter path: an absolute path of a folder that is empty or not there, outside the ledger
  ///   and its vault.
  /// - Throws: `invalid`, `noCheckpoint`, `alreadyExists`, `corrupt`, `storage`. What was written
  ///   until then is removed again.
  public func exportTiles(to path: String) throws(LedgerError) {
    guard !location.contains(path) else {
      throw LedgerError(.invalid, "\(path) lies in the ledger or its vault")
    }
    let note = try newestNote()
    try translatingErrors {
      let isThere = try fileSystem.information(path) != nil
      if isThere, case let names = try fileSystem.list(path).map(\.name), !names.isEmpty {
        throw LedgerError(
          .alreadyExists,
          "\(path) is not empty"
            + (names == ["tile"]
              ? "; it has tiles but no checkpoint, as an export leaves that was interrupted" : ""))
      }
      do {
        try writeTiles(under: note, to: path)
      } catch {
        // The first failure is the one to report.
        try? fileSystem.removeFolder(isThere ? path + "/tile" : path)
        throw error
      }
    }
  }

  private func writeTiles(under note: LedgerNote, to path: String) throws {
    var writer = TileWriter(root: path, fileSystem: fileSystem)
    try writer.makeFolder(path)
    let root = try writeTiles(size: note.checkpoint.size, &writer)
    guard root == note.checkpoint.root else {
      throw LedgerError(
        .corrupt,
        "the records do not give the checkpoint's root; run: ledgerstone verify "
          + location.directory)
    }
    try fileSystem.replaceFile(
      path + "/checkpoint", with: note.bytes, permissions: .file)
  }

  /// Writes the tiles of the first `size` records in one pass over the log, in bounded memory.
  ///
  /// The tree files are not asked: what is published follows from the records alone.
  ///
  /// - Returns: the tree's root.
  private func writeTiles(size: UInt64, _ writer: inout TileWriter) throws -> SHA256Digest {
    var frontier = TreeFrontier()
    var levels: [TileLevel] = []
    var bundle: [UInt8] = []
    func add(_ hash: SHA256Digest, level: Int) throws {
      if level == levels.count { levels.append(TileLevel()) }
      guard let full = levels[level].append(hash) else { return }
      let tile = TileCoordinate(level: level, index: full.index, width: Tiles.width)
      try writer.write(full.bytes, to: tile.path)
    }
    try log.forEachHeader(in: 0..<size) { index, header, leafHash in
      var complete = [leafHash]
      frontier.append(leafHash) { level, _, hash in
        if level.isMultiple(of: Tiles.height) { complete.append(hash) }
      }
      for (level, hash) in complete.enumerated() { try add(hash, level: level) }
      EntryBundle.append(header.copied(), to: &bundle)
      let width = Int(index % UInt64(Tiles.width)) + 1
      guard width == Tiles.width || index == size - 1 else { return }
      let coordinate = EntryBundleCoordinate(
        index: index / UInt64(Tiles.width), width: width)
      try writer.write(bundle, to: coordinate.path)
      bundle.removeAll(keepingCapacity: true)
    }
    for (number, level) in levels.enumerated() where level.width > 0 {
      let tile = TileCoordinate(level: number, index: level.index, width: level.width)
      try writer.write(level.bytes, to: tile.path)
    }
    return frontier.root
  }
}

/// The tile being filled of one level.
private struct TileLevel {
  var index: UInt64 = 0
  var bytes: [UInt8] = []
  var width: Int { bytes.count / SHA256Digest.byteCount }

  /// Adds a hash; gives the tile if that filled it, and begins the next.
  mutating func append(_ hash: SHA256Digest) -> (index: UInt64, bytes: [UInt8])? {
    hash.append(to: &bytes)
    guard width == Tiles.width else { return nil }
    defer {
      index += 1
      bytes.removeAll(keepingCapacity: true)
    }
    return (index, bytes)
  }
}

/// Writes files below a folder, making the folders between.
private struct TileWriter {
  let root: String
  let fileSystem: any FileSystem
  private var known: Set<String> = []

  init(root: String, fileSystem: any FileSystem) {
    self.root = root
    self.fileSystem = fileSystem
  }

  mutating func makeFolder(_ path: String) throws {
    guard path != "/", !known.contains(path) else { return }
    if try fileSystem.information(path) == nil {
      try makeFolder(fileSystem.parent(of: path))
      try fileSystem.makeDirectory(path, permissions: .directory)
    }
    known.insert(path)
  }

  mutating func write(_ bytes: [UInt8], to relative: String) throws {
    let path = root + "/" + relative
    try makeFolder(fileSystem.parent(of: path))
    try fileSystem.withFile(path, .createNew(permissions: .file)) {
      file throws(StorageError) in
      try file.write(bytes, at: 0)
    }
  }
}
