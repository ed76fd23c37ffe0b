public import LedgerCryptography

/// The start of a run file; blocks follow, then a footer.
///
/// ```
/// offset  bytes
///  0      8   magic "LSTINRUN"
///  8      4   format version
///  12     16  ledger id
///  28     4   level
///  32     8   first record
///  40     8   record count
///  48     16  digest of all before it
/// ```
public struct RunFileHeader: Hashable, Sendable {
  public var ledgerID: LedgerID
  public var extent: IndexRunExtent

  public static let byteCount = 64
  static let magic: UInt64 = 0x4E55_524E_4954_534C  // "LSTINRUN"

  public init(ledgerID: LedgerID, extent: IndexRunExtent) {
    self.ledgerID = ledgerID
    self.extent = extent
  }

  public func encoded() -> [UInt8] { Self.encoded(Self.magic, ledgerID, extent) }

  /// Decodes the header of a file of the ledger `expected`, or of any where that is nil.
  public static func decode(_ bytes: RawSpan, ledger expected: LedgerID?)
    throws(FormatError) -> RunFileHeader
  {
    let (id, extent) = try decode(bytes, magic, structure: "run", ledger: expected)
    return RunFileHeader(ledgerID: id, extent: extent)
  }

  /// A name dictionary begins with the same fields under another magic.
  static func encoded(_ magic: UInt64, _ ledgerID: LedgerID, _ extent: IndexRunExtent) -> [UInt8] {
    var buffer: ByteBuffer = []
    buffer.append(littleEndian: magic)
    buffer.append(littleEndian: FormatLimits.formatVersion)
    buffer.append(contentsOf: ledgerID.bytes)
    buffer.append(littleEndian: UInt32(extent.level))
    buffer.append(littleEndian: extent.firstRecord)
    buffer.append(littleEndian: extent.recordCount)
    buffer.append(TruncatedDigest.hash(buffer.rawSpan))
    return buffer
  }

  static func decode(
    _ bytes: RawSpan, _ magic: UInt64, structure: String, ledger expected: LedgerID?
  ) throws(FormatError) -> (LedgerID, IndexRunExtent) {
    var reader = ByteReader(bytes)
    try reader.magic(magic, structure: structure)
    try reader.formatVersion()
    let id = try reader.ledgerID(expected: expected)
    let level = try reader.uint32()
    let firstRecord = try reader.uint64()
    let recordCount = try reader.uint64()
    let undigested = bytes.extracting(..<reader.offset)
    guard try reader.truncatedDigest() == TruncatedDigest.hash(undigested) else {
      throw .digestMismatch(structure: "\(structure) header")
    }
    try reader.finish()
    guard
      let extent = IndexRunExtent(
        level: UInt64(level), firstRecord: firstRecord, recordCount: recordCount)
    else { throw .inconsistent(field: "run extent", offset: 28) }
    return (id, extent)
  }
}

/// The end of a run file.
///
/// ```
/// offset  bytes
///  0      8   magic "LSTINFTR"
///  8      8   entry count
///  16     8   count of the records of all lists together
///  24     8   offset of the topmost block; 0 in an empty run
///  32     4   its byte count; 0 in an empty run
///  36     4   its level: 0 a page, else a directory
///  40     32  root
///  72     16  digest of all before it
/// ```
public struct RunFooter: Hashable, Sendable {
  public var entryCount: UInt64
  /// How many (entity, record) pairs the run holds.
  public var pairCount: UInt64
  /// The RFC 6962 root over the entries.
  public var root: SHA256Digest
  /// The topmost block; nil in an empty run.
  var top: RunBlockLocation?

  public static let byteCount = 88
  static let magic: UInt64 = 0x5254_464E_4954_534C  // "LSTINFTR"

  /// The level of the topmost block over `leafCount` pages' entries or a list's chunks, where a
  /// block of level 0 holds up to 64 of them.
  static func topLevel(leafCount: UInt64) -> Int {
    var level = 0
    var blocks = (leafCount + 63) / 64
    while blocks > 1 {
      blocks = (blocks + 63) / 64
      level += 1
    }
    return level
  }

  func encoded() -> [UInt8] {
    var buffer: ByteBuffer = []
    buffer.append(littleEndian: Self.magic)
    buffer.append(littleEndian: entryCount)
    buffer.append(littleEndian: pairCount)
    buffer.append(littleEndian: top?.offset ?? 0)
    buffer.append(littleEndian: UInt32(top?.byteCount ?? 0))
    buffer.append(littleEndian: UInt32(Self.topLevel(leafCount: entryCount)))
    buffer.append(root)
    buffer.append(TruncatedDigest.hash(buffer.rawSpan))
    return buffer
  }

  /// Decodes the last 88 bytes of a file of `fileByteCount` bytes.
  static func decode(_ bytes: RawSpan, fileByteCount: UInt64) throws(FormatError) -> RunFooter {
    var reader = ByteReader(bytes)
    try reader.magic(magic, structure: "run footer")
    let entryCount = try reader.uint64()
    let pairCount = try reader.uint64()
    let offset = try reader.uint64()
    let byteCount = try reader.uint32()
    let level = try reader.uint32()
    let root = try reader.digest()
    let undigested = bytes.extracting(..<reader.offset)
    guard try reader.truncatedDigest() == TruncatedDigest.hash(undigested) else {
      throw .digestMismatch(structure: "run footer")
    }
    try reader.finish()
    guard entryCount <= FormatLimits.integerMax else {
      throw .badValue(field: "entry count", found: entryCount, offset: 8)
    }
    guard pairCount >= entryCount, pairCount <= FormatLimits.integerMax,
      (pairCount == 0) == (entryCount == 0)
    else { throw .badValue(field: "pair count", found: pairCount, offset: 16) }
    // The topmost block is the last one written, so nothing may lie between it and the footer.
    let end = fileByteCount - UInt64(Self.byteCount)
    let start = UInt64(RunFileHeader.byteCount)
    var footer = RunFooter(entryCount: entryCount, pairCount: pairCount, root: root, top: nil)
    if entryCount == 0 {
      guard offset == 0, byteCount == 0, end == start else {
        throw .inconsistent(field: "top offset", offset: 24)
      }
    } else {
      guard byteCount <= UInt32(FormatLimits.runBlockByteCountMax) else {
        throw .overLimit(
          field: "top byte count", found: UInt64(byteCount),
          limit: UInt64(FormatLimits.runBlockByteCountMax), offset: 32)
      }
      guard offset >= start, offset <= end, UInt64(byteCount) == end - offset else {
        throw .inconsistent(field: "top offset", offset: 24)
      }
      footer.top = RunBlockLocation(offset: offset, byteCount: Int(byteCount))
    }
    guard Int(level) == topLevel(leafCount: entryCount) else {
      throw .inconsistent(field: "top level", offset: 36)
    }
    return footer
  }
}
