public import LedgerCryptography

/// The records of one group while they are gathered: raw blocks, not compressed yet.
///
/// The writer keeps two of them and fills one while the other is compressed and written; buffers
/// are reused, so that nothing is allocated per record in steady state.
public struct RawGroup: Sendable {
  /// A block to be: a range of the raw bytes of its section.
  struct RawBlock: Sendable {
    var firstRecord: UInt64
    var lastRecord: UInt64
    var entryCount: UInt32
    var leafHashBefore: SHA256Digest
    var start: Int
  }

  public private(set) var firstRecord: UInt64 = 0
  public private(set) var recordCount: UInt32 = 0
  private(set) var headerBlocks: [RawBlock] = []
  private(set) var headerBytes: ByteBuffer = []
  private(set) var bodyBlocks: [RawBlock] = []
  private(set) var bodyBytes: ByteBuffer = []
  private(set) var deduplicationBytes: ByteBuffer = []

  public init() {}

  /// Empties the group, keeps its buffers, and sets the first record's index.
  public mutating func begin(firstRecord: UInt64) {
    self.firstRecord = firstRecord
    recordCount = 0
    headerBlocks.removeAll(keepingCapacity: true)
    headerBytes.removeAll(keepingCapacity: true)
    bodyBlocks.removeAll(keepingCapacity: true)
    bodyBytes.removeAll(keepingCapacity: true)
    deduplicationBytes.removeAll(keepingCapacity: true)
  }

  /// Raw bytes gathered so far.
  public var byteCount: Int { headerBytes.count + bodyBytes.count }

  /// Index of the next record.
  public var endRecord: UInt64 { firstRecord + UInt64(recordCount) }

  /// Adds the next record's complete header.
  ///
  /// - Parameter leafHashBefore: the leaf hash of the record before it, which the header holds.
  public mutating func append(header: RawSpan, leafHashBefore: SHA256Digest) {
    let record = endRecord
    let isFull =
      headerBlocks.last.map { headerBytes.count - $0.start >= FormatLimits.blockByteCountTarget }
      ?? true
    if isFull {
      headerBlocks.append(
        RawBlock(
          firstRecord: record, lastRecord: record, entryCount: 0,
          leafHashBefore: leafHashBefore, start: headerBytes.count))
    }
    HeaderEntry.encode(header: header, into: &headerBytes)
    headerBlocks[headerBlocks.count - 1].lastRecord = record
    headerBlocks[headerBlocks.count - 1].entryCount += 1
    recordCount += 1
  }

  /// Gives `body` each record's header as it stands in its block (`HeaderEntry`, without the byte
  /// count), in order.
  public func forEachHeaderEntry<Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    let bytes = headerBytes.rawSpan
    var offset = 0
    while offset < bytes.byteCount {
      let count = Int(bytes.byte(at: offset)) | Int(bytes.byte(at: offset + 1)) << 8
      try body(bytes.extracting(offset + 2..<offset + 2 + count))
      offset += 2 + count
    }
  }

  /// Adds a body of the record whose header was added last.
  public mutating func append(body: UInt64, salt: RawSpan, bytes: RawSpan) {
    let slot = BodySlot(record: endRecord - 1, body: body)
    // A large body has a block of its own, so that reading its neighbours stays cheap.
    let isLarge = bytes.byteCount > FormatLimits.blockByteCountTarget
    let isFull =
      bodyBlocks.last.map { bodyBytes.count - $0.start >= FormatLimits.blockByteCountTarget }
      ?? true
    if isFull || isLarge {
      bodyBlocks.append(
        RawBlock(
          firstRecord: slot.record, lastRecord: slot.record, entryCount: 0,
          leafHashBefore: .zero, start: bodyBytes.count))
    }
    BodyEntry.encode(slot: slot, salt: salt, bytes: bytes, into: &bodyBytes)
    bodyBlocks[bodyBlocks.count - 1].lastRecord = slot.record
    bodyBlocks[bodyBlocks.count - 1].entryCount += 1
  }

  /// Adds the duplicate key of the record whose header was added last.
  public mutating func append(deduplicationKey key: TruncatedDigest, content: TruncatedDigest) {
    DeduplicationEntry(recordOffset: recordCount - 1, key: key, contentKey: content)
      .encode(into: &deduplicationBytes)
  }
}
