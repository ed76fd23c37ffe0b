public import LedgerCryptography

/// Every entry of a run in memory, for somebody with many questions: a question then costs a
/// search and no reading. Takes about 42 bytes per entry and 4 per record.
public struct LoadedRun: Sendable {
  private let firstRecord: UInt64
  /// Ascending.
  private var keyHashes: [SHA256Digest] = []
  /// The 32 bits of each key hash behind those that choose its bucket: all that a question about
  /// an entity which the run does not have looks at.
  private var tags: [UInt32] = []
  /// Where the entries begin that have the same first bits, and where the last ones end.
  private var bucketStarts: [UInt32] = []
  /// How many first bits that are.
  private let bucketBitCount: Int
  /// Where the records of each entry end in `records`.
  private var ends: [UInt32] = []
  /// As distances from the run's first record.
  private var records: [UInt32] = []

  /// Reads all of `reader`, every block of it checked against the run's root.
  ///
  /// - Returns: nil where that takes more than `byteCountMax` bytes.
  /// - Throws: `FormatError` where the file is damaged, or what the source throws.
  public init?(_ reader: RunReader, byteCountMax: Int) throws {
    let most = min(byteCountMax, Int(Int32.max))
    firstRecord = reader.extent.firstRecord
    let entryCount = Int(clamping: reader.footer.entryCount)
    guard reader.extent.recordCount <= UInt64(UInt32.max), entryCount <= most / Self.entryByteCount
    else { return nil }
    keyHashes.reserveCapacity(entryCount)
    ends.reserveCapacity(entryCount)
    tags.reserveCapacity(entryCount)
    // Four entries or more to a bucket, so that one cache line has their tags.
    bucketBitCount = max(0, entryCount.bitWidth - entryCount.leadingZeroBitCount - 3)
    bucketStarts.reserveCapacity((1 << bucketBitCount) + 1)
    do {
      try reader.forEachEntry { keyHash, list in
        let isSmall =
          list.recordCount <= UInt64(most)
          && byteCount + Self.entryByteCount + 4 * Int(list.recordCount) <= most
        guard isSmall else { throw TooLarge() }
        try append(list, of: keyHash)
      }
    } catch is TooLarge {
      return nil
    }
    closeBuckets(before: 1 << bucketBitCount)
    bucketStarts.append(UInt32(keyHashes.count))
  }

  /// What the entries of `reader` can take at most: each record has a byte in the file at least.
  public static func byteCountMax(of reader: RunReader) -> Int {
    let (entryCount, fileByteCount) = (reader.footer.entryCount, reader.fileByteCount)
    let keys = entryCount.multipliedReportingOverflow(by: UInt64(SHA256Digest.byteCount))
    guard !keys.overflow, keys.partialValue <= fileByteCount else { return .max }
    return Int(clamping: entryCount) * entryByteCount
      + 4 * Int(clamping: fileByteCount - keys.partialValue)
  }

  private struct TooLarge: Error {}

  /// Hash, tag, end, and at most half a bucket.
  private static let entryByteCount = SHA256Digest.byteCount + 10

  private mutating func append(_ list: RunRecordList, of keyHash: SHA256Digest) throws {
    let start = records.count
    for chunk in 0..<list.chunkCount {
      for record in try list.chunk(chunk) {
        let distance = UInt32(record - firstRecord)
        guard records.count == start || distance > records[records.count - 1] else {
          throw FormatError.notAscending(field: "record", offset: RunBlock.headByteCount)
        }
        records.append(distance)
      }
    }
    let (bucket, tag) = place(in: keyHash)
    closeBuckets(before: bucket + 1)
    tags.append(tag)
    keyHashes.append(keyHash)
    ends.append(UInt32(records.count))
  }

  /// Buckets that had not begun begin with the next entry.
  private mutating func closeBuckets(before bucket: Int) {
    while bucketStarts.count < bucket { bucketStarts.append(UInt32(keyHashes.count)) }
  }

