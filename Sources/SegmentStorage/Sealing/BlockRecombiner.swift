internal import LedgerCryptography
internal import LedgerFormat

/// Turns the blocks of many groups into those of one segment: runs of small ones are expanded and
/// become one; of full ones those in which much repeats are compressed again, if there is time for
/// it; all others are taken byte for byte.
///
/// Holds no more than one block and what is not written yet.
struct BlockRecombiner {
  private let kind: BlockKind
  private let effort: CompressionEffort
  /// Where in the file the next block begins.
  private(set) var offset = UInt64(SegmentFileHeader.byteCount)
  private(set) var blocks: [SegmentFooter.BlockLocation] = []
  /// Encoded blocks that the caller writes and empties.
  var output: ByteBuffer = []
  private var pending: ByteBuffer = []
  private var pendingFirst: BlockHeader?
  private var pendingLastRecord: UInt64 = 0
  private var pendingEntryCount: UInt32 = 0

  init(_ kind: BlockKind, effort: CompressionEffort) {
    self.kind = kind
    self.effort = effort
  }

  /// Takes all blocks of one section, checking each one's digest.
  mutating func add(section: RawSpan) throws(FormatError) {
    var reader = ByteReader(section)
    while reader.remaining > 0 {
      var whole = reader
      let block = try Block.check(kind, from: &reader)
      if block.header.rawByteCount >= FormatLimits.blockByteCountTarget {
        flush()
        if effort == .thoroughIfMuchRepeats, block.header.isMuchRepeated {
          try block.expand(into: &pending)
          addPending(block.header)
          flush()
        } else {
          output.append(copying: try whole.bytes(block.header.blockByteCount))
          note(block.header)
        }
      } else {
        try block.expand(into: &pending)
        addPending(block.header)
        if pending.count >= FormatLimits.blockByteCountTarget { flush() }
      }
    }
  }

  /// Counts a block whose entries are pending.
  private mutating func addPending(_ header: BlockHeader) {
    pendingFirst = pendingFirst ?? header
    pendingLastRecord = header.lastRecord
    pendingEntryCount += header.entryCount
  }

  /// Ends the run of small blocks.
  mutating func flush() {
    guard let first = pendingFirst else { return }
    // Taken out while it grows, as the block is encoded from this same value.
    var grown: ByteBuffer = []
    swap(&grown, &output)
    let header = Block.encode(
      kind, raw: pending.rawSpan, entryCount: pendingEntryCount, firstRecord: first.firstRecord,
      lastRecord: pendingLastRecord, leafHashBefore: first.leafHashBefore, effort: effort,
      into: &grown)
    swap(&grown, &output)
    note(header)
    pending.removeAll(keepingCapacity: true)
    pendingFirst = nil
    pendingEntryCount = 0
  }

  private mutating func note(_ header: BlockHeader) {
    blocks.append(
      SegmentFooter.BlockLocation(
        offset: offset, firstRecord: header.firstRecord, lastRecord: header.lastRecord,
        blockByteCount: UInt32(header.blockByteCount), entryCount: header.entryCount))
    offset += UInt64(header.blockByteCount)
  }
}
