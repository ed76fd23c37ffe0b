internal import LedgerFormat
internal import SegmentStorage

/// Builds entity runs as the log grows. Used by one thread at a time.
///
/// Runs are derived data: where one cannot be written, the failure is remembered and said, appends
/// go on, and the next opening builds what is missing.
final class Indexer {
  /// Records beyond the last run file from which a clean close writes a tail file.
  static let tailRecordCountMin: UInt64 = 4_096

  let folder: IndexFolder
  private(set) var catalog: IndexCatalog
  private var builder: RunBuilder
  /// Tail files in the folder.
  private var tails: Set<IndexRunExtent>
  /// Those among them that were found, and that the newest index record does not list.
  private var foundTails: Set<IndexRunExtent>
  /// What the newest index record commits to: these files stay.
  private var listed: Set<IndexRunExtent>
  /// Where a tail ends that the newest index record lists and whose file is missing.
  private var missingTailEnd: UInt64?
  /// Full runs that were found, and that neither this indexer derived from the log nor an index
  /// record lists; and what was merged of them.
  private var unconfirmed: Set<IndexRunExtent>
  /// Goes up when runs are let go, so that a merge of them does not come back.
  private var generation = 0
  /// Why nothing is indexed any more until the ledger is opened again.
  private(set) var failure: LedgerError?

  /// - Parameters:
  ///   - catalog: the full runs that are there and can be read.
  ///   - listed: the runs of the newest index record.
  init(
    folder: IndexFolder, catalog: IndexCatalog, tails: Set<IndexRunExtent>,
    listed: Set<IndexRunExtent>
  ) {
    self.folder = folder
    self.catalog = catalog
    self.tails = tails
    self.listed = listed
    unconfirmed = Set(catalog.runs.keys).subtracting(listed)
    foundTails = tails.subtracting(listed)
    builder = RunBuilder(firstRecord: catalog.coveredEnd())
    missingTailEnd =
      listed.filter {
        !$0.isFull && $0.firstRecord == builder.firstRecord && !tails.contains($0)
      }.map(\.endRecord).max()
  }

  /// The record that is indexed next.
  var nextRecord: UInt64 { builder.nextRecord }

  /// Takes the headers of a durable group, unless the index is behind it.
  func take(_ group: RawGroup) {
    guard failure == nil, group.firstRecord == nextRecord else { return }
    remembering {
      try group.forEachHeaderEntry { entry in
        try builder.append(entry: entry)
        try writeIfDue()
      }
    }
  }

  /// Takes headers from the log until the current run is full or `reader` ends.
  ///
  /// - Returns: whether more records are there to be taken.
  func catchUp(_ reader: LogReader) -> Bool {
    guard failure == nil, nextRecord < reader.endRecord else { return false }
    let runEnd = builder.firstRecord + UInt64(FormatLimits.runRecordCount)
    let end = min(runEnd, reader.endRecord)
    remembering {
      try reader.forEachHeader(in: nextRecord..<end) { _, header, _ in
        try builder.append(header: header)
        try writeIfDue()
      }
    }
    return failure == nil && nextRecord < reader.endRecord
  }

  /// Lets go of runs that were only found: whoever can write to the folder may have made them.
  /// What an index record commits to is derived from the log by the process that signs it, or was
  /// signed before; but for a last record whose writer did not come to sign it, which an opening
  /// signs as it is. `catchUp` builds them again.
  func dropUnconfirmed() {
    guard failure == nil, !unconfirmed.isEmpty else { return }
    drop(unconfirmed)
  }

  private func drop(_ extents: Set<IndexRunExtent>) {
    remembering {
      for extent in extents.sorted(by: { $0.firstRecord > $1.firstRecord }) {
        try folder.remove(extent)
        catalog.remove(extent)
      }
      unconfirmed.subtract(extents)
      generation += 1
      let end = catalog.coveredEnd()
      if end < builder.firstRecord { builder.restart(at: end) }
    }
  }

