public import LedgerCryptography
internal import MerkleLog

extension RunReader {
  /// What the run says of the entity with `keyHash`: of an entry at least all records from `since`
  /// on, in whole chunks, or the neighbours that exclude it; with its proof.
  ///
  /// - Throws: `FormatError` where the file is damaged, or what the source throws.
  /// - Complexity: one page, the directories above it, and the chunks asked for.
  public func answer(keyHash: SHA256Digest, since: UInt64 = 0) throws -> RunAnswer {
    try answer(keyHash: keyHash, covering: since..<UInt64.max)
  }

  /// The same for the records in `range`, which is not empty.
  public func answer(keyHash: SHA256Digest, covering range: Range<UInt64>) throws -> RunAnswer {
    precondition(!range.isEmpty, "an answer covers one record at least")
    guard let tree = RunEntryTree(self) else {
      return .absent(AbsentEntry(position: 0, left: nil, right: nil, hashes: []))
    }
    let (position, isFound) = try tree.find(keyHash)
    guard isFound else { return .absent(try absent(at: position, tree)) }
    let (page, place) = try tree.entry(at: position)
    let list = tree.list(of: page, place)
    let chunks = try Self.chunks(of: list, covering: range)
    var records: [UInt64] = []
    for chunk in chunks { records += try list.chunk(chunk) }
    return .listed(
      ListedEntry(
        position: position, recordCount: list.recordCount, chunks: chunks, records: records,
        listHashes: try RangeProof.make(
          range: chunks, treeSize: list.chunkCount, reader: list
        ).hashes,
        entryHashes: try RangeProof.make(
          range: position..<position + 1, treeSize: tree.entryCount, reader: tree
        ).hashes))
  }

  /// The records of the entity in `range`, ascending, at most `limit` of them; none if the run has
  /// no entry for it. Without a proof, so without hashes that only a proof needs.
  public func records(
    keyHash: SHA256Digest, in range: Range<UInt64> = 0..<UInt64.max, limit: Int = .max
  ) throws -> [UInt64] {
    guard !range.isEmpty, limit > 0, let tree = RunEntryTree(self) else { return [] }
    let (position, isFound) = try tree.find(keyHash)
    guard isFound else { return [] }
    let (page, place) = try tree.entry(at: position)
    let list = tree.list(of: page, place)
    var records: [UInt64] = []
    var chunk = try list.chunk(atOrBefore: range.lowerBound)
    var last: UInt64?
    while chunk < list.chunkCount {
      let inChunk = try list.chunk(chunk)
      // Within a chunk they ascend, and so do the chunks' first records.
      if let last, let first = inChunk.first, first <= last {
        throw FormatError.notAscending(field: "record", offset: RunBlock.headByteCount)
      }
      last = inChunk.last
      for record in inChunk where record >= range.lowerBound {
        guard record < range.upperBound, records.count < limit else { return records }
        records.append(record)
      }
      chunk += 1
    }
    return records
  }

  /// How many records the entity's entry has; 0 without one.
  public func recordCount(keyHash: SHA256Digest) throws -> UInt64 {
    guard let tree = RunEntryTree(self) else { return 0 }
    let (position, isFound) = try tree.find(keyHash)
    guard isFound else { return 0 }
    let (page, place) = try tree.entry(at: position)
    return page.recordCounts[place]
  }

  private func absent(at position: UInt64, _ tree: RunEntryTree) throws -> AbsentEntry {
    let range = AbsentEntry.neighbours(position, entryCount: tree.entryCount)
    func summary(_ position: UInt64) throws -> EntrySummary {
      let (page, place) = try tree.entry(at: position)
      let listRoot =
        switch page.lists[place] {
        case .inline(let range): IndexHash.chunk(page.records[range])
        case .tree(let tree): tree.root
        }
      return EntrySummary(
        keyHash: page.keyHashes[place], recordCount: page.recordCounts[place], listRoot: listRoot)
    }
    return AbsentEntry(
      position: position,
      left: position > 0 ? try summary(position - 1) : nil,
      right: position < tree.entryCount ? try summary(position) : nil,
      hashes: try RangeProof.make(range: range, treeSize: tree.entryCount, reader: tree).hashes)
  }

  /// The fewest chunks that show which records of `range` the list has.
  private static func chunks(
    of list: RunRecordList, covering range: Range<UInt64>
  ) throws -> Range<UInt64> {
    let first = try list.chunk(atOrBefore: range.lowerBound)
    // A chunk whose first record is the last of the range, or lies behind it, shows the end.
    var last = try list.chunk(atOrBefore: range.upperBound - 1)
    if last + 1 < list.chunkCount,
      try list.chunk(last).last.map({ $0 < range.upperBound - 1 }) ?? true
    {
      last += 1
    }
    return first..<last + 1
  }
}
