internal import LedgerFormat

/// Which full runs there are, and what follows from it; knows no file.
struct IndexCatalog: Sendable {
  /// Runs of a level that one of the next level replaces.
  static let fanOut: UInt64 = 16

  private(set) var runs: [IndexRunExtent: IndexRunCommitment] = [:]

  /// Adds a full run.
  mutating func insert(_ commitment: IndexRunCommitment) {
    guard let extent = commitment.extent, extent.isFull else {
      preconditionFailure("only full runs are catalogued")
    }
    runs[extent] = commitment
  }

  mutating func remove(_ extent: IndexRunExtent) { runs[extent] = nil }

  /// The largest runs that tile records from 0 on without gap, none beyond `end`.
  func tiling(below end: UInt64) -> [IndexRunCommitment] {
    var tiles: [IndexRunCommitment] = []
    var next: UInt64 = 0
    while let tile = largestRun(at: next, below: end) {
      tiles.append(tile)
      next += tile.recordCount
    }
    return tiles
  }

  /// The record after those that the runs cover without gap.
  func coveredEnd(below end: UInt64 = .max) -> UInt64 {
    tiling(below: end).last?.extent?.endRecord ?? 0
  }

  private func largestRun(at first: UInt64, below end: UInt64) -> IndexRunCommitment? {
    for level in stride(from: FormatLimits.fullRunLevelMax, through: 0, by: -1) {
      let capacity = IndexRunExtent.capacity(level: level)
      if let extent = IndexRunExtent(level: level, firstRecord: first, recordCount: capacity),
        extent.endRecord <= end, let run = runs[extent]
      {
        return run
      }
    }
    return nil
  }

  /// A run that can be merged now, and those that make it up; the lowest level first.
  func dueMerge() -> (inputs: [IndexRunExtent], output: IndexRunExtent)? {
    let candidates = runs.keys
      .filter { $0.level < FormatLimits.fullRunLevelMax && $0.number % Self.fanOut == 0 }
      .sorted { ($0.level, $0.firstRecord) < ($1.level, $1.firstRecord) }
    for first in candidates {
      let level = first.level + 1
      let capacity = IndexRunExtent.capacity(level: level)
      guard
        let output = IndexRunExtent(
          level: level, firstRecord: first.firstRecord, recordCount: capacity),
        runs[output] == nil
      else { continue }
      let inputs = (0..<Self.fanOut).compactMap { position in
        IndexRunExtent(
          level: first.level, firstRecord: first.firstRecord + position * first.recordCount,
          recordCount: first.recordCount)
      }
      let isCovered = runs.keys.contains { $0.level > level && $0.covers(output) }
      if !isCovered, inputs.allSatisfy({ runs[$0] != nil }) { return (inputs, output) }
    }
    return nil
  }

  /// Runs that a larger one covers and that are not in `listed`: their files may go.
  func superseded(keeping listed: Set<IndexRunExtent>) -> [IndexRunExtent] {
    runs.keys.filter { extent in
      !listed.contains(extent)
        && runs.keys.contains { $0.level > extent.level && $0.covers(extent) }
    }
  }
}

extension RecordContent {
  /// What an index record commits to, by extent.
  var runsByExtent: [IndexRunExtent: IndexRunCommitment] {
    var found: [IndexRunExtent: IndexRunCommitment] = [:]
    for run in runs {
      if let extent = run.extent { found[extent] = run }
    }
    return found
  }
}

extension IndexRunExtent {
  func covers(_ other: IndexRunExtent) -> Bool {
    firstRecord <= other.firstRecord && endRecord >= other.endRecord
  }
}
