internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage

/// The files under `keys/`: for each `key/rotated` record the note that hands over.
///
/// The names tell where those records are; what they say comes from the records themselves.
struct KeyFolder: Sendable {
  let path: String
  let fileSystem: any FileSystem

  init(_ location: LedgerLocation, _ fileSystem: any FileSystem) {
    path = location.path("keys")
    self.fileSystem = fileSystem
  }

  func notePath(_ record: UInt64) -> String { "\(path)/\(record).note" }

  /// Keeps the note that hands over, durably.
  func write(_ note: [UInt8], of record: UInt64) throws(StorageError) {
    try fileSystem.makeDurableDirectory(path, permissions: .directory)
    try fileSystem.replaceFile(notePath(record), with: note, permissions: .file)
  }

  /// The records that have a note, ascending.
  func records() throws(StorageError) -> [UInt64] {
    guard try fileSystem.information(path) != nil else { return [] }
    return try fileSystem.list(path).compactMap { entry in
      guard entry.kind == .file, entry.name.hasSuffix(".note") else { return nil }
      let stem = entry.name.dropLast(".note".utf8.count)
      return UInt64(stem).flatMap { String($0) == stem ? $0 : nil }
    }.sorted()
  }

  /// The keys in the order of the records of `reader` that have a note, and of its last record,
  /// whose note a crash may have kept from being written.
  func succession(
    from first: NoteVerifierKey, _ reader: LogReader
  ) throws(LedgerError) -> KeySuccession {
    try translatingErrors {
      var places = Set(try records().filter { $0 < reader.endRecord })
      if reader.endRecord > 0 { places.insert(reader.endRecord - 1) }
      var succession = KeySuccession(first: first)
      for record in places.sorted() {
        let stored = try reader.header(at: record)
        let bytes = stored.bytes
        Self.take(try RecordHeader.decode(bytes.rawSpan), into: &succession)
      }
      return succession
    }
  }

  /// The same by reading every header: where notes are missing.
  static func derivedSuccession(
    from first: NoteVerifierKey, _ reader: LogReader
  ) throws(LedgerError) -> KeySuccession {
    try translatingErrors {
      var succession = KeySuccession(first: first)
      try reader.forEachHeader(in: 0..<reader.endRecord) { _, bytes, _ in
        take(try RecordHeader.decode(bytes), into: &succession)
      }
      return succession
    }
  }

  /// A record that does not continue the succession is left to `verify`: nothing is signed with
  /// what it names.
  private static func take(_ header: RecordHeader, into succession: inout KeySuccession) {
    guard header.content.kind == KeyRotation.kind else { return }
    try? succession.accept(header.content, at: header.index)
  }
}
