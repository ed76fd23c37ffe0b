public import LedgerCryptography

/// One header inside a header block, without what can be derived: key 0 (the leaf hash of the
/// record before) and key 1 (the index, which is the block's first record plus the position).
///
/// ```
/// offset  bytes
///  0      2   byte count of what follows
///  2      1   the header's first byte
///  3      …   the header from key 2 on
/// ```
public enum HeaderEntry {
  /// Appends the entry of one complete header.
  ///
  /// - Precondition: `header` begins as `RecordHeader` draws it.
  public static func encode(header: RawSpan, into raw: inout ByteBuffer) {
    let derivedEnd = 37 + integerByteCount(first: header.byte(at: 37))
    raw.append(addingCapacity: 3 + header.byteCount - derivedEnd) { output in
      output.append(littleEndian: UInt16(header.byteCount - derivedEnd + 1))
      output.append(header.byte(at: 0))
      output.append(copying: header.extracting(derivedEnd...))
    }
  }

  /// Reads one entry and puts the complete header into `header`, whose content is replaced.
  ///
  /// The result is bytes, not yet known to be a canonical header.
  public static func decode(
    from reader: inout ByteReader, index: UInt64, previousLeafHash: SHA256Digest,
    into header: inout ByteBuffer
  ) throws(FormatError) {
    let start = reader.offset
    let count = Int(try reader.uint16())
    guard count >= 1 else { throw .badValue(field: "entry byte count", found: 0, offset: start) }
    let stored = try reader.bytes(count)
    header.removeAll(keepingCapacity: true)
    header.append(addingCapacity: RecordHeader.headByteCountMax + count) { output in
      output.appendHeaderStart(stored.byte(at: 0), previousLeafHash, index)
      output.append(copying: stored.extracting(1...))
    }
    guard header.count <= FormatLimits.headerByteCountMax else {
      throw .overLimit(
        field: "header", found: UInt64(header.count),
        limit: UInt64(FormatLimits.headerByteCountMax), offset: start)
    }
  }

  /// Moves behind one entry, of which only the byte count is looked at.
  public static func skip(in reader: inout ByteReader) throws(FormatError) {
    let start = reader.offset
    let count = Int(try reader.uint16())
    guard count >= 1 else { throw .badValue(field: "entry byte count", found: 0, offset: start) }
    try reader.skip(count)
  }

  /// The bytes of a CBOR integer whose first byte is `first`.
  private static func integerByteCount(first: UInt8) -> Int {
    switch first & 31 {
    case 24: 2
    case 25: 3
    case 26: 5
    case 27: 9
    default: 1
    }
  }
}
