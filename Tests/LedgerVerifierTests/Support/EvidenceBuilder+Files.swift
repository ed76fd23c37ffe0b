import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import MerkleLog

extension EvidenceBuilder {
  /// What the next group continues.
  struct GroupStart {
    var number: UInt64 = 1
    var digest = TruncatedDigest.zero
  }

  private func leafHashBefore(_ record: Int) -> SHA256Digest {
    record == 0 ? .zero : records[record - 1].leafHash
  }

  /// Bytes of `active` or `active.sealing` over `range`.
  func groupLog(_ range: Range<Int>, _ layout: Layout, _ start: inout GroupStart) -> [UInt8] {
    var file = ActiveFileHeader(
      ledgerID: ledgerID, firstRecord: UInt64(range.lowerBound), firstGroup: start.number,
      previousDigest: start.digest, leafHashBefore: leafHashBefore(range.lowerBound)
    ).encoded()
    for first in stride(from: range.lowerBound, to: range.upperBound, by: layout.recordsPerGroup) {
      var group = RawGroup()
      group.begin(firstRecord: UInt64(first))
      for index in first..<min(range.upperBound, first + layout.recordsPerGroup) {
        let record = records[index]
        group.append(header: record.header.rawSpan, leafHashBefore: leafHashBefore(index))
        for (number, body) in record.bodies.enumerated() {
          group.append(body: UInt64(number), salt: body.salt.rawSpan, bytes: body.bytes.rawSpan)
        }
        let key = SHA256Hasher.hash(record.header).truncated
        group.append(deduplicationKey: key, content: key)
      }
      var frame: [UInt8] = []
      let header = group.encodeFrame(
        at: GroupPosition(
          ledgerID: ledgerID, openingID: OpeningID([UInt8](repeating: 9, count: 16)),
          number: start.number, offset: UInt64(file.count), previousDigest: start.digest),
        into: &frame)
      file += frame
      start = GroupStart(number: header.number + 1, digest: header.digest)
    }
    return file
  }

  func headerSegment(_ range: Range<Int>, _ layout: Layout) -> [UInt8] {
    var file = SegmentFileHeader(
      kind: .headers, ledgerID: ledgerID, firstRecord: UInt64(range.lowerBound)
    ).encoded()
    var blocks: [SegmentFooter.BlockLocation] = []
    for first in stride(from: range.lowerBound, to: range.upperBound, by: layout.recordsPerBlock) {
      let end = min(range.upperBound, first + layout.recordsPerBlock)
      var raw: [UInt8] = []
      for index in first..<end {
        let header = records[index].header
        HeaderEntry.encode(header: header.rawSpan, into: &raw)
      }
      let offset = file.count
      Block.encode(
        .headers, raw: raw.rawSpan, entryCount: UInt32(end - first), firstRecord: UInt64(first),
        lastRecord: UInt64(end - 1), leafHashBefore: leafHashBefore(first), into: &file)
      blocks.append(
        SegmentFooter.BlockLocation(
          offset: UInt64(offset), firstRecord: UInt64(first), lastRecord: UInt64(end - 1),
          blockByteCount: UInt32(file.count - offset), entryCount: UInt32(end - first)))
    }
    let footer = SegmentFooter(
      firstRecord: UInt64(range.lowerBound), recordCount: UInt64(range.count),
      chain: SegmentFooter.ChainState(
        firstRecordedTime: records[range.lowerBound].recordedTime,
        lastRecordedTime: records[range.upperBound - 1].recordedTime,
        leafHashBefore: leafHashBefore(range.lowerBound),
        lastLeafHash: records[range.upperBound - 1].leafHash,
        frontier: frontier(range.upperBound)),
      blocks: blocks)
    return file + footer.encoded()
  }

  func bodySegment(_ range: Range<Int>, _ layout: Layout) -> [UInt8] {
    var file = SegmentFileHeader(
      kind: .bodies, ledgerID: ledgerID, firstRecord: UInt64(range.lowerBound)
    ).encoded()
    var blocks: [SegmentFooter.BlockLocation] = []
    let slots = range.flatMap { index in
      records[index].bodies.indices.map { (record: index, body: $0) }
    }
    for first in stride(from: 0, to: slots.count, by: layout.recordsPerBlock) {
      let block = slots[first..<min(slots.count, first + layout.recordsPerBlock)]
      var raw: [UInt8] = []
      for (index, number) in block {
        let slot = BodySlot(record: UInt64(index), body: UInt64(number))
        let body = records[index].bodies[number]
        if let plan = body.erasedBy {
          BodyEntry.encode(erased: slot, plan: plan, into: &raw)
        } else {
          BodyEntry.encode(
            slot: slot, salt: body.salt.rawSpan, bytes: body.bytes.rawSpan, into: &raw)
        }
      }
      let offset = file.count
      let last = block[block.endIndex - 1].record
      Block.encode(
        .bodies, raw: raw.rawSpan, entryCount: UInt32(block.count),
        firstRecord: UInt64(slots[first].record), lastRecord: UInt64(last), into: &file)
      blocks.append(
        SegmentFooter.BlockLocation(
          offset: UInt64(offset), firstRecord: UInt64(slots[first].record),
          lastRecord: UInt64(last), blockByteCount: UInt32(file.count - offset),
          entryCount: UInt32(block.count)))
    }
    let footer = SegmentFooter(
      firstRecord: UInt64(range.lowerBound), recordCount: UInt64(range.count), chain: nil,
      blocks: blocks)
    return file + footer.encoded()
  }

  /// The roots of the complete subtrees of the first `size` records, largest first.
  private func frontier(_ size: Int) -> [SHA256Digest] {
    let tree = NaiveTree(entries: records.map(\.header))
    var hashes: [SHA256Digest] = []
    var start = 0
    for bit in stride(from: 62, through: 0, by: -1) where size >> bit & 1 == 1 {
      hashes.append(tree.hash(start, start + (1 << bit)))
      start += 1 << bit
    }
    return hashes
  }

  /// The files `tree/<level>`, only those that hold anything.
  var treeFiles: [[UInt8]] {
    let tree = NaiveTree(entries: records.map(\.header))
    var files: [[UInt8]] = []
    var span = 1
    while span <= records.count {
      var bytes: [UInt8] = []
      for index in 0..<records.count / span {
        tree.hash(index * span, (index + 1) * span).append(to: &bytes)
      }
      files.append(bytes)
      span *= 256
    }
    return files
  }
}
