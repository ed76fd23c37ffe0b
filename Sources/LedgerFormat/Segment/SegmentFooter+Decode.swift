internal import LedgerCryptography

extension SegmentFooter {
  /// Decodes a footer with its trailer; the digest is checked before any other field is believed.
  public static func decode(_ kind: BlockKind, _ bytes: RawSpan) throws(FormatError)
    -> SegmentFooter
  {
    let digestEnd = bytes.byteCount - trailerByteCount
    guard digestEnd >= TruncatedDigest.byteCount else {
      throw .truncated(
        needed: trailerByteCount + TruncatedDigest.byteCount, available: bytes.byteCount, offset: 0)
    }
    guard try byteCount(trailer: bytes.extracting(digestEnd...)) == bytes.byteCount else {
      throw .inconsistent(field: "footer byte count", offset: digestEnd)
    }
    let undigested = bytes.extracting(..<(digestEnd - TruncatedDigest.byteCount))
    var digest = ByteReader(bytes.extracting((digestEnd - TruncatedDigest.byteCount)..<digestEnd))
    guard try digest.truncatedDigest() == TruncatedDigest.hash(undigested) else {
      throw .digestMismatch(structure: "segment footer")
    }
    return try decodeFields(kind, undigested)
  }

  private static func decodeFields(_ kind: BlockKind, _ bytes: RawSpan) throws(FormatError)
    -> SegmentFooter
  {
    var reader = ByteReader(bytes)
    try reader.magic(magic(kind), structure: "segment footer")
    let firstRecord = try reader.uint64()
    let recordCount = try reader.uint64()
    let blockCount = Int(try reader.uint32())
    let frontierCount = Int(try reader.uint32())
    let limit = FormatLimits.integerMax
    guard firstRecord <= limit else {
      throw .badValue(field: "first record", found: firstRecord, offset: 8)
    }
    guard recordCount > 0, recordCount <= limit, firstRecord + recordCount <= limit else {
      throw .badValue(field: "record count", found: recordCount, offset: 16)
    }
    guard blockCount <= FormatLimits.segmentBlockCountMax else {
      throw .overLimit(
        field: "block count", found: UInt64(blockCount),
        limit: UInt64(FormatLimits.segmentBlockCountMax), offset: 24)
    }
    let expectedFrontier = kind == .headers ? (firstRecord + recordCount).nonzeroBitCount : 0
    guard frontierCount == expectedFrontier else {
      throw .badValue(field: "frontier count", found: UInt64(frontierCount), offset: 28)
    }
    let chain = kind == .headers ? try ChainState.decode(frontierCount, from: &reader) : nil
    try reader.require(blockCount * 32)
    var blocks: [BlockLocation] = []
    blocks.reserveCapacity(blockCount)
    for _ in 0..<blockCount {
      blocks.append(
        BlockLocation(
          offset: try reader.uint64(), firstRecord: try reader.uint64(),
          lastRecord: try reader.uint64(), blockByteCount: try reader.uint32(),
          entryCount: try reader.uint32()))
    }
    try reader.finish()
    let footer = SegmentFooter(
      firstRecord: firstRecord, recordCount: recordCount, chain: chain, blocks: blocks)
    try footer.checkBlocks(kind)
    return footer
  }

  /// Blocks lie back to back from the file's header on; header blocks cover exactly the records.
  private func checkBlocks(_ kind: BlockKind) throws(FormatError) {
    var offset = UInt64(SegmentFileHeader.byteCount)
    var nextRecord = firstRecord
    for block in blocks {
      guard block.offset == offset else {
        throw .inconsistent(field: "block offset", offset: Int(clamping: block.offset))
      }
      guard Int(block.blockByteCount) > BlockHeader.byteCount(kind) else {
        throw .inconsistent(field: "block byte count", offset: Int(clamping: block.offset))
      }
      let isInOrder =
        kind == .headers ? block.firstRecord == nextRecord : block.firstRecord >= nextRecord
      guard isInOrder, block.firstRecord <= block.lastRecord, block.lastRecord < endRecord else {
        throw .inconsistent(field: "block records", offset: Int(clamping: block.offset))
      }
      guard
        block.entryCount > 0,
        kind == .bodies || block.lastRecord - block.firstRecord == UInt64(block.entryCount) - 1
      else {
        throw .inconsistent(field: "block entries", offset: Int(clamping: block.offset))
      }
      offset += UInt64(block.blockByteCount)
      nextRecord = kind == .headers ? block.lastRecord + 1 : block.lastRecord
    }
    guard kind == .bodies || nextRecord == endRecord else {
      throw .inconsistent(field: "record count", offset: 16)
    }
  }
}

extension SegmentFooter.ChainState {
  fileprivate static func decode(_ frontierCount: Int, from reader: inout ByteReader)
    throws(FormatError) -> Self
  {
    let first = Timestamp(microseconds: Int64(bitPattern: try reader.uint64()))
    let last = Timestamp(microseconds: Int64(bitPattern: try reader.uint64()))
    guard first.microseconds >= 0 else {
      throw .badValue(
        field: "recorded time", found: UInt64(bitPattern: first.microseconds), offset: 32)
    }
    guard first <= last else { throw .inconsistent(field: "recorded time", offset: 32) }
    let leafHashBefore = try reader.digest()
    let lastLeafHash = try reader.digest()
    var frontier: [SHA256Digest] = []
    for _ in 0..<frontierCount { frontier.append(try reader.digest()) }
    return Self(
      firstRecordedTime: first, lastRecordedTime: last, leafHashBefore: leafHashBefore,
      lastLeafHash: lastLeafHash, frontier: frontier)
  }
}
