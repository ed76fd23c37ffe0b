public import LedgerCryptography
public import LedgerFormat

/// A header as it is stored, with its place in the chain.
public struct StoredHeader: Hashable, Sendable {
  /// The header's exact bytes: the leaf of the tree.
  public let bytes: [UInt8]
  public let leafHash: SHA256Digest
  public let previousLeafHash: SHA256Digest
}

extension LogReader {
  /// The header of one record.
  ///
  /// Expands one block, unless that was done before and it is still remembered.
  ///
  /// - Throws: `noSuchRecord`; `damaged` with file, offset and records.
  public func header(at record: UInt64) throws(StorageEngineError) -> StoredHeader {
    try require(record)
    let place = place(of: record)
    let block = try content(of: place)
    return try inBlock(place) { () throws(FormatError) in try block.stored(record) }
  }

  /// Gives what each of `records` says to `body`, in the order of the list, without their places in
  /// the chain: blocks are checked against their digests, but no header is hashed.
  ///
  /// - Parameter records: best ascending; a block is then looked up once for all of its records.
  /// - Throws: `StorageEngineError`: `noSuchRecord`, `damaged`; or what `body` throws.
  public func forEachContent(
    of records: [UInt64],
    _ body: (_ index: UInt64, _ recordedTime: Timestamp, _ content: RecordContent) throws -> Void
  ) throws {
    var scratch: ByteBuffer = []
    var position = 0
    while position < records.count {
      try require(records[position])
      let place = place(of: records[position])
      let block = try content(of: place)
      repeat {
        let record = records[position]
        let (time, content) = try inBlock(place) { () throws(FormatError) in
          try block.content(of: record, scratch: &scratch)
        }
        try body(record, time, content)
        position += 1
      } while position < records.count && place.location.records.contains(records[position])
    }
  }

  /// A block of headers and the file that it is in.
  private struct HeaderPlace {
    var part: LogPart
    var location: SegmentFooter.BlockLocation
  }

  /// Where a record of the snapshot is.
  private func place(of record: UInt64) -> HeaderPlace {
    let part = part(at: partPosition(of: record))
    return HeaderPlace(
      part: part, location: part.headerBlock(at: part.headerBlockPosition(of: record)))
  }

  private func inBlock<Value>(
    _ place: HeaderPlace, _ body: () throws(FormatError) -> Value
  ) throws(StorageEngineError) -> Value {
    do throws(FormatError) {
      return try body()
    } catch {
      let path =
        switch place.part {
        case .segment(let segment): location.logPath(segment.firstRecord)
        case .tail(let tail): tail.path
        }
      throw StorageEngineError(
        error, path: path, offset: place.location.offset, records: place.location.records)
    }
  }

  private func content(of place: HeaderPlace) throws(StorageEngineError) -> HeaderBlockContent {
    let isSealed = if case .segment = place.part { true } else { false }
    let key = BlockKey(
      kind: .headers, isSealed: isSealed, firstRecord: place.part.records.lowerBound,
      offset: place.location.offset)
    if let known = cache.headers(key) { return known }
    var raw: ByteBuffer = []
    let header = try withHeaderFile(of: place.part) { file, path throws(StorageEngineError) in
      try StoredBlock.read(.headers, place.location, from: file, path: path, into: &raw)
    }
    let block = try inBlock(place) { () throws(FormatError) in
      try HeaderBlockContent(header, raw: raw)
    }
    cache.remember(block, key)
    return block
  }

  /// Gives the headers of `records` to `body`, in order, each with its leaf hash.
  ///
  /// Every block's digest is checked, and that the chain of leaf hashes runs through all of them.
  /// One block is held in memory; nothing is allocated per record. The bytes are valid during the
  /// call only.
  ///
  /// - Throws: `StorageEngineError`, `noSuchRecord` before the first call if the range exceeds the
  ///   snapshot; or what `body` throws, which ends the walk.
  public func forEachHeader(
    in records: Range<UInt64>,
    _ body: (_ index: UInt64, _ header: RawSpan, _ leafHash: SHA256Digest) throws -> Void
  ) throws {
    guard let last = records.last else { return }
    try require(last)
    var walk = HeaderWalk(records: records)
    while walk.next < records.upperBound {
      let part = part(at: partPosition(of: walk.next))
      var failure: (any Error)?
      try withHeaderFile(of: part) { file, path throws(StorageEngineError) in
        failure = try walk.run(through: part, file, path, body)
      }
      if let failure { throw failure }
    }
  }
}

/// The state of one `forEachHeader`.
private struct HeaderWalk {
  let records: Range<UInt64>
  /// The next record to give out.
  var next: UInt64
  /// Of the record before the next block; nil before the first.
  private var leafHash: SHA256Digest?
  private var raw: ByteBuffer = []

  init(records: Range<UInt64>) {
    self.records = records
    next = records.lowerBound
  }

  /// Walks through the blocks of one part.
  ///
  /// - Returns: what `body` threw.
  mutating func run(
    through part: LogPart, _ file: borrowing StorageFile, _ path: String,
    _ body: (UInt64, RawSpan, SHA256Digest) throws -> Void
  ) throws(StorageEngineError) -> (any Error)? {
    let end = min(records.upperBound, part.records.upperBound)
    var position = part.headerBlockPosition(of: next)
    while next < end {
      let place = part.headerBlock(at: position)
      let block = try StoredBlock.read(.headers, place, from: file, path: path, into: &raw)
      if let leafHash, block.leafHashBefore != leafHash {
        throw .damaged(
          path, offset: place.offset, records: place.firstRecord..<place.lastRecord + 1,
          "the block does not continue the chain of the one before")
      }
      var failure: (any Error)?
      do throws(FormatError) {
        leafHash = try HeaderBlock.walk(block, raw: raw.rawSpan) { index, header, leafHash in
          if index < records.lowerBound { return true }
          if index >= records.upperBound { return false }
          do {
            try body(index, header, leafHash)
            return true
          } catch {
            failure = error
            return false
          }
        }
      } catch {
        throw StorageEngineError(
          error, path: path, offset: place.offset,
          records: place.firstRecord..<place.lastRecord + 1)
      }
      if let failure { return failure }
      next = min(place.lastRecord + 1, records.upperBound)
      position += 1
    }
    return nil
  }
}

extension SegmentFooter.BlockLocation {
  /// The records of a header block.
  var records: Range<UInt64> { firstRecord..<lastRecord + 1 }
}
