public import LedgerCryptography

/// What a frame says beside its records.
public struct GroupPosition: Sendable {
  public var ledgerID: LedgerID
  public var openingID: OpeningID
  public var number: UInt64
  /// Where in the active file the frame will begin.
  public var offset: UInt64
  public var previousDigest: TruncatedDigest

  public init(
    ledgerID: LedgerID, openingID: OpeningID, number: UInt64, offset: UInt64,
    previousDigest: TruncatedDigest
  ) {
    self.ledgerID = ledgerID
    self.openingID = openingID
    self.number = number
    self.offset = offset
    self.previousDigest = previousDigest
  }
}

/// The sections of a frame that are in place already: all of it but its header, which alone depends
/// on where the frame will stand.
public struct GroupSections: Sendable {
  let firstRecord: UInt64
  let recordCount: UInt32
  let headersByteCount: Int
  let bodiesByteCount: Int
  let deduplicationByteCount: Int
  let payloadDigest: TruncatedDigest

  /// Fills in the header at the front of `frame`, the buffer that `encodeSections` filled.
  ///
  /// - Returns: the header; its digest is the next frame's `previousDigest`.
  public func encodeHeader(at position: GroupPosition, into frame: inout ByteBuffer)
    -> GroupFrameHeader
  {
    var header = GroupFrameHeader(
      ledgerID: position.ledgerID, openingID: position.openingID, number: position.number,
      offset: position.offset, firstRecord: firstRecord, recordCount: recordCount,
      headerSectionByteCount: UInt32(headersByteCount),
      bodySectionByteCount: UInt32(bodiesByteCount),
      deduplicationSectionByteCount: UInt32(deduplicationByteCount),
      previousDigest: position.previousDigest, payloadDigest: payloadDigest, digest: .zero)
    let encoded = header.encoded()
    frame.replaceSubrange(0..<GroupFrameHeader.byteCount, with: encoded)
    header.digest = TruncatedDigest(
      encoded.rawSpan.extracting((GroupFrameHeader.byteCount - TruncatedDigest.byteCount)...))
    return header
  }
}

extension RawGroup {
  /// Compresses the blocks and replaces the content of `frame` by the complete frame.
  ///
  /// - Precondition: as `encodeSections`.
  /// - Returns: the frame's header; its digest is the next frame's `previousDigest`.
  public func encodeFrame(at position: GroupPosition, into frame: inout ByteBuffer)
    -> GroupFrameHeader
  {
    encodeSections(into: &frame).encodeHeader(at: position, into: &frame)
  }

  /// Compresses the blocks and replaces the content of `frame` by room for the header and the
  /// sections: nearly all of the work, and none of it waits for the group before.
  ///
  /// - Precondition: at least one record, and no section over what readers accept: that holds
  ///   where a group is closed at `groupByteCountMax` or holds one record with its parts.
  public func encodeSections(into frame: inout ByteBuffer) -> GroupSections {
    precondition(recordCount > 0, "a group has at least one record")
    frame.removeAll(keepingCapacity: true)
    frame.append(contentsOf: repeatElement(0, count: GroupFrameHeader.byteCount))
    var payload = SHA256Hasher()
    encode(.headers, headerBlocks, headerBytes, into: &frame, payload: &payload)
    let headersEnd = frame.count
    encode(.bodies, bodyBlocks, bodyBytes, into: &frame, payload: &payload)
    let bodiesEnd = frame.count
    frame.append(contentsOf: deduplicationBytes)
    payload.update(deduplicationBytes.rawSpan)
    // A frame that recovery would refuse must never be acknowledged.
    precondition(recordCount <= FormatLimits.groupRecordCountMax, "too many records in a group")
    precondition(
      frame.count - GroupFrameHeader.byteCount <= FormatLimits.groupStoredByteCountMax,
      "a group over its limit")
    return GroupSections(
      firstRecord: firstRecord, recordCount: recordCount,
      headersByteCount: headersEnd - GroupFrameHeader.byteCount,
      bodiesByteCount: bodiesEnd - headersEnd, deduplicationByteCount: deduplicationBytes.count,
      payloadDigest: payload.finalize().truncated)
  }

  private func encode(
    _ kind: BlockKind, _ blocks: [RawBlock], _ bytes: ByteBuffer, into frame: inout ByteBuffer,
    payload: inout SHA256Hasher
  ) {
    for (position, block) in blocks.enumerated() {
      let end = position + 1 < blocks.count ? blocks[position + 1].start : bytes.count
      let start = frame.count
      Block.encode(
        kind, raw: bytes.rawSpan.extracting(block.start..<end), entryCount: block.entryCount,
        firstRecord: block.firstRecord, lastRecord: block.lastRecord,
        leafHashBefore: block.leafHashBefore, into: &frame)
      payload.update(
        frame.rawSpan.extracting(start..<start + BlockHeader.byteCount(kind)))
    }
  }
}
