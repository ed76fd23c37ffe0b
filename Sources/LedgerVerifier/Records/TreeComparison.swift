internal import LedgerCryptography
internal import LedgerFormat

/// Compares the hashes that the records give with the files `tree/<level>`, byte for byte.
///
/// The files are derived data: a short one is no fault. Level L holds the hashes of the complete
/// subtrees of 256^L records.
final class TreeComparison {
  /// The first difference of a level.
  struct Difference: Hashable {
    var level: Int
    var index: UInt64
    /// How many hashes of the level differ.
    var count: UInt64

    var firstRecord: UInt64 { index << UInt64(8 * level) }
    var lastRecord: UInt64 { firstRecord + (1 << UInt64(8 * level)) - 1 }
    var offset: UInt64 { index * UInt64(SHA256Digest.byteCount) }
  }

  private struct Level {
    let file: (any EvidenceFile)?
    /// Whole hashes in the file.
    let count: UInt64
    var window: [UInt8] = []
    var windowStart: UInt64 = 0
    var difference: Difference?

    /// Compares hashes that the window holds.
    mutating func compare(_ hashes: ArraySlice<SHA256Digest>, from index: UInt64, level: Int) {
      guard let (first, count) = differences(hashes, from: index) else { return }
      var difference = difference ?? Difference(level: level, index: first, count: 0)
      difference.count += count
      self.difference = difference
    }

    /// The first index at which a hash differs, and how many do.
    private func differences(_ hashes: ArraySlice<SHA256Digest>, from index: UInt64)
      -> (first: UInt64, count: UInt64)?
    {
      var found: (first: UInt64, count: UInt64)?
      var place = Int(index - windowStart) * SHA256Digest.byteCount
      let stored = window.rawSpan
      for (position, hash) in hashes.enumerated() {
        let own = SHA256Digest(stored.extracting(place..<place + SHA256Digest.byteCount))
        place += SHA256Digest.byteCount
        guard own != hash else { continue }
        found = (found?.first ?? index + UInt64(position), (found?.count ?? 0) + 1)
      }
      return found
    }
  }

  /// A tree of 2^63 records has no more.
  static let levelCount = 8
  private static let windowHashCount: UInt64 = 4_096
  private var levels: [Level] = []

  init(_ evidence: any Evidence) throws(EvidenceError) {
    for level in 0..<Self.levelCount {
      let file = try evidence.open(Self.path(level))
      levels.append(
        Level(file: file, count: UInt64((file?.byteCount ?? 0) / SHA256Digest.byteCount)))
    }
  }

  static func path(_ level: Int) -> String { "tree/\(level)" }

  /// Compares derived hashes, the first of which is hash `index` of its level. Each level is given
  /// its hashes in ascending order.
  func compare(_ hashes: ArraySlice<SHA256Digest>, level: Int, from index: UInt64)
    throws(EvidenceError)
  {
    let end = index + UInt64(hashes.count)
    var next = index
    while next < min(end, levels[level].count) {
      let held = try hold(level: level, index: next)
      let count = Int(min(end, held) - next)
      let start = hashes.startIndex + Int(next - index)
      levels[level].compare(hashes[start..<start + count], from: next, level: level)
      next += UInt64(count)
    }
  }

  /// Makes sure that the window holds hash `index`, which the file has; gives the index behind the
  /// window's last.
  private func hold(level: Int, index: UInt64) throws(EvidenceError) -> UInt64 {
    let start = levels[level].windowStart
    let held = start + UInt64(levels[level].window.count / SHA256Digest.byteCount)
    if index >= start, index < held { return held }
    guard let file = levels[level].file else { return index }
    let end = min(levels[level].count, index + Self.windowHashCount)
    levels[level].window.removeAll(keepingCapacity: true)
    levels[level].windowStart = index
    try file.read(
      Int(index) * SHA256Digest.byteCount..<Int(end) * SHA256Digest.byteCount,
      into: &levels[level].window)
    return end
  }

  /// The leaf hashes of `records` in `tree/0`, as many of the first as it has.
  func leafHashes(of records: ClosedRange<UInt64>) throws(EvidenceError) -> [SHA256Digest] {
    guard let file = levels[0].file, records.lowerBound < levels[0].count else { return [] }
    let end = min(levels[0].count, records.upperBound + 1)
    let bytes = try file.bytes(
      Int(records.lowerBound) * SHA256Digest.byteCount..<Int(end) * SHA256Digest.byteCount)
    return stride(from: 0, to: bytes.count, by: SHA256Digest.byteCount).map {
      SHA256Digest(bytes.rawSpan.extracting($0..<$0 + SHA256Digest.byteCount))
    }
  }

  /// The first record whose leaf hash differs from `tree/0`.
  var firstDifferentRecord: UInt64? { levels[0].difference?.firstRecord }

  /// Writes down what differs and what is short or long.
  ///
  /// - Parameters:
  ///   - size: records derived.
  ///   - checkpointSize: above this a difference may be a page that was never synced.
  func conclude(size: UInt64, checkpointSize: UInt64, into collector: inout FindingCollector) {
    for (number, level) in levels.enumerated() {
      if let difference = level.difference {
        report(difference, checkpointSize: checkpointSize, into: &collector)
      }
      let expected = size >> UInt64(8 * number)
      let path = Self.path(number)
      if level.count < expected {
        collector.add(
          Remark(
            .treeFileIncomplete,
            "holds \(level.count) of \(expected) hashes; the next writer derives the rest",
            file: path))
      } else if let file = level.file, file.byteCount > Int(expected) * SHA256Digest.byteCount {
        collector.add(
          Remark(
            .treeFileAhead,
            "is \(file.byteCount - Int(expected) * SHA256Digest.byteCount) bytes longer than the "
              + "log gives; a writer is at work or the next one cuts it", file: path))
      }
    }
  }

  private func report(
    _ difference: Difference, checkpointSize: UInt64, into collector: inout FindingCollector
  ) {
    let what = "\(counted(difference.count, "hash value")) not what the records give"
    guard difference.lastRecord < checkpointSize else {
      collector.add(
        Remark(
          .treeFileAhead,
          "\(what), from record \(difference.firstRecord) on, above the checkpoint; the next "
            + "checkpoint sets them right", file: Self.path(difference.level)))
      return
    }
    collector.add(
      Finding(
        .treeFileDiffers, what, file: Self.path(difference.level), offset: difference.offset,
        records: difference.firstRecord...difference.lastRecord))
  }
}
