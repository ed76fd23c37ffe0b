internal import LedgerCryptography

/// Goes through a run's entries in order, holding one page and one chunk.
struct RunCursor<Source: RunByteSource> {
  private let tree: RunEntryTree<Source>?
  private var page = RunPage()
  private var place = 0
  private var nextPage: UInt64 = 0
  private var pageCount: UInt64 = 0
  // The entry's list, while it is being read.
  private var list: RunRecordList<Source>?
  private var nextChunk: UInt64 = 0
  private var leastRecord: UInt64 = 0

  /// Stands at the first entry.
  init(_ reader: RunReader<Source>) throws {
    tree = RunEntryTree(reader)
    pageCount = (reader.footer.entryCount + 63) / 64
    try load()
  }

  /// The key hash of the entry stood at; nil behind the last.
  var keyHash: SHA256Digest? {
    place < page.keyHashes.count ? page.keyHashes[place] : nil
  }

  /// The next records of the entry; nil after its last, whereupon the next entry is stood at.
  mutating func nextRecords() throws -> [UInt64]? {
    guard let tree, keyHash != nil else { return nil }
    if list == nil {
      list = tree.list(of: page, place)
      nextChunk = 0
      leastRecord = 0
    }
    if let list, nextChunk < list.chunkCount {
      nextChunk += 1
      let records = try list.chunk(nextChunk - 1)
      // Hashes say that the bytes are those written, not that their writer kept the order.
      guard let first = records.first, let last = records.last, first >= leastRecord else {
        throw FormatError.notAscending(field: "record", offset: RunBlock.headByteCount)
      }
      leastRecord = last + 1
      return records
    }
    list = nil
    place += 1
    if place == page.keyHashes.count { try load() }
    return nil
  }

  private mutating func load() throws {
    guard let tree, nextPage < pageCount else { return }
    let last = page.keyHashes.last
    page = try tree.readPage(nextPage)
    if let last, let first = page.keyHashes.first, first <= last {
      throw FormatError.notAscending(field: "key hash", offset: RunBlock.headByteCount)
    }
    nextPage += 1
    place = 0
    // Directories behind are not needed again.
    if nextPage.isMultiple(of: UInt64(FormatLimits.runFanOut)) { tree.directories.forget() }
  }
}
