internal import LedgerFormat
internal import Synchronization

/// Where the blocks of an active file lie: grows with every group, and never changes otherwise.
///
/// Snapshots share one index and remember how far it went when they were made, so that a new one
/// costs no copy. Safe from any thread; the lock is held for a look-up only.
final class TailIndex: Sendable {
  struct Blocks: Sendable {
    var headers: [SegmentFooter.BlockLocation] = []
    var bodies: [SegmentFooter.BlockLocation] = []

    func locations(_ kind: BlockKind) -> [SegmentFooter.BlockLocation] {
      kind == .headers ? headers : bodies
    }
  }

  private let blocks: Mutex<Blocks>

  init(_ blocks: Blocks = Blocks()) { self.blocks = Mutex(blocks) }

  func append(_ more: Blocks) {
    blocks.withLock {
      $0.headers += more.headers
      $0.bodies += more.bodies
    }
  }

  func location(_ kind: BlockKind, at position: Int) -> SegmentFooter.BlockLocation {
    blocks.withLock { kind == .headers ? $0.headers[position] : $0.bodies[position] }
  }

  /// How many of the first `count` blocks end before `record`, which is the position of the first
  /// that does not.
  func firstPosition(_ kind: BlockKind, endingAtOrAfter record: UInt64, count: Int) -> Int {
    blocks.withLock {
      (kind == .headers ? $0.headers : $0.bodies)
        .firstPosition(endingAtOrAfter: record, count: count)
    }
  }

  /// A copy of the first blocks.
  func prefix(headers: Int, bodies: Int) -> Blocks {
    blocks.withLock {
      Blocks(headers: Array($0.headers.prefix(headers)), bodies: Array($0.bodies.prefix(bodies)))
    }
  }
}

extension [SegmentFooter.BlockLocation] {
  /// Binary search: the first of the first `count` blocks whose last record is `record` or later.
  func firstPosition(endingAtOrAfter record: UInt64, count: Int) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle].lastRecord < record { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Adds the blocks of one section, which begins at `offset` of the file; digests are not checked.
  mutating func append(_ kind: BlockKind, section: RawSpan, at offset: UInt64)
    throws(FormatError)
  {
    var reader = ByteReader(section)
    while reader.remaining > 0 {
      let start = reader.offset
      let header = try BlockHeader.decode(kind, from: &reader)
      try reader.skip(header.storedByteCount)
      append(
        SegmentFooter.BlockLocation(
          offset: offset + UInt64(start), firstRecord: header.firstRecord,
          lastRecord: header.lastRecord, blockByteCount: UInt32(header.blockByteCount),
          entryCount: header.entryCount))
    }
  }
}

extension TailIndex.Blocks {
  /// The blocks of one frame, which stands where its header says.
  init(header: GroupFrameHeader, headerSection: RawSpan, bodySection: RawSpan) throws(FormatError) {
    let start = header.offset + UInt64(GroupFrameHeader.byteCount)
    try headers.append(.headers, section: headerSection, at: start)
    try bodies.append(
      .bodies, section: bodySection, at: start + UInt64(header.headerSectionByteCount))
  }
}
