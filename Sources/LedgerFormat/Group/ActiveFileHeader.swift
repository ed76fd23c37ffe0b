public import LedgerCryptography

/// The start of `active` and `active.sealing`; group frames follow.
///
/// ```
/// offset  bytes
///  0      8   magic "LSTACTIV"
///  8      4   format version
///  12     16  ledger id
///  28     8   index of the first record
///  36     8   number of the first group
///  44     16  frame digest of the group before; zero before group 1
///  60     32  leaf hash of the record before; zero before record 0
///  92     16  digest of all before it
/// ```
public struct ActiveFileHeader: Hashable, Sendable {
  public var ledgerID: LedgerID
  public var firstRecord: UInt64
  public var firstGroup: UInt64
  public var previousDigest: TruncatedDigest
  public var leafHashBefore: SHA256Digest

  public static let byteCount = 108
  /// "LSTACTIV", little-endian.
  static let magic: UInt64 = 0x5649_5443_4154_534C

  public init(
    ledgerID: LedgerID, firstRecord: UInt64, firstGroup: UInt64,
    previousDigest: TruncatedDigest, leafHashBefore: SHA256Digest
  ) {
    self.ledgerID = ledgerID
    self.firstRecord = firstRecord
    self.firstGroup = firstGroup
    self.previousDigest = previousDigest
    self.leafHashBefore = leafHashBefore
  }

  public func encoded() -> [UInt8] {
    var buffer: ByteBuffer = []
    buffer.append(littleEndian: Self.magic)
    buffer.append(littleEndian: FormatLimits.formatVersion)
    buffer.append(contentsOf: ledgerID.bytes)
    buffer.append(littleEndian: firstRecord)
    buffer.append(littleEndian: firstGroup)
    buffer.append(previousDigest)
    buffer.append(leafHashBefore)
    buffer.append(TruncatedDigest.hash(buffer.rawSpan))
    return buffer
  }

  /// Reads the header of a file of the ledger `expected`, or of any where that is nil.
  public static func decode(from reader: inout ByteReader, ledger expected: LedgerID?)
    throws(FormatError) -> ActiveFileHeader
  {
    var whole = reader
    try reader.magic(magic, structure: "active file")
    try reader.formatVersion()
    let id = try reader.ledgerID(expected: expected)
    let header = ActiveFileHeader(
      ledgerID: id, firstRecord: try reader.uint64(), firstGroup: try reader.uint64(),
      previousDigest: try reader.truncatedDigest(), leafHashBefore: try reader.digest())
    let undigested = try whole.bytes(byteCount - TruncatedDigest.byteCount)
    guard try reader.truncatedDigest() == TruncatedDigest.hash(undigested) else {
      throw .digestMismatch(structure: "active file header")
    }
    guard header.firstRecord <= FormatLimits.integerMax else {
      throw .badValue(field: "first record", found: header.firstRecord, offset: 28)
    }
    guard header.firstGroup > 0, header.firstGroup <= FormatLimits.integerMax else {
      throw .badValue(field: "first group", found: header.firstGroup, offset: 36)
    }
    return header
  }
}

extension ByteReader {
  /// Reads four bytes that must be the one format version there is.
  mutating func formatVersion() throws(FormatError) {
    let version = try uint32()
    guard version == FormatLimits.formatVersion else {
      throw .unsupportedVersion(found: version)
    }
  }
}