  private func writeIfDue() throws {
    if nextRecord == missingTailEnd {
      missingTailEnd = nil
      try writeTail()
    }
    guard builder.isFull else { return }
    let (file, commitment) = builder.run(ledgerID: folder.ledgerID)
    guard let extent = commitment.extent else { preconditionFailure("a full run has an extent") }
    try folder.write(
      extent, run: file, names: builder.nameDictionary(ledgerID: folder.ledgerID))
    catalog.insert(commitment)
    builder.restart(at: extent.endRecord)
    try removeSuperseded()
  }

  /// A merge that should be carried out.
  func dueMerge() -> IndexMerge? {
    guard failure == nil, let due = catalog.dueMerge() else { return nil }
    return IndexMerge(
      folder: folder, inputs: due.inputs.compactMap { catalog.runs[$0] }, output: due.output,
      generation: generation)
  }

  /// Ends a merge that was carried out elsewhere; nil if it was given up.
  func finish(_ merge: IndexMerge, _ result: Result<IndexRunCommitment?, LedgerError>) {
    guard merge.generation == generation else {
      // Of runs that were let go since.
      return remembering { try folder.remove(merge.output) }
    }
    switch result {
    case .failure(let error) where error.code == .corrupt:
      // Below the published checkpoint an opening reads the ends of files only. They are built
      // again when the index next catches up.
      drop(Set(merge.inputs.compactMap(\.extent)))
    case .failure(let error): failure = failure ?? error
    case .success(nil): break
    case .success(let commitment?):
      catalog.insert(commitment)
      if merge.inputs.contains(where: { $0.extent.map(unconfirmed.contains) ?? false }) {
        unconfirmed.insert(merge.output)
      }
      remembering { try removeSuperseded() }
    }
  }

  /// What an index record that is `record` commits to: an aligned tiling of all before it.
  ///
  /// - Throws: what keeps the index from being built, or `invalid` if it is behind.
  func tiling(below record: UInt64) throws(LedgerError) -> [IndexRunCommitment] {
    if let failure { throw failure }
    guard nextRecord == record else {
      throw LedgerError(.invalid, "the index is at record \(nextRecord), the log at \(record)")
    }
    var runs = catalog.tiling(below: builder.firstRecord)
    if builder.recordCount > 0 { runs.append(builder.run(ledgerID: folder.ledgerID).commitment) }
    return runs
  }

  /// Keeps the tail of an index record, which proofs are made from, and lets older files go.
  ///
  /// - Parameter runs: what the record commits to.
  func keep(_ runs: [IndexRunCommitment]) {
    listed = Set(runs.compactMap(\.extent))
    guard failure == nil else { return }
    remembering {
      try writeTail()
      try removeSuperseded()
    }
  }

  /// At a clean close: keeps readers from having to go through a long tail.
  func close() {
    guard failure == nil else { return }
    let known = tails.filter { $0.firstRecord == builder.firstRecord }.map(\.endRecord).max()
    let end = known ?? builder.firstRecord
    guard nextRecord - min(end, nextRecord) >= Self.tailRecordCountMin else { return }
    remembering {
      try writeTail()
      try removeSuperseded()
    }
  }

  private func writeTail() throws {
    guard builder.recordCount > 0 else { return }
    let (file, commitment) = builder.run(ledgerID: folder.ledgerID)
    guard let extent = commitment.extent, !tails.contains(extent) || foundTails.contains(extent)
    else { return }
    try folder.write(
      extent, run: file, names: builder.nameDictionary(ledgerID: folder.ledgerID))
    tails.insert(extent)
    foundTails.remove(extent)
  }

  /// Removes runs that larger ones replace and tails that longer ones do, but for those that the
  /// newest index record lists.
  private func removeSuperseded() throws {
    for extent in catalog.superseded(keeping: listed) {
      try folder.remove(extent)
      catalog.remove(extent)
    }
    let longest = tails.filter { $0.firstRecord == builder.firstRecord }
      .max { $0.recordCount < $1.recordCount }
    for tail in tails where tail != longest && !listed.contains(tail) {
      try folder.remove(tail)
      tails.remove(tail)
    }
  }

  private func remembering(_ body: () throws -> Void) {
    do throws(LedgerError) {
      try translatingErrors(body)
    } catch {
      failure = error
    }
  }
}
