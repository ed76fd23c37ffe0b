internal import LedgerCryptography
internal import LedgerFormat
internal import SegmentStorage

/// Looks through every file of ledger and vault, decompressed, for identifiers.
///
/// The bodies sealed for other subjects are ciphertext and stay unread: what one person says about
/// another belongs to the first.
struct ResidualScan {
  private(set) var records: Set<UInt64> = []
  private(set) var files: [String] = []
  private let search: IdentifierSearch

  init(
    _ search: IdentifierSearch, _ log: LogReader, _ location: LedgerLocation,
    _ fileSystem: any FileSystem
  ) throws(LedgerError) {
    self.search = search
    guard !search.isEmpty else { return }
    var found: Set<UInt64> = []
    var failure: (any Error)?
    do {
      try log.forEachHeader(in: 0..<log.endRecord) { index, bytes, _ in
        let isFound =
          search.isFound(in: bytes, isText: false)
          || search.tokenCount > 0
            && HeaderTexts.contain(bytes) { search.isFound(in: $0, isText: true) }
        if isFound { found.insert(index) }
      }
      try log.forEachBody { slot, bytes in
        guard search.isFound(in: bytes, isText: true), try !Self.isSealed(slot, log) else {
          return
        }
        found.insert(slot.record)
      }
      for folder in [location.directory, location.vault] {
        try scan(folder, isTop: folder == location.directory, isText: true, fileSystem)
      }
    } catch { failure = error }
    if let failure { try translatingErrors { throw failure } }
    records = found
  }

  /// Whether a body is ciphertext, in which anything stands by chance alone.
  private static func isSealed(_ slot: BodySlot, _ log: LogReader) throws -> Bool {
    let header = try log.header(at: slot.record)
    let bytes = header.bytes
    let bodies = try RecordHeader.decode(bytes.rawSpan).content.bodies
    return slot.body < UInt64(bodies.count) && bodies[Int(slot.body)].tag != nil
  }

  /// The files of a folder that are stored as they are; those of the log were looked through block
  /// by block.
  ///
  /// - Parameter isText: false where a file holds hashes, and names that the headers have too.
  private mutating func scan(
    _ folder: String, isTop: Bool, isText: Bool, _ fileSystem: any FileSystem
  ) throws(StorageError) {
    for entry in try fileSystem.list(folder) {
      let path = folder + "/" + entry.name
      switch entry.kind {
      case .directory:
        if isTop, entry.name == "log" || entry.name == "bodies" { continue }
        let isDerived = isTop && (entry.name == "tree" || entry.name == "index")
        try scan(path, isTop: false, isText: isText && !isDerived, fileSystem)
      case .file:
        if isTop, entry.name == "active" || entry.name == "active.sealing" { continue }
        if try isFound(in: path, isText: isText, fileSystem) { files.append(path) }
      case .symbolicLink, .other: break
      }
    }
  }

  private func isFound(
    in path: String, isText: Bool, _ fileSystem: any FileSystem
  ) throws(StorageError) -> Bool {
    do throws(StorageError) {
      return try fileSystem.withFile(path, .readOnly) { file throws(StorageError) in
        let size = try file.size()
        let stepByteCount = 1 << 20
        var offset = 0
        while offset < size {
          // Windows overlap, so that nothing hides on their border.
          let count = min(size - offset, stepByteCount + search.overlapByteCount)
          let bytes = try file.bytes(count: count, at: offset)
          if search.isFound(in: bytes.rawSpan, isText: isText) { return true }
          offset += stepByteCount
        }
        return false
      }
    } catch {
      // Tree files, runs and temporary files come and go while others write.
      if error.isNotFound || error.isEndOfFile { return false }
      throw error
    }
  }
}
