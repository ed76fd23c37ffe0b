public import LedgerCryptography

/// Whether the runs of an index record cover every record before it exactly once.
public enum IndexTiling {
  /// Returns if `runs` are an aligned tiling of `[0, recordCount)`: ascending, without gap or
  /// overlap, all full but perhaps the last. Any choice of levels is valid.
  public static func check(
    _ runs: [IndexRunCommitment], recordCount: UInt64
  ) throws(IndexTilingError) {
    var next: UInt64 = 0
    for (position, run) in runs.enumerated() {
      guard run.firstRecord >= next else { throw .overlap(run: position) }
      guard run.firstRecord == next else { throw .gap(run: position) }
      guard let extent = run.extent else { throw .notAligned(run: position) }
      guard extent.isFull || position == runs.count - 1 else { throw .tailInside(run: position) }
      next = extent.endRecord
    }
    guard next == recordCount else { throw .wrongEnd(expected: recordCount, found: next) }
  }
}

extension IndexRunCommitment {
  /// The records that the run covers; nil if no run may be like that.
  public var extent: IndexRunExtent? {
    IndexRunExtent(level: level, firstRecord: firstRecord, recordCount: recordCount)
  }

  /// Of a run whose entries hash to `root`.
  public init(extent: IndexRunExtent, entryCount: UInt64, root: SHA256Digest) {
    self.init(
      level: extent.level, firstRecord: extent.firstRecord, recordCount: extent.recordCount,
      entryCount: entryCount, root: root)
  }
}

/// Why runs are no tiling; `run` is a position in the list.
public enum IndexTilingError: Error, Hashable, Sendable {
  /// The run begins before the one before it ends.
  case overlap(run: Int)
  /// The run begins after the one before it ends.
  case gap(run: Int)
  /// Level, first record and count are those of no run.
  case notAligned(run: Int)
  /// A run that is not full has another one behind it.
  case tailInside(run: Int)
  /// The last run ends before or after the index record.
  case wrongEnd(expected: UInt64, found: UInt64)
}
