internal import LedgerCryptography

/// The start of a sealed file; blocks follow, then a footer.
///
/// ```
/// offset  bytes
///  0      8   magic "LSTHDSEG" (log/) or "LSTBDSEG" (bodies/)
///  8      4   format version
///  12     16  ledger id
///  28     8   index of the first record
///  36     16  digest of all before it
/// ```
public struct SegmentFileHeader: Hashable, Sendable {
  public var kind: BlockKind
  public var ledgerID: LedgerID
  public var firstRecord: UInt64

  public static let byteCount = 52

  public init(kind: BlockKind, ledgerID: LedgerID, firstRecord: UInt64) {
    self.kind = kind
    self.ledgerID = ledgerID
    self.firstRecord = firstRecord
  }

  static func magic(_ kind: BlockKind) -> UInt64 {
    switch kind {
    case .headers: 0x4745_5344_4854_534C  // "LSTHDSEG"
    case .bodies: 0x4745_5344_4254_534C  // "LSTBDSEG"
    }
  }

  public func encoded() -> [UInt8] {
    var buffer: ByteBuffer = []
    buffer.append(littleEndian: Self.magic(kind))
    buffer.append(littleEndian: FormatLimits.formatVersion)
    buffer.append(contentsOf: ledgerID.bytes)
    buffer.append(littleEndian: firstRecord)
    buffer.append(TruncatedDigest.hash(buffer.rawSpan))
    return buffer
  }

  /// Reads the header of a file of the ledger `expected`, or of any where that is nil.
  public static func decode(
    _ kind: BlockKind, from reader: inout ByteReader, ledger expected: LedgerID?
  ) throws(FormatError) -> SegmentFileHeader {
    var whole = reader
    try reader.magic(magic(kind), structure: "\(kind.name) segment")
    try reader.formatVersion()
    let id = try reader.ledgerID(expected: expected)
    let header = SegmentFileHeader(
      kind: kind, ledgerID: id, firstRecord: try reader.uint64())
    let undigested = try whole.bytes(byteCount - TruncatedDigest.byteCount)
    guard try reader.truncatedDigest() == TruncatedDigest.hash(undigested) else {
      throw .digestMismatch(structure: "segment header")
    }
    guard header.firstRecord <= FormatLimits.integerMax else {
      throw .badValue(field: "first record", found: header.firstRecord, offset: 28)
    }
    return header
  }
}
