internal import LedgerFormat
internal import SegmentStorage

/// The index as a reader finds it: runs where there are any that can be read, gaps elsewhere.
///
/// Run files are derived data, so a reader that misses one goes through the log instead; so it does
/// where a file is another run than the newest index record lists.
struct IndexView: Sendable {
  /// Consecutive records, with the run that covers exactly these, if there is one.
  struct Piece: Sendable {
    var records: Range<UInt64>
    var run: RememberedRun?
    /// Of a piece with a run.
    var extent: IndexRunExtent?
  }

  let folder: IndexFolder
  private let memory: IndexMemory
  /// What the newest index record commits to.
  private let listed: [IndexRunExtent: IndexRunCommitment]
  /// All records of the ledger, in order.
  private(set) var pieces: [Piece] = []
  /// Runs that are there and cannot be used.
  private(set) var unusable: [IndexRunExtent] = []

  /// - Parameters:
  ///   - endRecord: the records that the reader sees.
  ///   - runsListed: what an index record commits to.
  init(
    _ folder: IndexFolder, endRecord: UInt64, memory: IndexMemory,
    runsListed: (_ record: UInt64) -> [IndexRunExtent: IndexRunCommitment] = { _ in [:] }
  ) throws(StorageError) {
    self.folder = folder
    self.memory = memory
    let listing = try folder.listing()
    listed = listing.notes.last { $0 < endRecord }.map(runsListed) ?? [:]
    memory.keep(only: listing.runs)
    var next: UInt64 = 0
    while next < endRecord {
      let piece = piece(at: next, listing.runs, endRecord: endRecord)
      append(piece)
      next = piece.records.upperBound
    }
  }

  /// The largest usable run that begins at `record`; without one, a gap of a run's length.
  private mutating func piece(
    at record: UInt64, _ runs: Set<IndexRunExtent>, endRecord: UInt64
  ) -> Piece {
    for level in stride(from: FormatLimits.fullRunLevelMax, through: 0, by: -1) {
      let capacity = IndexRunExtent.capacity(level: level)
      if let extent = IndexRunExtent(level: level, firstRecord: record, recordCount: capacity),
        extent.endRecord <= endRecord, runs.contains(extent), let run = open(extent)
      {
        return Piece(records: record..<extent.endRecord, run: run, extent: extent)
      }
    }
    let tails = runs.filter {
      $0.level == 0 && !$0.isFull && $0.firstRecord == record && $0.endRecord <= endRecord
    }
    for extent in tails.sorted(by: { $0.recordCount > $1.recordCount }) {
      guard let run = open(extent) else { continue }
      return Piece(records: record..<extent.endRecord, run: run, extent: extent)
    }
    // Behind a tail a gap begins inside the range of a run and ends with it.
    let capacity = UInt64(FormatLimits.runRecordCount)
    return Piece(records: record..<min(endRecord, (record / capacity + 1) * capacity))
  }

  private mutating func open(_ extent: IndexRunExtent) -> RememberedRun? {
    for _ in 0..<2 {
      guard let run = try? memory.run(extent, open: { try folder.run(extent) }) else { break }
      if listed[extent].map({ run.reader.commitment == $0 }) ?? true { return run }
      // It may have been built again since it was opened.
      memory.forget(extent)
    }
    unusable.append(extent)
    return nil
  }

  /// Adjoining gaps become one.
  private mutating func append(_ piece: Piece) {
    if piece.run == nil, let last = pieces.last, last.run == nil {
      pieces[pieces.count - 1].records = last.records.lowerBound..<piece.records.upperBound
    } else {
      pieces.append(piece)
    }
  }
}
