public import LedgerCryptography
internal import LedgerFormat

extension LogReader {
  /// Gives the leaf hashes of `records` to `fold`, block by block and on all processors, and what
  /// that makes of each block to `body`, in order.
  ///
  /// As `forEachHeader`: every block's digest is checked, every header hashed again, and the chain
  /// of leaf hashes runs through all of them. A few blocks are in memory at a time.
  ///
  /// - Parameters:
  ///   - fold: takes the index of a record, and the leaf hashes of it and of those behind it;
  ///     called by many threads, in no order.
  ///   - body: takes what `fold` made, block by block.
  /// - Throws: `noSuchRecord` before the first call if the range exceeds the snapshot; `damaged`
  ///   with file, offset and records.
  public func forEachLeafHashRun<Folded: Sendable>(
    in records: Range<UInt64>,
    fold: @Sendable (_ firstRecord: UInt64, _ leafHashes: [SHA256Digest]) -> Folded,
    body: (Folded) -> Void
  ) throws(StorageEngineError) {
    try forEachBlock(in: records) { stored, place, path in
      Self.hash(stored, place, path: path, records, fold)
    } body: {
      body($0)
    }
  }

  /// The records of a range whose headers `isWanted` wants, ascending; read as by
  /// `forEachLeafHashRun`, and with the same errors.
  ///
  /// - Parameter isWanted: takes an encoded header; called by many threads, in no order.
  public func records(
    in records: Range<UInt64>, where isWanted: @Sendable (_ header: RawSpan) -> Bool
  ) throws(StorageEngineError) -> [UInt64] {
    var found: [UInt64] = []
    try forEachBlock(in: records) { stored, place, path in
      Self.walk(stored, place, path: path) { header, raw throws(FormatError) in
        var wanted: [UInt64] = []
        let last = try HeaderBlock.walk(header, raw: raw) { record, bytes, _ in
          if records.contains(record), isWanted(bytes) { wanted.append(record) }
          return true
        }
        return (wanted, last)
      }
    } body: {
      found += $0
    }
    return found
  }

  private func forEachBlock<Walked: Sendable>(
    in records: Range<UInt64>,
    walk:
      @Sendable (
        _ stored: ByteBuffer, _ place: SegmentFooter.BlockLocation, _ path: String
      ) -> Result<WalkedBlock<Walked>, StorageEngineError>,
    body: (Walked) -> Void
  ) throws(StorageEngineError) {
    guard let last = records.last else { return }
    try require(last)
    var next = records.lowerBound
    var leafHash: SHA256Digest?
    while next < records.upperBound {
      let part = part(at: partPosition(of: next))
      let end = min(records.upperBound, part.records.upperBound)
      try withHeaderFile(of: part) { file, path throws(StorageEngineError) in
        while next < end {
          let places = Self.wave(of: part, from: next, to: end)
          // An end that a close marker vouches for is found by its frames alone.
          guard !places.isEmpty else {
            throw .damaged(path, records: next..<end, "no header block is where they must be")
          }
          var stored: [ByteBuffer] = []
          for place in places {
            stored.append(try StoredBlock.storedBytes(place, from: file, path: path))
          }
          let walked = inParallel(places.count) { [stored] position in
            walk(stored[position], places[position], path)
          }
          for (place, block) in zip(places, walked) {
            let block = try block.get()
            let continues = leafHash.map { place.firstRecord == next && block.leafHashBefore == $0 }
            guard continues ?? (place.firstRecord...place.lastRecord).contains(next) else {
              throw .damaged(
                path, offset: place.offset, records: place.firstRecord..<place.lastRecord + 1,
                "the block does not continue the one before")
            }
            body(block.walked)
            leafHash = block.lastLeafHash
            next = min(place.lastRecord + 1, records.upperBound)
          }
        }
      }
    }
  }

  /// Blocks hashed between two calls of `body`.
  private static let waveBlockCount = 32

  private static func wave(of part: LogPart, from record: UInt64, to end: UInt64)
    -> [SegmentFooter.BlockLocation]
  {
    let first = part.headerBlockPosition(of: record)
    var places: [SegmentFooter.BlockLocation] = []
    for position in first..<min(part.headerBlockCount, first + waveBlockCount) {
      let place = part.headerBlock(at: position)
      guard place.firstRecord < end else { break }
      places.append(place)
    }
    return places
  }

  private struct WalkedBlock<Walked: Sendable>: Sendable {
    var leafHashBefore: SHA256Digest
    var lastLeafHash: SHA256Digest
    var walked: Walked
  }

  private static func hash<Folded: Sendable>(
    _ stored: ByteBuffer, _ place: SegmentFooter.BlockLocation, path: String,
    _ records: Range<UInt64>, _ fold: (UInt64, [SHA256Digest]) -> Folded
  ) -> Result<WalkedBlock<Folded>, StorageEngineError> {
    walk(stored, place, path: path) { header, raw throws(FormatError) in
      let asked = (place.firstRecord..<place.lastRecord + 1).clamped(to: records)
      var leafHashes: [SHA256Digest] = []
      leafHashes.reserveCapacity(asked.count)
      let last = try HeaderBlock.walk(header, raw: raw) { record, _, leafHash in
        if asked.contains(record) { leafHashes.append(leafHash) }
        return true
      }
      return (fold(asked.lowerBound, leafHashes), last)
    }
  }

  /// Expands a block and gives it to `body`, which returns what it makes of it and its last leaf
  /// hash.
  private static func walk<Walked: Sendable>(
    _ stored: ByteBuffer, _ place: SegmentFooter.BlockLocation, path: String,
    _ body: (BlockHeader, RawSpan) throws(FormatError) -> (Walked, SHA256Digest)
  ) -> Result<WalkedBlock<Walked>, StorageEngineError> {
    Result { () throws(StorageEngineError) in
      var raw: ByteBuffer = []
      let header = try StoredBlock.decode(.headers, stored, at: place, path: path, into: &raw)
      let inBlock = place.firstRecord..<place.lastRecord + 1
      let (walked, last) = try inFile(path, offset: place.offset, records: inBlock) {
        () throws(FormatError) in try body(header, raw.rawSpan)
      }
      return WalkedBlock(
        leafHashBefore: header.leafHashBefore, lastLeafHash: last, walked: walked)
    }
  }
}
