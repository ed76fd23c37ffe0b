public import LedgerCryptography

/// Every entry of a run in memory, for somebody with many questions: a question then costs a
/// search and no reading. Takes 36 bytes per entry and 4 per record.
public struct LoadedRun: Sendable {
  private let firstRecord: UInt64
  /// Ascending.
  private var keyHashes: [SHA256Digest] = []
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
  }

  private struct TooLarge: Error {}

  private static let entryByteCount = SHA256Digest.byteCount + 4

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
    keyHashes.append(keyHash)
    ends.append(UInt32(records.count))
  }

  /// Memory that the entries take.
  public var byteCount: Int { keyHashes.count * Self.entryByteCount + records.count * 4 }

  /// The records of the entity in `range`, ascending, at most `limit` of them; none if the run has
  /// no entry for it.
  public func records(
    keyHash: SHA256Digest, in range: Range<UInt64> = 0..<UInt64.max, limit: Int = .max
  ) -> [UInt64] {
    guard limit > 0, let place = place(of: keyHash) else { return [] }
    var found: [UInt64] = []
    for position in (place == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place]) {
      let record = firstRecord + UInt64(records[position])
      guard record < range.upperBound, found.count < limit else { break }
      if record >= range.lowerBound { found.append(record) }
    }
    return found
  }

  /// Hashes are spread evenly, so the entry is near the place that its first bytes say.
  private func place(of keyHash: SHA256Digest) -> Int? {
    var (low, high) = (0, keyHashes.count)
    guard high > 0 else { return nil }
    let prefix = keyHash.withBytes { $0.word(at: 0).byteSwapped }
    let guess = Int(prefix.multipliedFullWidth(by: UInt64(high)).high)
    var step = 16
    if keyHashes[guess] < keyHash {
      low = guess + 1
      while guess + step < high, keyHashes[guess + step] < keyHash {
        low = guess + step + 1
        step *= 2
      }
      high = min(high, guess + step + 1)
    } else {
      high = guess + 1
      while guess - step >= 0, !(keyHashes[guess - step] < keyHash) {
        high = guess - step + 1
        step *= 2
      }
      low = max(0, guess - step)
    }
    while low < high {
      let middle = low + (high - low) / 2
      if keyHashes[middle] < keyHash { low = middle + 1 } else { high = middle }
    }
    return low < keyHashes.count && keyHashes[low] == keyHash ? low : nil
  }
}
