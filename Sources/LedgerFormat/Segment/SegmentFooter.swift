public import LedgerCryptography

/// The end of a sealed file: where its blocks lie and, of header segments, where chain and tree
/// stand after it.
///
/// ```
/// offset  bytes
///  0      8   magic "LSTHDFTR" or "LSTBDFTR"
///  8      8   index of the first record
///  16     8   record count
///  24     4   block count b
///  28     4   frontier count f; 0 in body segments
///  32     8   recorded time of the first record, µs   ┐
///  40     8   recorded time of the last record, µs    │ header
///  48     32  leaf hash of the record before          │ segments
///  80     32  leaf hash of the last record            │ only
///  112    32f subtree roots of the tree after it      ┘
///         32b per block: offset 8, first record 8, last record 8, block byte count 4, entries 4
///         16  digest of all before it
///         4   byte count of all before it
///         8   magic "LSTFOOT1"
/// ```
public struct SegmentFooter: Hashable, Sendable {
  public struct BlockLocation: Hashable, Sendable {
    /// Bytes from the start of the file.
    public var offset: UInt64
    public var firstRecord: UInt64
    public var lastRecord: UInt64
    public var blockByteCount: UInt32
    public var entryCount: UInt32

    public init(
      offset: UInt64, firstRecord: UInt64, lastRecord: UInt64, blockByteCount: UInt32,
      entryCount: UInt32
    ) {
      self.offset = offset
      self.firstRecord = firstRecord
      self.lastRecord = lastRecord
      self.blockByteCount = blockByteCount
      self.entryCount = entryCount
    }
  }

  /// What only header segments have.
  public struct ChainState: Hashable, Sendable {
    public var firstRecordedTime: Timestamp
    public var lastRecordedTime: Timestamp
    public var leafHashBefore: SHA256Digest
    public var lastLeafHash: SHA256Digest
    /// Roots of the complete subtrees of the tree after the segment, largest first.
    public var frontier: [SHA256Digest]

    public init(
      firstRecordedTime: Timestamp, lastRecordedTime: Timestamp, leafHashBefore: SHA256Digest,
      lastLeafHash: SHA256Digest, frontier: [SHA256Digest]
    ) {
      self.firstRecordedTime = firstRecordedTime
      self.lastRecordedTime = lastRecordedTime
      self.leafHashBefore = leafHashBefore
      self.lastLeafHash = lastLeafHash
      self.frontier = frontier
    }
  }

  public var firstRecord: UInt64
  public var recordCount: UInt64
  /// Present in header segments, and only there.
  public var chain: ChainState?
  public var blocks: [BlockLocation]

  /// Bytes at the end of the file that say where the footer begins.
  public static let trailerByteCount = 12
  static let trailerMagic: UInt64 = 0x3154_4F4F_4654_534C  // "LSTFOOT1"

  public init(
    firstRecord: UInt64, recordCount: UInt64, chain: ChainState?, blocks: [BlockLocation]
  ) {
    self.firstRecord = firstRecord
    self.recordCount = recordCount
    self.chain = chain
    self.blocks = blocks
  }

  /// The record after the last.
  public var endRecord: UInt64 { firstRecord + recordCount }

  static func magic(_ kind: BlockKind) -> UInt64 {
    switch kind {
    case .headers: 0x5254_4644_4854_534C  // "LSTHDFTR"
    case .bodies: 0x5254_4644_4254_534C  // "LSTBDFTR"
    }
  }

  /// The footer with its trailer.
  public func encoded() -> [UInt8] {
    var buffer: ByteBuffer = []
    buffer.append(littleEndian: Self.magic(chain == nil ? .bodies : .headers))
    buffer.append(littleEndian: firstRecord)
    buffer.append(littleEndian: recordCount)
    buffer.append(littleEndian: UInt32(blocks.count))
    buffer.append(littleEndian: UInt32(chain?.frontier.count ?? 0))
    if let chain {
      buffer.append(littleEndian: UInt64(bitPattern: chain.firstRecordedTime.microseconds))
      buffer.append(littleEndian: UInt64(bitPattern: chain.lastRecordedTime.microseconds))
      buffer.append(chain.leafHashBefore)
      buffer.append(chain.lastLeafHash)
      for hash in chain.frontier { buffer.append(hash) }
    }
    for block in blocks {
      buffer.append(littleEndian: block.offset)
      buffer.append(littleEndian: block.firstRecord)
      buffer.append(littleEndian: block.lastRecord)
      buffer.append(littleEndian: block.blockByteCount)
      buffer.append(littleEndian: block.entryCount)
    }
    buffer.append(TruncatedDigest.hash(buffer.rawSpan))
    buffer.append(littleEndian: UInt32(buffer.count))
    buffer.append(littleEndian: Self.trailerMagic)
    return buffer
  }

  /// Bytes of the footer with its trailer, as the last 12 bytes of a file say.
  public static func byteCount(trailer: RawSpan) throws(FormatError) -> Int {
    var reader = ByteReader(trailer)
    let count = Int(try reader.uint32())
    guard try reader.uint64() == trailerMagic else { throw .badMagic(structure: "segment trailer") }
    try reader.finish()
    let limit = 32 * FormatLimits.segmentBlockCountMax + 4_096
    guard count <= limit else {
      throw .overLimit(
        field: "footer byte count", found: UInt64(count), limit: UInt64(limit), offset: 0)
    }
    return count + trailerByteCount
  }
}
