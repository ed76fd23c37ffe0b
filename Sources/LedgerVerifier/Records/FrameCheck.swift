internal import LedgerCryptography
internal import LedgerFormat

/// What became of one header block.
enum HeaderBlockOutcome: Sendable {
  case sound(HeaderBlockResult, Place)
  case damaged(DamagedBlock)
}

/// What one group frame holds, with its header known to be sound.
struct FrameResult: Sendable {
  var headers: [HeaderBlockOutcome] = []
  var presentCount: UInt64 = 0
  var tombstones: [Tombstone] = []
  var problems: [Finding] = []
  /// Some stored bytes do not have the digest they should: a tear, if at the end of the log.
  var isDamaged = false
}

/// Checks the blocks and duplicate keys of one group frame; a pure function of its bytes.
enum FrameCheck {
  /// - Parameters:
  ///   - bytes: the whole frame, whose header is `header`.
  ///   - file: the file it lies in, for places.
  static func run(
    _ bytes: RawSpan, header: GroupFrameHeader, file: String, raw: inout [UInt8]
  ) -> FrameResult {
    var result = FrameResult()
    let headersStart = GroupFrameHeader.byteCount
    let bodiesStart = headersStart + Int(header.headerSectionByteCount)
    let keysStart = bodiesStart + Int(header.bodySectionByteCount)
    var payload = SHA256Hasher()
    let bodies = result.checkHeaders(
      bytes.extracting(headersStart..<bodiesStart), of: header,
      at: Place(file: file, offset: header.offset + UInt64(headersStart)), payload: &payload,
      raw: &raw)
    result.checkBodies(
      bytes.extracting(bodiesStart..<keysStart), of: header, expected: bodies,
      at: Place(file: file, offset: header.offset + UInt64(bodiesStart)), payload: &payload,
      raw: &raw)
    let keys = bytes.extracting(keysStart..<bytes.byteCount)
    payload.update(keys)
    let place = Place(file: file, offset: header.offset + UInt64(keysStart))
    let records = header.firstRecord...header.endRecord - 1
    if payload.finalize().truncated != header.payloadDigest, !result.isDamaged {
      result.isDamaged = true
      result.problems.append(
        Finding(
          .groupDamaged, "the payload digest of group \(header.number) does not match",
          at: place, records: records))
    } else if !areKeysInOrder(keys, recordCount: header.recordCount) {
      result.problems.append(
        Finding(
          .groupDamaged, "the duplicate keys of group \(header.number) are not in order",
          at: place, records: records))
    }
    return result
  }

  /// At most one key per record, in record order.
  private static func areKeysInOrder(_ bytes: RawSpan, recordCount: UInt32) -> Bool {
    var reader = ByteReader(bytes)
    var least: UInt32 = 0
    while reader.remaining > 0 {
      guard let record = try? reader.uint32(), record >= least, record < recordCount,
        (try? reader.skip(DeduplicationEntry.byteCount - 4)) != nil
      else { return false }
      least = record + 1
    }
    return true
  }
}

extension FrameResult {
  /// Gives the bodies that the headers name.
  fileprivate mutating func checkHeaders(
    _ section: RawSpan, of group: GroupFrameHeader, at place: Place,
    payload: inout SHA256Hasher, raw: inout [UInt8]
  ) -> [ExpectedBody] {
    var bodies: [ExpectedBody] = []
    var next = group.firstRecord
    var offset = 0
    var place = place
    var number = 0
    while offset < section.byteCount {
      place.block = number
      let rest = section.extracting(offset..<section.byteCount)
      let extent = blockExtent(.headers, rest)
      let block = rest.extracting(0..<(extent?.byteCount ?? rest.byteCount))
      do throws(FormatError) {
        guard let extent, extent.firstRecord == next, extent.lastRecord < group.endRecord else {
          throw .inconsistent(field: "block records", offset: 16)
        }
        let checked = try HeaderBlockCheck.run(block, at: place, raw: &raw)
        payload.update(block.extracting(0..<BlockHeader.byteCount(.headers)))
        bodies.append(contentsOf: checked.bodies)
        problems.append(contentsOf: checked.problems)
        headers.append(.sound(checked, place))
      } catch {
        isDamaged = true
        var last = group.endRecord - 1
        // Without an extent that fits, nothing behind this can be found.
        if let extent, extent.firstRecord == next, extent.lastRecord < group.endRecord {
          last = extent.lastRecord
        }
        guard next <= last else { return bodies }
        headers.append(
          .damaged(
            DamagedBlock(
              place: place, bytes: block.copied(), records: next...last, error: error)))
        if extent == nil || last == group.endRecord - 1 { return bodies }
      }
      next = (extent?.lastRecord ?? next) + 1
      offset += block.byteCount
      place.offset += UInt64(block.byteCount)
      number += 1
    }
    if next < group.endRecord {
      isDamaged = true
      problems.append(
        Finding(
          .groupDamaged, "group \(group.number) has fewer headers than records", at: place,
          records: next...group.endRecord - 1))
    }
    return bodies
  }

  fileprivate mutating func checkBodies(
    _ section: RawSpan, of group: GroupFrameHeader, expected: [ExpectedBody], at place: Place,
    payload: inout SHA256Hasher, raw: inout [UInt8]
  ) {
    // Without all headers it is not known which bodies belong here.
    let areHeadersSound = !isDamaged
    var link = BodyLink()
    link.expect(expected)
    var offset = 0
    var place = place
    var number = 0
    let records = group.firstRecord...group.endRecord - 1
    while offset < section.byteCount {
      place.block = number
      let rest = section.extracting(offset..<section.byteCount)
      let extent = blockExtent(.bodies, rest)
      let block = rest.extracting(0..<(extent?.byteCount ?? rest.byteCount))
      if block.byteCount >= BlockHeader.byteCount(.bodies) {
        payload.update(block.extracting(0..<BlockHeader.byteCount(.bodies)))
      }
      let checked = BodyBlockCheck.run(
        block, at: place, records: extent?.records(inside: records) ?? records,
        expected: expected, raw: &raw)
      if checked.isDamaged { isDamaged = true }
      presentCount += checked.presentCount
      tombstones.append(contentsOf: checked.tombstones)
      let findings = link.accept(checked, at: place)
      if areHeadersSound { problems.append(contentsOf: findings) }
      guard extent != nil else { return }
      offset += block.byteCount
      place.offset += UInt64(block.byteCount)
      number += 1
    }
    if areHeadersSound { problems.append(contentsOf: link.finish(at: place)) }
  }
}

/// What the header of a block claims, before its digest was checked.
struct BlockExtent {
  var byteCount: Int
  var firstRecord: UInt64
  var lastRecord: UInt64

  /// The records claimed, if they lie inside `range`.
  func records(inside range: ClosedRange<UInt64>) -> ClosedRange<UInt64>? {
    guard firstRecord >= range.lowerBound, lastRecord <= range.upperBound else { return nil }
    return firstRecord...lastRecord
  }
}

/// The extent of the block at the front of `bytes`; nil unless all of it is there.
func blockExtent(_ kind: BlockKind, _ bytes: RawSpan) -> BlockExtent? {
  var reader = ByteReader(bytes)
  guard let header = try? BlockHeader.decode(kind, from: &reader),
    header.blockByteCount <= bytes.byteCount
  else { return nil }
  return BlockExtent(
    byteCount: header.blockByteCount, firstRecord: header.firstRecord,
    lastRecord: header.lastRecord)
}
