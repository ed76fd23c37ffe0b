internal import LedgerCryptography
public import LedgerFormat

/// A body as it is stored, or the trace of one.
public struct StoredBody: Hashable, Sendable {
  public enum Content: Hashable, Sendable {
    case present(salt: [UInt8], bytes: [UInt8])
    /// Removed by the erasure whose plan is record `plan`.
    case erased(plan: UInt64)
  }

  public let slot: BodySlot
  public let content: Content
}

extension LogReader {
  /// The bodies of one record, and the tombstones of those that were erased, by slot.
  ///
  /// The body file is opened for each call and not held, so that what an erasure removed is gone
  /// once the erasure has replaced the file.
  ///
  /// - Throws: `noSuchRecord`; `damaged` with file, offset and records; a file error with
  ///   `isNotFound` where the ledger is a copy without bodies.
  public func bodies(of record: UInt64) throws(StorageEngineError) -> [StoredBody] {
    try require(record)
    switch part(at: partPosition(of: record)) {
    case .tail(let tail):
      let start = tail.index.firstPosition(
        .bodies, endingAtOrAfter: record, count: tail.bodyBlockCount)
      return try bodies(
        of: record, from: start, count: tail.bodyBlockCount, tail.file.file, tail.path,
        BlockKey(kind: .bodies, isSealed: false, firstRecord: tail.header.firstRecord, offset: 0)
      ) { tail.index.location(.bodies, at: $0) }
    case .segment(let segment):
      do throws(StorageEngineError) {
        return try sealedBodies(of: record, segment.firstRecord)
      } catch {
        // An erasure may have replaced the file since its footer was read.
        guard error.isCorruption else { throw error }
        forgetBodies()
        return try sealedBodies(of: record, segment.firstRecord)
      }
    }
  }

  /// Drops what the cache holds of bodies; after an erasure.
  public func forgetBodies() { cache.forgetBodies() }

  private func sealedBodies(of record: UInt64, _ firstRecord: UInt64)
    throws(StorageEngineError) -> [StoredBody]
  {
    let path = location.bodiesPath(firstRecord)
    return try location.withFile(path, .readOnly) { file throws(StorageEngineError) in
      let footer: SegmentFooter
      if let known = cache.bodyFooter(firstRecord) {
        footer = known
      } else {
        footer = try location.segmentFooter(.bodies, firstRecord, file, path: path)
        cache.remember(footer)
      }
      let start = footer.blocks.firstPosition(
        endingAtOrAfter: record, count: footer.blocks.count)
      return try bodies(
        of: record, from: start, count: footer.blocks.count, file, path,
        BlockKey(kind: .bodies, isSealed: true, firstRecord: firstRecord, offset: 0)
      ) { footer.blocks[$0] }
    }
  }

  /// Gathers the bodies of `record` from the blocks `start..<count` that can hold it.
  private func bodies(
    of record: UInt64, from start: Int, count: Int, _ file: borrowing StorageFile,
    _ path: String, _ fileKey: BlockKey,
    _ place: (Int) -> SegmentFooter.BlockLocation
  ) throws(StorageEngineError) -> [StoredBody] {
    var found: [StoredBody] = []
    for position in start..<max(start, count) {
      let place = place(position)
      guard place.firstRecord <= record else { break }
      var key = fileKey
      key.offset = place.offset
      var raw: ByteBuffer = []
      if let known = cache.bodies(key) {
        raw = known
      } else {
        _ = try StoredBlock.read(.bodies, place, from: file, path: path, into: &raw)
        cache.remember(raw, key)
      }
      do throws(FormatError) {
        try Self.collect(record, from: raw.rawSpan, entryCount: place.entryCount, into: &found)
      } catch {
        throw StorageEngineError(
          error, path: path, offset: place.offset,
          records: place.firstRecord..<place.lastRecord + 1)
      }
    }
    return found
  }

  private static func collect(
    _ record: UInt64, from raw: RawSpan, entryCount: UInt32, into found: inout [StoredBody]
  ) throws(FormatError) {
    var reader = ByteReader(raw)
    for _ in 0..<entryCount {
      let entry = try BodyEntry.decode(from: &reader)
      guard entry.slot.record == record else { continue }
      let content: StoredBody.Content =
        if let plan = entry.erasedBy {
          .erased(plan: plan)
        } else {
          .present(salt: entry.salt.copied(), bytes: entry.bytes.copied())
        }
      found.append(StoredBody(slot: entry.slot, content: content))
    }
    try reader.finish()
  }
}
