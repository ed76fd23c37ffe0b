internal import LedgerCryptography
internal import LedgerFormat
internal import SegmentStorage

/// What an opening finds under `index/`, and what it throws away because it cannot be used.
struct IndexOpening {
  let folder: IndexFolder
  /// Everything durable.
  let reader: LogReader
  /// Records under the published checkpoint. To what reaches above it nobody holds a damaged file
  /// yet, but the next checkpoint would cover it.
  let publishedSize: UInt64

  struct Found: Sendable {
    let folder: IndexFolder
    var catalog = IndexCatalog()
    var tails: Set<IndexRunExtent> = []
    /// The runs of the newest index record, and what it commits to.
    var listed: [IndexRunExtent: IndexRunCommitment] = [:]
    var isLastRecordIndex = false
    var remarks: [String] = []
  }

  /// Removes temporary files and runs that are damaged, another ledger's, beyond the log or not
  /// what the newest index record commits to; they are built again.
  ///
  /// - Complexity: reads the ends of the files, and all of those that reach above the published
  ///   checkpoint.
  func run() throws(LedgerError) -> Found {
    try translatingErrors {
      let fileSystem = folder.fileSystem
      try fileSystem.makeDurableDirectory(folder.path, permissions: .directory)
      let listing = try folder.listing()
      for name in listing.temporary { try fileSystem.remove("\(folder.path)/\(name)") }
      var found = Found(folder: folder)
      try readNewestRecord(listing, into: &found)
      for extent in listing.runs.sorted(by: { $0.firstRecord < $1.firstRecord }) {
        guard let commitment = usableCommitment(extent, listing, found.listed[extent]) else {
          found.remarks.append(
            "index/\(extent.runFileName) could not be used and is built again")
          try folder.remove(extent)
          continue
        }
        if extent.isFull { found.catalog.insert(commitment) } else { found.tails.insert(extent) }
      }
      for extent in listing.names.subtracting(listing.runs) { try folder.remove(extent) }
      return found
    }
  }

  /// What the run's footer says; nil if it cannot be used.
  private func usableCommitment(
    _ extent: IndexRunExtent, _ listing: IndexFolder.Listing, _ committed: IndexRunCommitment?
  ) -> IndexRunCommitment? {
    guard extent.endRecord <= reader.endRecord, listing.names.contains(extent),
      let run = try? folder.run(extent), let names = try? folder.names(extent),
      committed == nil || run.commitment == committed
    else { return nil }
    if extent.endRecord > publishedSize {
      do {
        try run.check()
        try names.check()
      } catch {
        return nil
      }
    }
    return run.commitment
  }

  private func readNewestRecord(_ listing: IndexFolder.Listing, into found: inout Found) throws {
    guard reader.endRecord > 0 else { return }
    let last = reader.endRecord - 1
    let newest = try content(last)
    found.isLastRecordIndex = newest.kind == LedgerRecords.indexKind
    let record = found.isLastRecordIndex ? last : listing.notes.last { $0 < last }
    guard let record else { return }
    found.listed = try (record == last ? newest : content(record)).runsByExtent
  }

  private func content(_ record: UInt64) throws -> RecordContent {
    let stored = try reader.header(at: record)
    let bytes = stored.bytes
    return try RecordHeader.decode(bytes.rawSpan).content
  }
}
