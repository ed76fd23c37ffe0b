public import LedgerCryptography
internal import LedgerFormat

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
  /// Expands one block, unless it is the one that was asked for last.
  ///
  /// - Throws: `noSuchRecord`; `damaged` with file, offset and records.
  public func header(at record: UInt64) throws(StorageEngineError) -> StoredHeader {
    try require(record)
    let part = part(at: partPosition(of: record))
    let block = try expandedHeaders(part.headerBlockPosition(of: record), of: part)
    let position = Int(record - block.firstRecord)
    let start = position == 0 ? 0 : block.ends[position - 1]
    return StoredHeader(
      bytes: Array(block.bytes[start..<block.ends[position]]),
      leafHash: block.leafHashes[position],
      previousLeafHash: position == 0 ? block.leafHashBefore : block.leafHashes[position - 1])
  }

  private func expandedHeaders(_ position: Int, of part: LogPart)
    throws(StorageEngineError) -> ExpandedHeaders
  {
    let place = part.headerBlock(at: position)
    let isSealed = if case .segment = part { true } else { false }
    let key = BlockKey(
      kind: .headers, isSealed: isSealed, firstRecord: part.records.lowerBound,
      offset: place.offset)
    if let known = cache.headers(key) { return known }
    let block = try withHeaderFile(of: part) { file, path throws(StorageEngineError) in
      var raw: ByteBuffer = []
      let header = try StoredBlock.read(.headers, place, from: file, path: path, into: &raw)
      return try inFile(
        path, offset: place.offset, records: place.firstRecord..<place.lastRecord + 1
      ) { () throws(FormatError) in try ExpandedHeaders(header, raw: raw.rawSpan) }
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
