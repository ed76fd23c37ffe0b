public import LedgerCryptography
internal import LedgerFormat

extension LogReader {
  /// Gives the leaf hash of each of `records` to `body`, in order.
  ///
  /// As `forEachHeader`: every block's digest is checked, every header hashed again, and the chain
  /// of leaf hashes runs through all of them. Blocks are hashed on all processors, a few at a time.
  ///
  /// - Throws: `noSuchRecord` before the first call if the range exceeds the snapshot; `damaged`
  ///   with file, offset and records.
  public func forEachLeafHash(
    in records: Range<UInt64>, _ body: (SHA256Digest) -> Void
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
          var stored: [ByteBuffer] = []
          for place in places {
            stored.append(try StoredBlock.storedBytes(place, from: file, path: path))
          }
          for (place, block) in zip(places, Self.hash(stored, places, path: path)) {
            let block = try block.get()
            if let leafHash, block.leafHashBefore != leafHash {
              throw .damaged(
                path, offset: place.offset, records: place.firstRecord..<place.lastRecord + 1,
                "the block does not continue the chain of the one before")
            }
            for (index, hash) in zip(place.firstRecord..., block.leafHashes)
            where records.contains(index) {
              body(hash)
            }
            leafHash = block.leafHashes.last
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
    precondition(!places.isEmpty, "a part has blocks for all of its records")
    return places
  }

  private struct HashedBlock: Sendable {
    var leafHashBefore: SHA256Digest
    var leafHashes: [SHA256Digest]
  }

  private static func hash(
    _ stored: [ByteBuffer], _ places: [SegmentFooter.BlockLocation], path: String
  ) -> [Result<HashedBlock, StorageEngineError>] {
    inParallel(places.count) { hash(stored[$0], places[$0], path: path) }
  }

  private static func hash(
    _ stored: ByteBuffer, _ place: SegmentFooter.BlockLocation, path: String
  ) -> Result<HashedBlock, StorageEngineError> {
    Result { () throws(StorageEngineError) in
      var raw: ByteBuffer = []
      let header = try StoredBlock.decode(.headers, stored, at: place, path: path, into: &raw)
      var hashed = HashedBlock(leafHashBefore: header.leafHashBefore, leafHashes: [])
      hashed.leafHashes.reserveCapacity(Int(header.entryCount))
      return try inFile(
        path, offset: place.offset, records: place.firstRecord..<place.lastRecord + 1
      ) { () throws(FormatError) in
        _ = try HeaderBlock.walk(header, raw: raw.rawSpan) { _, _, leafHash in
          hashed.leafHashes.append(leafHash)
          return true
        }
        return hashed
      }
    }
  }
}
