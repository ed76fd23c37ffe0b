internal import LedgerCryptography
internal import MerkleLog

/// ```
/// bytes
///  1      1 listed, 2 absent
///
/// listed
///  …      position of the entry, varint
///  …      record count of the whole list, varint
///  …      first chunk, varint
///  …      one past the last chunk, varint
///  …      the records of the chunks, as gaps from the run's first record on
///  32 …   hashes that prove the chunks in the list
///  32 …   hashes that prove the entry in the run
///
/// absent
///  …      position at which the entry would be inserted, varint
///  …      the entry before it, if there is one: key hash 32, record count varint, list root 32
///  …      the entry at it, if there is one: the same
///  32 …   hashes that prove both in the run
/// ```
/// The numbers determine how many hashes there are, as in `RangeProof`.
extension RunAnswer {
  /// Appends the answer about the run of `extent`.
  func append(extent: IndexRunExtent, to buffer: inout ByteBuffer) {
    switch self {
    case .listed(let entry):
      buffer.append(1)
      buffer.append(varint: entry.position)
      buffer.append(varint: entry.recordCount)
      buffer.append(varint: entry.chunks.lowerBound)
      buffer.append(varint: entry.chunks.upperBound)
      RecordGaps.append(entry.records, base: extent.firstRecord, to: &buffer)
      for hash in entry.listHashes { buffer.append(hash) }
      for hash in entry.entryHashes { buffer.append(hash) }
    case .absent(let entry):
      buffer.append(2)
      buffer.append(varint: entry.position)
      entry.left?.append(to: &buffer)
      entry.right?.append(to: &buffer)
      for hash in entry.hashes { buffer.append(hash) }
    }
  }

  /// Decodes an answer about a run that covers `extent` and has `entryCount` entries.
  static func decode(
    _ bytes: RawSpan, extent: IndexRunExtent, entryCount: UInt64
  ) throws(FormatError) -> RunAnswer {
    var reader = ByteReader(bytes)
    let kind = try reader.uint8()
    let answer: RunAnswer
    switch kind {
    case 1: answer = .listed(try ListedEntry.decode(from: &reader, extent, entryCount))
    case 2: answer = .absent(try AbsentEntry.decode(from: &reader, extent, entryCount))
    default: throw .badValue(field: "answer", found: UInt64(kind), offset: 0)
    }
    try reader.finish()
    return answer
  }
}

extension ListedEntry {
  fileprivate static func decode(
    from reader: inout ByteReader, _ extent: IndexRunExtent, _ entryCount: UInt64
  ) throws(FormatError) -> ListedEntry {
    guard entryCount > 0 else { throw .badValue(field: "answer", found: 1, offset: 0) }
    let position = try reader.varint("entry position", limit: entryCount - 1)
    let start = reader.offset
    let recordCount = try reader.varint("record count", limit: extent.recordCount)
    guard recordCount > 0 else { throw .badValue(field: "record count", found: 0, offset: start) }
    let chunkCount = IndexList.chunkCount(recordCount: recordCount)
    let first = try reader.varint("first chunk", limit: chunkCount - 1)
    let endStart = reader.offset
    let end = try reader.varint("end chunk", limit: chunkCount)
    guard end > first else { throw .badValue(field: "end chunk", found: end, offset: endStart) }
    let low = IndexList.records(ofChunk: first, recordCount: recordCount).lowerBound
    let high = IndexList.records(ofChunk: end - 1, recordCount: recordCount).upperBound
    var records: [UInt64] = []
    try RecordGaps.decode(
      count: Int(clamping: high - low), in: extent.firstRecord..<extent.endRecord,
      from: &reader, into: &records)
    let listHashCount = RangeProof.hashCount(range: first..<end, treeSize: chunkCount)
    let listHashes = try reader.digests(listHashCount)
    let entryHashCount = RangeProof.hashCount(
      range: position..<position + 1, treeSize: entryCount)
    return ListedEntry(
      position: position, recordCount: recordCount, chunks: first..<end, records: records,
      listHashes: listHashes, entryHashes: try reader.digests(entryHashCount))
  }
}

extension AbsentEntry {
  fileprivate static func decode(
    from reader: inout ByteReader, _ extent: IndexRunExtent, _ entryCount: UInt64
  ) throws(FormatError) -> AbsentEntry {
    let position = try reader.varint("insertion position", limit: entryCount)
    let left = position > 0 ? try EntrySummary.decode(from: &reader, extent) : nil
    let right = position < entryCount ? try EntrySummary.decode(from: &reader, extent) : nil
    guard entryCount > 0 else {
      return AbsentEntry(position: position, left: nil, right: nil, hashes: [])
    }
    let hashCount = RangeProof.hashCount(
      range: neighbours(position, entryCount: entryCount), treeSize: entryCount)
    return AbsentEntry(
      position: position, left: left, right: right, hashes: try reader.digests(hashCount))
  }
}

extension EntrySummary {
  fileprivate func append(to buffer: inout ByteBuffer) {
    buffer.append(keyHash)
    buffer.append(varint: recordCount)
    buffer.append(listRoot)
  }

  fileprivate static func decode(
    from reader: inout ByteReader, _ extent: IndexRunExtent
  ) throws(FormatError) -> EntrySummary {
    let keyHash = try reader.digest()
    let start = reader.offset
    let recordCount = try reader.varint("record count", limit: extent.recordCount)
    guard recordCount > 0 else { throw .badValue(field: "record count", found: 0, offset: start) }
    return EntrySummary(
      keyHash: keyHash, recordCount: recordCount, listRoot: try reader.digest())
  }
}

extension ByteReader {
  /// The next `count` digests.
  fileprivate mutating func digests(_ count: Int) throws(FormatError) -> [SHA256Digest] {
    try require(count * SHA256Digest.byteCount)
    var digests: [SHA256Digest] = []
    digests.reserveCapacity(count)
    for _ in 0..<count { digests.append(try digest()) }
    return digests
  }
}
