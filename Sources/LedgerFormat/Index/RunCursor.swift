internal import LedgerCryptography

/// Goes through a run's entries in order, holding one page and one chunk.
struct RunCursor {
  private let tree: RunEntryTree?
  private var page = RunPage()
  private var place = 0
  private var nextPage: UInt64 = 0
  private var pageCount: UInt64 = 0
  // A list with blocks of its own, while it is being read.
  private var list: RunRecordList?
  private var nextChunk: UInt64 = 0
  private var leastRecord: UInt64 = 0

  /// The key hash of the entry stood at; nil behind the last.
  private(set) var keyHash: SHA256Digest?

  /// Stands at the first entry.
  init(_ reader: RunReader) throws {
    tree = RunEntryTree(reader)
    pageCount = (reader.footer.entryCount + 63) / 64
    try load()
  }

  /// Hands the next records of the entry to `writer`; false if they were the last ones, whereupon
  /// the next entry is stood at.
  mutating func writeRecords(to writer: inout RunWriter) throws -> Bool {
    guard let tree, keyHash != nil else { return false }
    if list == nil {
      switch page.lists[place] {
      case .inline(let range):
        for position in range { writer.append(page.records[position]) }
        try advance()
        return false
      case .tree(let listTree):
        list = RunRecordList(listTree, tree.reader)
        nextChunk = 0
        leastRecord = 0
      }
    }
    guard let list else { return false }
    let records = try list.chunk(nextChunk)
    // Hashes say that the bytes are those written, not that their writer kept the order.
    guard let first = records.first, let last = records.last, first >= leastRecord else {
      throw FormatError.notAscending(field: "record", offset: RunBlock.headByteCount)
    }
    leastRecord = last + 1
    for record in records { writer.append(record) }
    nextChunk += 1
    if nextChunk < list.chunkCount { return true }
    self.list = nil
    try advance()
    return false
  }

  private mutating func advance() throws {
    place += 1
    if place < page.keyHashes.count {
      keyHash = page.keyHashes[place]
    } else {
      keyHash = nil
      try load()
    }
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
    keyHash = page.keyHashes.first
    // Directories behind are not needed again.
    if nextPage.isMultiple(of: UInt64(FormatLimits.runFanOut)) { tree.directories.forget() }
  }
}
