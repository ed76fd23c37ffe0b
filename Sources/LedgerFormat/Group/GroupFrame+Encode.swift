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

extension RawGroup {
  /// Compresses the blocks and replaces the content of `frame` by the complete frame.
  ///
  /// - Precondition: at least one record, and no section over what readers accept: that holds
  ///   where a group is closed at `groupByteCountMax` or holds one record with its parts.
  /// - Returns: the frame's header; its digest is the next frame's `previousDigest`.
  public func encodeFrame(at position: GroupPosition, into frame: inout ByteBuffer)
    -> GroupFrameHeader
  {
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
    var header = GroupFrameHeader(
      ledgerID: position.ledgerID, openingID: position.openingID, number: position.number,
      offset: position.offset, firstRecord: firstRecord, recordCount: recordCount,
      headerSectionByteCount: UInt32(headersEnd - GroupFrameHeader.byteCount),
      bodySectionByteCount: UInt32(bodiesEnd - headersEnd),
      deduplicationSectionByteCount: UInt32(deduplicationBytes.count),
      previousDigest: position.previousDigest,
      payloadDigest: payload.finalize().truncated, digest: .zero)
    let encoded = header.encoded()
    frame.replaceSubrange(0..<GroupFrameHeader.byteCount, with: encoded)
    header.digest = TruncatedDigest(
      encoded.rawSpan.extracting((GroupFrameHeader.byteCount - TruncatedDigest.byteCount)...))
    return header
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
