public import LedgerCryptography

/// The start of a group frame: records that one sync made durable.
///
/// ```
/// offset  bytes
///  0      8   magic "LSTGROUP"
///  8      16  ledger id
///  24     16  random id of the opening that wrote it
///  40     8   group number, from 1, without gaps over all files and openings
///  48     8   own offset in the active file
///  56     8   index of the first record
///  64     4   record count
///  68     4   bytes of the header blocks
///  72     4   bytes of the body blocks
///  76     4   bytes of the deduplication entries
///  80     16  frame digest of the group before
///  96     16  payload digest: of every block's header, in order, and of the deduplication entries
///  112    16  frame digest: of the 112 bytes before
///  128    …   header blocks, body blocks, deduplication entries
/// ```
///
/// A block's header holds the digest of its stored bytes, so the payload digest reaches every byte
/// without hashing any twice.
public struct GroupFrameHeader: Hashable, Sendable {
  public var ledgerID: LedgerID
  public var openingID: OpeningID
  public var number: UInt64
  public var offset: UInt64
  public var firstRecord: UInt64
  public var recordCount: UInt32
  public var headerSectionByteCount: UInt32
  public var bodySectionByteCount: UInt32
  public var deduplicationSectionByteCount: UInt32
  public var previousDigest: TruncatedDigest
  public var payloadDigest: TruncatedDigest
  public var digest: TruncatedDigest

  /// Bytes before the sections.
  public static let byteCount = 128
  /// "LSTGROUP", little-endian.
  public static let magic: UInt64 = 0x5055_4F52_4754_534C

  /// Bytes of all sections.
  public var payloadByteCount: Int {
    Int(headerSectionByteCount) + Int(bodySectionByteCount) + Int(deduplicationSectionByteCount)
  }

  /// Bytes of the whole frame.
  public var frameByteCount: Int { Self.byteCount + payloadByteCount }

  /// The record after the last of the group.
  public var endRecord: UInt64 { firstRecord + UInt64(recordCount) }

  /// Encodes the header; `digest` is computed, not taken.
  public func encoded() -> [UInt8] {
    var buffer: ByteBuffer = []
    buffer.reserveCapacity(Self.byteCount)
    buffer.append(littleEndian: Self.magic)
    buffer.append(contentsOf: ledgerID.bytes)
    buffer.append(contentsOf: openingID.bytes)
    buffer.append(littleEndian: number)
    buffer.append(littleEndian: offset)
    buffer.append(littleEndian: firstRecord)
    buffer.append(littleEndian: recordCount)
    buffer.append(littleEndian: headerSectionByteCount)
    buffer.append(littleEndian: bodySectionByteCount)
    buffer.append(littleEndian: deduplicationSectionByteCount)
    buffer.append(previousDigest)
    buffer.append(payloadDigest)
    buffer.append(TruncatedDigest.hash(buffer.rawSpan))
    return buffer
  }

  /// Reads a frame's header; its digest is checked before any other field is believed.
  public static func decode(from reader: inout ByteReader) throws(FormatError) -> GroupFrameHeader {
    let start = reader.offset
    var whole = reader
    try reader.magic(magic, structure: "group frame")
    let undigested = try whole.bytes(byteCount - TruncatedDigest.byteCount)
    let digest = try whole.truncatedDigest()
    guard TruncatedDigest.hash(undigested) == digest else {
      throw .digestMismatch(structure: "group frame")
    }
    let header = GroupFrameHeader(
      ledgerID: try reader.ledgerID(), openingID: OpeningID(try reader.ledgerID().bytes),
      number: try reader.uint64(), offset: try reader.uint64(),
      firstRecord: try reader.uint64(), recordCount: try reader.uint32(),
      headerSectionByteCount: try reader.uint32(), bodySectionByteCount: try reader.uint32(),
      deduplicationSectionByteCount: try reader.uint32(),
      previousDigest: try reader.truncatedDigest(), payloadDigest: try reader.truncatedDigest(),
      digest: try reader.truncatedDigest())
    try header.checkRanges(start: start)
    return header
  }

  private func checkRanges(start: Int) throws(FormatError) {
    let limit = FormatLimits.integerMax
    guard number > 0, number <= limit else {
      throw .badValue(field: "group number", found: number, offset: start + 40)
    }
    guard offset <= limit else {
      throw .badValue(field: "group offset", found: offset, offset: start + 48)
    }
    guard firstRecord <= limit - UInt64(FormatLimits.groupRecordCountMax) else {
      throw .badValue(field: "first record", found: firstRecord, offset: start + 56)
    }
    guard (1...UInt32(FormatLimits.groupRecordCountMax)).contains(recordCount) else {
      throw .badValue(field: "record count", found: UInt64(recordCount), offset: start + 64)
    }
    guard payloadByteCount <= FormatLimits.groupStoredByteCountMax else {
      throw .overLimit(
        field: "group payload", found: UInt64(payloadByteCount),
        limit: UInt64(FormatLimits.groupStoredByteCountMax), offset: start + 68)
    }
    guard
      Int(deduplicationSectionByteCount).isMultiple(of: DeduplicationEntry.byteCount),
      Int(deduplicationSectionByteCount) / DeduplicationEntry.byteCount <= Int(recordCount)
    else {
      throw .badValue(
        field: "deduplication section", found: UInt64(deduplicationSectionByteCount),
        offset: start + 76)
    }
  }
}

/// 16 random bytes drawn at each opening for writing.
public struct OpeningID: Hashable, Sendable {
  public let bytes: [UInt8]

  /// - Precondition: `bytes` are 16.
  public init(_ bytes: [UInt8]) {
    precondition(bytes.count == 16, "an opening id has 16 bytes")
    self.bytes = bytes
  }
}

/// The duplicate key of one record of a group, and of its bytes.
///
/// ```
/// offset  bytes
///  0      4   record, counted from the group's first
///  4      16  key: HMAC-SHA256 over source and bytes or id, truncated
///  20     16  HMAC-SHA256 over the bytes, truncated
/// ```
public struct DeduplicationEntry: Hashable, Sendable {
  public var recordOffset: UInt32
  public var key: TruncatedDigest
  public var contentKey: TruncatedDigest

  public static let byteCount = 36

  public init(recordOffset: UInt32, key: TruncatedDigest, contentKey: TruncatedDigest) {
    self.recordOffset = recordOffset
    self.key = key
    self.contentKey = contentKey
  }

  public func encode(into buffer: inout ByteBuffer) {
    buffer.append(littleEndian: recordOffset)
    buffer.append(key)
    buffer.append(contentKey)
  }

  static func decode(from reader: inout ByteReader, recordCount: UInt32)
    throws(FormatError) -> DeduplicationEntry
  {
    let start = reader.offset
    let entry = DeduplicationEntry(
      recordOffset: try reader.uint32(), key: try reader.truncatedDigest(),
      contentKey: try reader.truncatedDigest())
    guard entry.recordOffset < recordCount else {
      throw .badValue(
        field: "deduplication record", found: UInt64(entry.recordOffset), offset: start)
    }
    return entry
  }
}
