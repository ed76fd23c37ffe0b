internal import LedgerFormat
internal import SegmentStorage

/// The files under `index/`: runs, name dictionaries, and the note that closes each index record.
///
/// All of them but the notes are derived from the log; every file is written under another name,
/// synchronised and then renamed.
struct IndexFolder: Sendable {
  let path: String
  let fileSystem: any FileSystem
  let ledgerID: LedgerID

  init(_ location: LedgerLocation, _ fileSystem: any FileSystem, ledgerID: LedgerID) {
    path = location.path("index")
    self.fileSystem = fileSystem
    self.ledgerID = ledgerID
  }

  /// What lies in the folder, by name alone.
  struct Listing: Sendable {
    var runs: Set<IndexRunExtent> = []
    var names: Set<IndexRunExtent> = []
    /// Index records with a note.
    var notes: [UInt64] = []
    var temporary: [String] = []
  }

  func listing() throws(StorageError) -> Listing {
    var listing = Listing()
    // Readers do without what is no folder of the ledger; writers refuse it when they open.
    guard try fileSystem.information(path)?.kind == .directory else { return listing }
    for entry in try fileSystem.list(path) where entry.kind == .file {
      let parts = entry.name.split(separator: ".", omittingEmptySubsequences: false)
      guard let first = parts.first else { continue }
      let stem = String(first)
      switch parts.dropFirst().joined(separator: ".") {
      case "run": IndexRunExtent(name: stem).map { _ = listing.runs.insert($0) }
      case "names": IndexRunExtent(name: stem).map { _ = listing.names.insert($0) }
      case "note":
        if let record = UInt64(stem), String(record) == stem { listing.notes.append(record) }
      case "run.tmp", "names.tmp", "note.tmp": listing.temporary.append(entry.name)
      default: break
      }
    }
    listing.notes.sort()
    return listing
  }

  func run(_ extent: IndexRunExtent) throws -> RunReader {
    let source = try RunFileSource("\(path)/\(extent.runFileName)", on: fileSystem)
    let reader = try RunReader(source: source, fileByteCount: source.byteCount, ledger: ledgerID)
    guard reader.extent == extent else {
      throw FormatError.inconsistent(field: "run extent", offset: 28)
    }
    return reader
  }

  func names(_ extent: IndexRunExtent) throws -> NameDictionaryReader {
    let source = try RunFileSource("\(path)/\(extent.nameFileName)", on: fileSystem)
    let reader = try NameDictionaryReader(
      source: source, fileByteCount: source.byteCount, ledger: ledgerID)
    guard reader.extent == extent else {
      throw FormatError.inconsistent(field: "run extent", offset: 28)
    }
    return reader
  }

  /// Puts a run and its names in place; the names first, so that a run is never without.
  func write(_ extent: IndexRunExtent, run: [UInt8], names: [UInt8]) throws(StorageError) {
    try fileSystem.replaceFile(
      "\(path)/\(extent.nameFileName)", with: names, permissions: .file)
    try fileSystem.replaceFile("\(path)/\(extent.runFileName)", with: run, permissions: .file)
  }

  func remove(_ extent: IndexRunExtent) throws(StorageError) {
    // The run first: names without a run are never read.
    for name in [extent.runFileName, extent.nameFileName] {
      if try fileSystem.information("\(path)/\(name)") != nil {
        try fileSystem.remove("\(path)/\(name)")
      }
    }
  }

  func notePath(_ record: UInt64) -> String { "\(path)/\(record).note" }
}
