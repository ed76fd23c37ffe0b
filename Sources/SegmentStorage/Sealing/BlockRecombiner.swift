internal import LedgerCryptography
internal import LedgerFormat

/// Turns the blocks of many groups into those of one segment: full ones are taken byte for byte,
/// runs of small ones are expanded and become one.
///
/// Holds no more than one block and what is not written yet.
struct BlockRecombiner {
  private let kind: BlockKind
  /// Where in the file the next block begins.
  private(set) var offset = UInt64(SegmentFileHeader.byteCount)
  private(set) var blocks: [SegmentFooter.BlockLocation] = []
  /// Encoded blocks that the caller writes and empties.
  var output: ByteBuffer = []
  private var pending: ByteBuffer = []
  private var pendingFirst: BlockHeader?
  private var pendingLastRecord: UInt64 = 0
  private var pendingEntryCount: UInt32 = 0

  init(_ kind: BlockKind) { self.kind = kind }

  /// Takes all blocks of one section, checking each one's digest.
  mutating func add(section: RawSpan) throws(FormatError) {
    var reader = ByteReader(section)
    while reader.remaining > 0 {
      var whole = reader
      let block = try Block.check(kind, from: &reader)
      if block.header.rawByteCount >= FormatLimits.blockByteCountTarget {
        flush()
        let start = output.count
        output.append(copying: try whole.bytes(block.header.blockByteCount))
        note(
          block.header.firstRecord, block.header.lastRecord, block.header.entryCount,
          byteCount: output.count - start)
      } else {
        try block.expand(into: &pending)
        pendingFirst = pendingFirst ?? block.header
        pendingLastRecord = block.header.lastRecord
        pendingEntryCount += block.header.entryCount
        if pending.count >= FormatLimits.blockByteCountTarget { flush() }
      }
    }
  }

  /// Ends the run of small blocks.
  mutating func flush() {
    guard let first = pendingFirst else { return }
    // Taken out while it grows, as the block is encoded from this same value.
    var grown: ByteBuffer = []
    swap(&grown, &output)
    let header = Block.encode(
      kind, raw: pending.rawSpan, entryCount: pendingEntryCount, firstRecord: first.firstRecord,
      lastRecord: pendingLastRecord, leafHashBefore: first.leafHashBefore, into: &grown)
    swap(&grown, &output)
    note(
      header.firstRecord, header.lastRecord, header.entryCount, byteCount: header.blockByteCount)
    pending.removeAll(keepingCapacity: true)
    pendingFirst = nil
    pendingEntryCount = 0
  }

  private mutating func note(
    _ firstRecord: UInt64, _ lastRecord: UInt64, _ entryCount: UInt32, byteCount: Int
  ) {
    blocks.append(
      SegmentFooter.BlockLocation(
        offset: offset, firstRecord: firstRecord, lastRecord: lastRecord,
        blockByteCount: UInt32(byteCount), entryCount: entryCount))
    offset += UInt64(byteCount)
  }
}
