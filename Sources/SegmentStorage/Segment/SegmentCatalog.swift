internal import LedgerCryptography
internal import LedgerFormat

/// The sealed segments of a ledger, as the two folders list them.
struct SegmentCatalog: Sendable {
  /// Ascending by first record; header and body file are there.
  var complete: [SealedSegment] = []
  /// First records of segments of which only one file is there.
  var incomplete: [UInt64] = []
}

extension StorageLocation {
  /// Lists the segments and reads their footers; `known` ones are taken as they are.
  ///
  /// - Parameter needsBodies: whether a segment without its body file counts as incomplete. Readers
  ///   of a published copy have no bodies at all.
  /// - Throws: `damaged` for a footer that is bad, or that does not continue the one before.
  func segmentCatalog(known: [SealedSegment] = [], needsBodies: Bool)
    throws(StorageEngineError) -> SegmentCatalog
  {
    var catalog = SegmentCatalog()
    let headerFiles = try firstRecords(in: logFolder, suffix: ".log")
    let bodyFiles = Set(needsBodies ? try firstRecords(in: bodiesFolder, suffix: ".body") : [])
    for firstRecord in headerFiles {
      if needsBodies, !bodyFiles.contains(firstRecord) {
        catalog.incomplete.append(firstRecord)
        continue
      }
      if let position = known.position(of: firstRecord) {
        catalog.complete.append(known[position])
        continue
      }
      let footer = try segmentFooter(.headers, firstRecord)
      guard let segment = SealedSegment(footer) else {
        throw .damaged(logPath(firstRecord), "the footer has no chain")
      }
      catalog.complete.append(segment)
    }
    let known = Set(headerFiles)
    catalog.incomplete += bodyFiles.filter { !known.contains($0) }.sorted()
    try checkContinuity(catalog.complete)
    return catalog
  }

  private func firstRecords(in folder: String, suffix: String)
    throws(StorageEngineError) -> [UInt64]
  {
    var found: [UInt64] = []
    for entry in try entries(of: folder) {
      guard let first = Self.firstRecord(ofFileName: entry.name, suffix: suffix) else { continue }
      // Not opened later, when a segment is to be put there or its bodies are asked for.
      if let errno = entry.kind.openingError {
        throw StorageEngineError(StorageError(.open, "\(folder)/\(entry.name)", errno))
      }
      found.append(first)
    }
    return found.sorted()
  }

  private func checkContinuity(_ segments: [SealedSegment]) throws(StorageEngineError) {
    var previous: SealedSegment?
    for segment in segments {
      let expected = previous?.endRecord ?? 0
      let path = logPath(segment.firstRecord)
      guard segment.firstRecord == expected else {
        let gap = min(expected, segment.firstRecord)..<max(expected, segment.firstRecord)
        throw .damaged(
          path, records: gap, "the segment before it ends at record \(expected): one is missing")
      }
      guard segment.chain.leafHashBefore == previous?.chain.lastLeafHash ?? .zero else {
        throw .damaged(
          path, records: segment.firstRecord..<segment.firstRecord + 1,
          "its first record does not continue the chain of the segment before")
      }
      if let previous, segment.chain.firstRecordedTime < previous.chain.lastRecordedTime {
        throw .damaged(
          path, records: segment.firstRecord..<segment.firstRecord + 1,
          "its first recorded time is before the last of the segment before")
      }
      previous = segment
    }
  }
}

extension [SealedSegment] {
  /// The position of the segment that begins with `firstRecord`; nil if there is none.
  func position(of firstRecord: UInt64) -> Int? {
    let position = self.firstPosition(endingAfter: firstRecord)
    return position < count && self[position].firstRecord == firstRecord ? position : nil
  }

  /// Binary search: the first segment that ends after `record`.
  func firstPosition(endingAfter record: UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle].endRecord <= record { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
