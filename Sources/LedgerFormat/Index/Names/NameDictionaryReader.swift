internal import LedgerCryptography

/// A name dictionary, read as far as a search needs.
public struct NameDictionaryReader: Sendable {
  public let source: any RunByteSource
  public let ledgerID: LedgerID
  public let extent: IndexRunExtent
  /// How many names it lists.
  public let nameCount: UInt64

  private let blocks: [RunBlockLocation]

  /// Reads header, table and footer of a file of `fileByteCount` bytes.
  ///
  /// - Throws: `FormatError`, or what the source throws.
  public init(source: any RunByteSource, fileByteCount: UInt64, ledger: LedgerID?) throws {
    let footerByteCount = NameDictionaryWriter.footerByteCount
    let least = RunFileHeader.byteCount + TruncatedDigest.byteCount + footerByteCount
    guard fileByteCount >= UInt64(least) else {
      throw FormatError.truncated(
        needed: least, available: Int(clamping: fileByteCount), offset: 0)
    }
    self.source = source
    let header = try source.read(
      RunBlockLocation(offset: 0, byteCount: RunFileHeader.byteCount))
    (ledgerID, extent) = try RunFileHeader.decode(
      header.rawSpan, NameDictionaryWriter.magic, structure: "name dictionary", ledger: ledger)
    let end = fileByteCount - UInt64(footerByteCount)
    let footer = try source.read(RunBlockLocation(offset: end, byteCount: footerByteCount))
    let (count, tableOffset) = try Self.decodeFooter(footer.rawSpan, end: end)
    nameCount = count
    let table = try source.read(
      RunBlockLocation(offset: tableOffset, byteCount: Int(end - tableOffset)))
    blocks = try Self.decodeTable(table.rawSpan, end: tableOffset)
  }

  private static func decodeFooter(
    _ bytes: RawSpan, end: UInt64
  ) throws(FormatError) -> (nameCount: UInt64, tableOffset: UInt64) {
    var reader = ByteReader(bytes)
    try reader.magic(NameDictionaryWriter.footerMagic, structure: "name dictionary footer")
    let nameCount = try reader.uint64()
    let tableOffset = try reader.uint64()
    let undigested = bytes.extracting(..<reader.offset)
    guard try reader.truncatedDigest() == TruncatedDigest.hash(undigested) else {
      throw .digestMismatch(structure: "name dictionary footer")
    }
    try reader.finish()
    guard nameCount <= FormatLimits.integerMax else {
      throw .badValue(field: "name count", found: nameCount, offset: 8)
    }
    let perBlock = UInt64(FormatLimits.nameBlockEntryCount)
    let blockCount = nameCount / perBlock + (nameCount.isMultiple(of: perBlock) ? 0 : 1)
    // So the file is as large as whatever is allocated for the table.
    guard tableOffset >= UInt64(RunFileHeader.byteCount), tableOffset <= end,
      end - tableOffset >= UInt64(TruncatedDigest.byteCount),
      (end - tableOffset - UInt64(TruncatedDigest.byteCount)) / 12 == blockCount,
      (end - tableOffset - UInt64(TruncatedDigest.byteCount)).isMultiple(of: 12)
    else { throw .inconsistent(field: "table offset", offset: 16) }
    return (nameCount, tableOffset)
  }

  private static func decodeTable(
    _ bytes: RawSpan, end: UInt64
  ) throws(FormatError) -> [RunBlockLocation] {
    let digestStart = bytes.byteCount - TruncatedDigest.byteCount
    let undigested = bytes.extracting(..<digestStart)
    guard TruncatedDigest(bytes.extracting(digestStart...)) == TruncatedDigest.hash(undigested)
    else { throw .digestMismatch(structure: "name table") }
    var reader = ByteReader(undigested)
    var blocks: [RunBlockLocation] = []
    blocks.reserveCapacity(undigested.byteCount / 12)
    var next = UInt64(RunFileHeader.byteCount)
    while reader.remaining > 0 {
      let start = reader.offset
      let offset = try reader.uint64()
      let byteCount = try reader.uint32()
      guard byteCount <= UInt32(FormatLimits.nameBlockByteCountMax) else {
        throw .overLimit(
          field: "block byte count", found: UInt64(byteCount),
          limit: UInt64(FormatLimits.nameBlockByteCountMax), offset: start + 8)
      }
      guard offset == next, UInt64(byteCount) <= end - next else {
        throw .inconsistent(field: "block offset", offset: start)
      }
      next += UInt64(byteCount)
      blocks.append(RunBlockLocation(offset: offset, byteCount: Int(byteCount)))
    }
    guard next == end else { throw .inconsistent(field: "block offset", offset: 0) }
    return blocks
  }

  /// Reads every block and checks its digest and the order of the names.
  ///
  /// - Throws: `FormatError` where the file is damaged anywhere, or what the source throws.
  public func check() throws {
    var last: IndexedName?
    for index in 0..<blockCount {
      let names = try names(inBlock: index)
      if let last, let first = names.first, first <= last {
        throw FormatError.notAscending(field: "name", offset: 2)
      }
      last = names.last
    }
  }

  /// How many blocks the names lie in.
  var blockCount: Int { blocks.count }

  /// The names of one block.
  func names(inBlock index: Int) throws -> [IndexedName] {
    let bytes = try source.read(blocks[index])
    let perBlock = UInt64(FormatLimits.nameBlockEntryCount)
    let expected = min(perBlock, nameCount - UInt64(index) * perBlock)
    return try NameBlock.decode(bytes.rawSpan, expectedCount: Int(expected))
  }

  /// The names that match, ascending and not below `start`, at most `limit` of them.
  ///
  /// - Parameter start: where to go on after an earlier call; nil to begin.
  /// - Complexity: reads O(log n) blocks to find the first, then those that it lists.
  public func names(
    matching query: NameQuery, from start: IndexedName? = nil, limit: Int
  ) throws -> [IndexedName] {
    guard limit > 0, !blocks.isEmpty else { return [] }
    let least = max(query.lowerBound, start ?? query.lowerBound)
    var low = 0
    var high = blocks.count
    // The first block that begins above the bound; the names sought begin in the one before it.
    while low < high {
      let middle = (low + high) / 2
      let isBelow = try names(inBlock: middle).first.map { $0 <= least } ?? true
      if isBelow { low = middle + 1 } else { high = middle }
    }
    var found: [IndexedName] = []
    for index in max(0, low - 1)..<blocks.count {
      for name in try names(inBlock: index) where name >= least {
        guard query.matches(name), found.count < limit else { return found }
        found.append(name)
      }
    }
    return found
  }
}
