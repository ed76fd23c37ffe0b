internal import LedgerCryptography

/// A whole group frame whose digests all matched, over borrowed bytes.
public struct GroupFrame: ~Escapable {
  public let header: GroupFrameHeader
  /// Header blocks, one after the other.
  public let headerSection: RawSpan
  /// Body blocks, one after the other.
  public let bodySection: RawSpan
  /// Deduplication entries, one after the other.
  public let deduplicationSection: RawSpan

  @_lifetime(copy headers, copy bodies, copy deduplication)
  private init(
    header: GroupFrameHeader, headers: RawSpan, bodies: RawSpan, deduplication: RawSpan
  ) {
    self.header = header
    headerSection = headers
    bodySection = bodies
    deduplicationSection = deduplication
  }

  /// Reads a frame and checks every digest in it and that its blocks cover exactly its records.
  ///
  /// Blocks are not expanded; that the headers inside are well formed is not known yet.
  @_lifetime(copy reader)
  public static func decode(from reader: inout ByteReader) throws(FormatError) -> GroupFrame {
    let start = reader.offset
    let header = try GroupFrameHeader.decode(from: &reader)
    let headers = try reader.bytes(Int(header.headerSectionByteCount))
    let bodies = try reader.bytes(Int(header.bodySectionByteCount))
    let deduplication = try reader.bytes(Int(header.deduplicationSectionByteCount))
    var payload = SHA256Hasher()
    let endRecord = try check(
      .headers, section: headers, from: header.firstRecord, payload: &payload)
    guard endRecord == header.endRecord else {
      throw .inconsistent(field: "record count", offset: start + 64)
    }
    let lastBodyRecord = try check(
      .bodies, section: bodies, from: header.firstRecord, payload: &payload)
    guard lastBodyRecord < header.endRecord else {
      throw .inconsistent(field: "body records", offset: start + 64)
    }
    payload.update(deduplication)
    guard payload.finalize().truncated == header.payloadDigest else {
      throw .digestMismatch(structure: "group payload")
    }
    return GroupFrame(
      header: header, headers: headers, bodies: bodies, deduplication: deduplication)
  }

  /// Checks the blocks of one section and gives the record after the last one of header blocks,
  /// the last one of body blocks.
  private static func check(
    _ kind: BlockKind, section: RawSpan, from firstRecord: UInt64, payload: inout SHA256Hasher
  ) throws(FormatError) -> UInt64 {
    var reader = ByteReader(section)
    var nextRecord = firstRecord
    while reader.remaining > 0 {
      var start = reader
      let block = try Block.check(kind, from: &reader)
      payload.update(try start.bytes(BlockHeader.byteCount(kind)))
      let isInOrder =
        kind == .headers
        ? block.header.firstRecord == nextRecord : block.header.firstRecord >= nextRecord
      guard isInOrder else { throw .inconsistent(field: "first record", offset: 16) }
      // Two body blocks may share a record, two header blocks may not.
      nextRecord = kind == .headers ? block.header.lastRecord + 1 : block.header.lastRecord
    }
    return nextRecord
  }

  /// The duplicate keys of the group, in record order; at most one of each record.
  public func deduplicationEntries() throws(FormatError) -> [DeduplicationEntry] {
    var reader = ByteReader(deduplicationSection)
    var entries: [DeduplicationEntry] = []
    while reader.remaining > 0 {
      let start = reader.offset
      let entry = try DeduplicationEntry.decode(from: &reader, recordCount: header.recordCount)
      if let last = entries.last, entry.recordOffset <= last.recordOffset {
        throw .notAscending(field: "deduplication record", offset: start)
      }
      entries.append(entry)
    }
    return entries
  }
}