  /// The bucket of a hash, and its tag.
  @inline(__always)
  private func place(in keyHash: SHA256Digest) -> (bucket: Int, tag: UInt32) {
    let word = keyHash.withBytes { $0.word(at: 0).byteSwapped }
    return (
      Int(truncatingIfNeeded: word >> UInt64(64 - bucketBitCount)),
      UInt32(truncatingIfNeeded: (word << UInt64(bucketBitCount)) >> 32)
    )
  }

  /// Memory that the entries take.
  public var byteCount: Int { keyHashes.count * Self.entryByteCount + records.count * 4 }

  /// The records of the entity in `range`, ascending, at most `limit` of them; none if the run has
  /// no entry for it.
  public func records(
    keyHash: SHA256Digest, in range: Range<UInt64> = 0..<UInt64.max, limit: Int = .max
  ) -> [UInt64] {
    var found: [UInt64] = []
    forEachRecord(keyHash: keyHash, in: range, limit: limit) { found.append($0) }
    return found
  }

  /// Where the entry of a hash would be.
  private struct Bucket {
    var tag: UInt32
    /// The first tag of the bucket, or of one behind it.
    var firstTag: UInt32
    var low: Int
    var high: Int
  }

  /// Questions whose buckets are looked up before any of them is searched.
  private static let bucketCountMax = 64

  /// The same for many entities: gives the place in `keyHashes` with each record.
  public func forEachRecord(
    keyHashes: [SHA256Digest], in range: Range<UInt64>, _ body: (_ place: Int, UInt64) -> Void
  ) {
    // What is read of one bucket is mostly not in the processor's caches. Many buckets read one
    // behind the other are waited for together; with a search between them, one by one.
    var buckets: [Bucket] = []
    buckets.reserveCapacity(Self.bucketCountMax)
    for start in stride(from: 0, to: keyHashes.count, by: Self.bucketCountMax) {
      buckets.removeAll(keepingCapacity: true)
      for place in start..<min(start + Self.bucketCountMax, keyHashes.count) {
        buckets.append(bucket(of: keyHashes[place]))
      }
      for (offset, bucket) in buckets.enumerated() {
        let place = start + offset
        guard let entry = self.place(of: keyHashes[place], in: bucket) else { continue }
        forEachRecord(ofEntry: entry, in: range, limit: .max) { body(place, $0) }
      }
    }
  }

  private func forEachRecord(
    keyHash: SHA256Digest, in range: Range<UInt64>, limit: Int, _ body: (UInt64) -> Void
  ) {
    guard limit > 0, let entry = place(of: keyHash, in: bucket(of: keyHash)) else { return }
    forEachRecord(ofEntry: entry, in: range, limit: limit, body)
  }

  @inline(__always)
  private func forEachRecord(
    ofEntry place: Int, in range: Range<UInt64>, limit: Int, _ body: (UInt64) -> Void
  ) {
    var left = limit
    for position in (place == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place]) {
      let record = firstRecord + UInt64(records[position])
      guard record < range.upperBound, left > 0 else { break }
      if record >= range.lowerBound {
        body(record)
        left -= 1
      }
    }
  }

  @inline(__always)
  private func bucket(of keyHash: SHA256Digest) -> Bucket {
    let (bucket, tag) = place(in: keyHash)
    let low = Int(bucketStarts[bucket])
    return Bucket(
      tag: tag, firstTag: low < tags.count ? tags[low] : .max, low: low,
      high: Int(bucketStarts[bucket + 1]))
  }

  private func place(of keyHash: SHA256Digest, in bucket: Bucket) -> Int? {
    // Most runs have nothing of most entities.
    guard bucket.low < bucket.high, bucket.firstTag <= bucket.tag else { return nil }
    var (low, high) = (bucket.low, bucket.high)
    // Names can be chosen so that a bucket has many entries.
    while low < high {
      let middle = low + (high - low) / 2
      if tags[middle] < bucket.tag { low = middle + 1 } else { high = middle }
    }
    while low < bucket.high, tags[low] == bucket.tag {
      if keyHashes[low] == keyHash { return low }
      low += 1
    }
    return nil
  }
}
