internal import LedgerCryptography
internal import MerkleLog

/// Where an entry's records are.
enum RunList: Sendable {
  /// In the page: a range of `RunPage.records`.
  case inline(Range<Int>)
  /// In chunks of their own, under a directory.
  case tree(RunListTree)
}

/// The list of an entry with more than 256 records.
struct RunListTree: Hashable, Sendable {
  var recordCount: UInt64
  var root: SHA256Digest
  /// The topmost directory.
  var location: RunBlockLocation
}

/// A block of up to 64 entries, in the order of their key hashes.
///
/// ```
/// offset  bytes
///  4      32e  key hashes
///         …    per entry: record count c, varint, at least 1
///              c ≤ 256: the records as gaps from the run's first record on
///              c > 256: list root 32, offset 8 and byte count 4 of the list's topmost directory
/// ```
struct RunPage: Sendable {
  var keyHashes: [SHA256Digest] = []
  var recordCounts: [UInt64] = []
  var lists: [RunList] = []
  /// The records of all entries whose list is in the page.
  var records: [UInt64] = []
  /// The leaf hashes of the entries.
  var leafHashes: [SHA256Digest] = []

  /// The content of one entry behind the key hashes, for a list in the page.
  static func append(_ records: [UInt64], of extent: IndexRunExtent, to buffer: inout ByteBuffer) {
    buffer.append(varint: UInt64(records.count))
    RecordGaps.append(records, base: extent.firstRecord, to: &buffer)
  }

  /// The same for a list with its own blocks.
  static func append(_ list: RunListTree, to buffer: inout ByteBuffer) {
    buffer.append(varint: list.recordCount)
    buffer.append(list.root)
    list.location.append(to: &buffer)
  }

  /// Decodes a page and hashes its entries. `end` is where the file's blocks end.
  static func decode(
    _ bytes: RawSpan, extent: IndexRunExtent, end: UInt64
  ) throws(FormatError) -> RunPage {
    var block = try RunBlock.open(bytes, .page, level: 0, countMax: FormatLimits.runFanOut)
    var page = RunPage()
    try block.reader.require(block.count * SHA256Digest.byteCount)
    page.keyHashes.reserveCapacity(block.count)
    for _ in 0..<block.count {
      let start = block.reader.offset
      let keyHash = try block.reader.digest()
      if let last = page.keyHashes.last, keyHash <= last {
        throw .notAscending(field: "key hash", offset: start)
      }
      page.keyHashes.append(keyHash)
    }
    page.leafHashes.reserveCapacity(block.count)
    page.lists.reserveCapacity(block.count)
    page.recordCounts.reserveCapacity(block.count)
    for position in 0..<block.count {
      let listRoot = try page.decodeList(from: &block.reader, extent: extent, end: end)
      page.leafHashes.append(
        IndexHash.entry(
          keyHash: page.keyHashes[position], recordCount: page.recordCounts[position],
          listRoot: listRoot))
    }
    try block.reader.finish()
    return page
  }

  /// Decodes one entry's list and gives its root.
  private mutating func decodeList(
    from reader: inout ByteReader, extent: IndexRunExtent, end: UInt64
  ) throws(FormatError) -> SHA256Digest {
    let start = reader.offset
    let count = try reader.varint("record count", limit: extent.recordCount)
    guard count > 0 else { throw .badValue(field: "record count", found: 0, offset: start) }
    recordCounts.append(count)
    if count <= UInt64(FormatLimits.chunkRecordCount) {
      let first = records.count
      try RecordGaps.decode(
        count: Int(count), in: extent.firstRecord..<extent.endRecord, from: &reader,
        into: &records)
      lists.append(.inline(first..<records.count))
      return IndexHash.chunk(records[first...])
    }
    let root = try reader.digest()
    let location = try RunBlockLocation.decode(from: &reader, end: end)
    lists.append(.tree(RunListTree(recordCount: count, root: root, location: location)))
    return root
  }

  /// The position of the first entry whose key hash is not below `keyHash`.
  func lowerBound(_ keyHash: SHA256Digest) -> Int {
    var low = 0
    var high = keyHashes.count
    while low < high {
      let middle = (low + high) / 2
      if keyHashes[middle] < keyHash { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// A block of up to 256 records of a list that has more.
///
/// ```
/// offset  bytes
///  4      …   the records as gaps from the run's first record on
/// ```
enum RunChunk {
  static func append(_ records: [UInt64], of extent: IndexRunExtent, to buffer: inout ByteBuffer) {
    let start = buffer.count
    RunBlock.begin(.chunk, level: 0, count: records.count, in: &buffer)
    RecordGaps.append(records, base: extent.firstRecord, to: &buffer)
    RunBlock.end(from: start, in: &buffer)
  }

  static func decode(
    _ bytes: RawSpan, extent: IndexRunExtent, into records: inout [UInt64]
  ) throws(FormatError) {
    var block = try RunBlock.open(
      bytes, .chunk, level: 0, countMax: FormatLimits.chunkRecordCount)
    try RecordGaps.decode(
      count: block.count, in: extent.firstRecord..<extent.endRecord, from: &block.reader,
      into: &records)
    try block.reader.finish()
  }
}
