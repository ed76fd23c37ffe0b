public import LedgerCryptography

/// Which of the two kinds of block: runs of headers, or runs of bodies.
public enum BlockKind: Sendable {
  case headers
  case bodies

  var magic: UInt64 {
    switch self {
    case .headers: 0x314B_4C42_4854_534C  // "LSTHBLK1"
    case .bodies: 0x314B_4C42_4254_534C  // "LSTBBLK1"
    }
  }

  var name: String {
    switch self {
    case .headers: "header block"
    case .bodies: "body block"
    }
  }
}

/// What stands before the stored bytes of a block.
///
/// ```
/// offset  bytes
///  0      8   magic "LSTHBLK1" or "LSTBBLK1"
///  8      4   compression method
///  12     4   entry count
///  16     8   record of the first entry
///  24     8   record of the last entry
///  32     4   raw byte count
///  36     4   stored byte count
///  40     32  header blocks only: leaf hash of the record before the first
///  40/72  16  digest of all before it and of the stored bytes
///  56/88  …   stored bytes
/// ```
public struct BlockHeader: Hashable, Sendable {
  public var kind: BlockKind
  public var method: CompressionMethod
  public var entryCount: UInt32
  public var firstRecord: UInt64
  public var lastRecord: UInt64
  public var rawByteCount: Int
  public var storedByteCount: Int
  /// Of header blocks; zero where it is not stored.
  public var leafHashBefore: SHA256Digest
  public var digest: TruncatedDigest

  /// Bytes before the stored bytes: 88 of a header block, 56 of a body block.
  public static func byteCount(_ kind: BlockKind) -> Int { kind == .headers ? 88 : 56 }

  /// Raw bytes of the shortest entry: a header's count and first byte, or a tombstone.
  private static func leastEntryByteCount(_ kind: BlockKind) -> UInt64 {
    kind == .headers ? 3 : 20
  }

  /// Bytes of the whole block.
  public var blockByteCount: Int { Self.byteCount(kind) + storedByteCount }

  /// Appends everything before the digest.
  func encodeUndigested(into buffer: inout ByteBuffer) {
    buffer.append(littleEndian: kind.magic)
    buffer.append(littleEndian: method.rawValue)
    buffer.append(littleEndian: entryCount)
    buffer.append(littleEndian: firstRecord)
    buffer.append(littleEndian: lastRecord)
    buffer.append(littleEndian: UInt32(rawByteCount))
    buffer.append(littleEndian: UInt32(storedByteCount))
    if kind == .headers { buffer.append(leafHashBefore) }
  }

  /// Reads one block's header and checks its numbers against the limits; the digest is checked by
  /// `Block.decode`, which has the stored bytes.
  public static func decode(_ kind: BlockKind, from reader: inout ByteReader)
    throws(FormatError) -> BlockHeader
  {
    let start = reader.offset
    try reader.magic(kind.magic, structure: kind.name)
    let rawMethod = try reader.uint32()
    guard let method = CompressionMethod(rawValue: rawMethod) else {
      throw .badCompressionMethod(found: rawMethod)
    }
    let entryCount = try reader.uint32()
    let firstRecord = try reader.uint64()
    let lastRecord = try reader.uint64()
    let rawByteCount = try reader.uint32()
    let storedByteCount = try reader.uint32()
    let leafHashBefore = kind == .headers ? try reader.digest() : .zero
    let digest = try reader.truncatedDigest()
    guard entryCount > 0 else {
      throw .badValue(field: "entry count", found: 0, offset: start + 12)
    }
    guard firstRecord <= lastRecord, lastRecord <= UInt64(Int64.max) else {
      throw .inconsistent(field: "last record", offset: start + 24)
    }
    if kind == .headers, lastRecord - firstRecord != UInt64(entryCount) - 1 {
      throw .inconsistent(field: "entry count", offset: start + 12)
    }
    // Whoever reserves room for the entries can believe their count.
    guard UInt64(entryCount) * leastEntryByteCount(kind) <= UInt64(rawByteCount) else {
      throw .inconsistent(field: "raw byte count", offset: start + 32)
    }
    let limit = UInt64(FormatLimits.blockByteCountMax)
    guard rawByteCount <= limit else {
      throw .overLimit(
        field: "raw byte count", found: UInt64(rawByteCount), limit: limit, offset: start + 32)
    }
    let isStoredCountRight =
      method == .raw ? storedByteCount == rawByteCount : storedByteCount < rawByteCount
    guard isStoredCountRight else {
      throw .inconsistent(field: "stored byte count", offset: start + 36)
    }
    return BlockHeader(
      kind: kind, method: method, entryCount: entryCount, firstRecord: firstRecord,
      lastRecord: lastRecord, rawByteCount: Int(rawByteCount),
      storedByteCount: Int(storedByteCount), leafHashBefore: leafHashBefore, digest: digest)
  }
}
