internal import LedgerCryptography
public import LedgerFormat

extension LogReader {
  /// Gives the duplicate keys of all groups that are in no segment yet, in record order.
  ///
  /// Reads the group logs once. The bytes of the keys are checked, those of the records are not.
  ///
  /// - Throws: `damaged`, file errors, or what `body` throws.
  public func forEachDeduplicationEntry(
    _ body: (_ record: UInt64, _ entry: DeduplicationEntry) throws -> Void
  ) throws {
    for tail in tails {
      var window = try FileWindow(over: tail.file.file)
      var position = LogPosition(
        beginning: tail.header, openingID: tail.position.openingID)
      while position.nextOffset < tail.position.nextOffset {
        let offset = position.nextOffset
        let firstRecord = position.nextRecord
        let entries = try Self.readEntries(tail, &position, &window)
        for entry in entries {
          guard UInt64(entry.recordOffset) < position.nextRecord - firstRecord else {
            throw StorageEngineError.damaged(
              tail.path, offset: offset, "a duplicate key of a record that is not in its group")
          }
          try body(firstRecord + UInt64(entry.recordOffset), entry)
        }
      }
    }
  }

  private static func readEntries(
    _ tail: LogTail, _ position: inout LogPosition, _ window: inout FileWindow
  ) throws(StorageEngineError) -> [DeduplicationEntry] {
    let offset = position.nextOffset
    let file = tail.file
    guard let head = try window.load(GroupFrameHeader.byteCount, at: offset, from: file.file)
    else { throw .damaged(tail.path, offset: offset, "the file ends inside a group") }
    let header: GroupFrameHeader
    do throws(FormatError) {
      var reader = ByteReader(window.bytes.rawSpan.extracting(head))
      header = try GroupFrameHeader.decode(from: &reader)
    } catch {
      throw StorageEngineError(error, path: tail.path, offset: offset)
    }
    guard position.isContinued(by: header) else {
      throw .damaged(tail.path, offset: offset, "a group does not continue the one before it")
    }
    position.advance(over: header)
    let records = header.firstRecord..<header.endRecord
    guard let range = try window.load(header.frameByteCount, at: offset, from: file.file) else {
      throw .damaged(tail.path, offset: offset, records: records, "the file ends inside a group")
    }
    do throws(FormatError) {
      return try entries(of: header, window.bytes.rawSpan.extracting(range))
    } catch {
      throw StorageEngineError(error, path: tail.path, offset: offset, records: records)
    }
  }

  /// The payload digest covers the blocks' headers and the keys, so it is checked without hashing
  /// what the blocks store.
  private static func entries(of header: GroupFrameHeader, _ frame: RawSpan)
    throws(FormatError) -> [DeduplicationEntry]
  {
    var reader = ByteReader(frame)
    try reader.skip(GroupFrameHeader.byteCount)
    var payload = SHA256Hasher()
    try hash(.headers, try reader.bytes(Int(header.headerSectionByteCount)), into: &payload)
    try hash(.bodies, try reader.bytes(Int(header.bodySectionByteCount)), into: &payload)
    let section = try reader.bytes(Int(header.deduplicationSectionByteCount))
    payload.update(section)
    guard payload.finalize().truncated == header.payloadDigest else {
      throw .digestMismatch(structure: "group payload")
    }
    var keys = ByteReader(section)
    var entries: [DeduplicationEntry] = []
    entries.reserveCapacity(section.byteCount / DeduplicationEntry.byteCount)
    while keys.remaining > 0 {
      entries.append(
        DeduplicationEntry(
          recordOffset: try keys.uint32(), key: try keys.truncatedDigest(),
          contentKey: try keys.truncatedDigest()))
    }
    return entries
  }

  private static func hash(_ kind: BlockKind, _ section: RawSpan, into payload: inout SHA256Hasher)
    throws(FormatError)
  {
    var reader = ByteReader(section)
    while reader.remaining > 0 {
      var whole = reader
      let block = try BlockHeader.decode(kind, from: &reader)
      try reader.skip(block.storedByteCount)
      payload.update(try whole.bytes(BlockHeader.byteCount(kind)))
    }
  }
}
