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
  /// - Parameter path: an absolute path of a folder that is empty or not there.
  /// - Throws: `noCheckpoint`, `alreadyExists`, `corrupt`, `storage`.
  public func exportTiles(to path: String) throws(LedgerError) {
    let note = try newestNote()
    let tree = try tree(of: note)
    try translatingErrors {
      if try fileSystem.information(path) != nil, try !fileSystem.list(path).isEmpty {
        throw LedgerError(.alreadyExists, "\(path) is not empty")
      }
      var writer = TileWriter(root: path, fileSystem: fileSystem)
      try writer.makeFolder(path)
      try writeTiles(tree, size: note.checkpoint.size, &writer)
      try writeEntries(size: note.checkpoint.size, &writer)
      try fileSystem.replaceFile(
        path + "/checkpoint", with: note.bytes, permissions: .file)
    }
  }

  private func writeTiles(
    _ tree: AnyNodeHashReader, size: UInt64, _ writer: inout TileWriter
  ) throws {
    for level in 0...Tiles.levelMax {
      var index: UInt64 = 0
      while let tile = Tiles.tile(level: level, index: index, treeSize: size) {
        let nodes = (0..<UInt64(tile.width)).map {
          TreeCoordinate(
            level: level * Tiles.height, index: index * UInt64(Tiles.width) + $0)
        }
        var bytes: [UInt8] = []
        for hash in try tree.hashes(at: nodes) { hash.append(to: &bytes) }
        try writer.write(bytes, to: tile.path)
        index += 1
      }
      if index == 0 { return }
    }
  }

  private func writeEntries(size: UInt64, _ writer: inout TileWriter) throws {
    var bundle: [UInt8] = []
    try log.forEachHeader(in: 0..<size) { index, header, _ in
      EntryBundle.append(header.copied(), to: &bundle)
      let width = Int(index % UInt64(Tiles.width)) + 1
      guard width == Tiles.width || index == size - 1 else { return }
      let coordinate = EntryBundleCoordinate(
        index: index / UInt64(Tiles.width), width: width)
      try writer.write(bundle, to: coordinate.path)
      bundle.removeAll(keepingCapacity: true)
    }
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
