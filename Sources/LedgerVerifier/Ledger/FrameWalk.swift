internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog

/// Links the frames of one group log with each other and with the chain, and decides what the end
/// of the file means.
struct FrameWalk {
  let active: ActiveFile
  /// Whether this is where the log ends; only there can a tear be.
  let isLast: Bool
  /// Records before this were met in sealed files.
  let sealedEnd: UInt64
  /// What the next frame must say; nil after damage.
  private var expected: (number: UInt64, digest: TruncatedDigest, record: UInt64)?
  private var leastNumber: UInt64 = 1
  /// The file's end was judged.
  private(set) var isFinished = false
  /// The scan goes on, behind damage or at the same place once more.
  var isResumed = false
  /// What was read twice.
  private var offsetReadAgain = -1

  init(_ active: ActiveFile, isLast: Bool, sealedEnd: UInt64) {
    self.active = active
    self.isLast = isLast
    self.sealedEnd = sealedEnd
    if let header = active.header {
      expected = (header.firstGroup, header.previousDigest, header.firstRecord)
      leastNumber = header.firstGroup
    }
  }

  typealias Work = StartedWork<FrameResult>

  /// Begins the check of a window's frames on all workers.
  func start(_ wave: FrameWave, _ check: LedgerCheck) -> Work {
    check.workers.start(wave.frames) { [name = active.name] frame, scratch in
      FrameCheck.run(
        wave.window.rawSpan.extracting(frame.range), header: frame.header, file: name,
        raw: &scratch.raw)
    }
  }

  /// Links the frames of one window in order.
  mutating func accept(
    _ wave: FrameWave, _ work: Work, _ scan: FrameScan, _ chain: RecordChain, _ check: LedgerCheck
  ) throws(EvidenceError) {
    for (position, frame) in wave.frames.enumerated() {
      var result = work.take(position)
      if result.isDamaged {
        if position == wave.frames.count - 1, wave.stop != nil,
          try isTorn(frame.header, scan, check)
        {
          let offset = Int(frame.header.offset)
          return finishTorn(
            offset, "the digests of group \(frame.header.number) do not match", chain)
        }
        result = try checkAgain(frame.header, scan)
      }
      try accept(frame.header, result, chain, check)
    }
  }

  /// Whether the frame continues the one before it, which was whole.
  private func isNext(_ header: GroupFrameHeader) -> Bool {
    guard let expected else { return false }
    return expected.number == header.number && expected.digest == header.previousDigest
      && expected.record == header.firstRecord
  }

  /// Reads and checks a damaged frame behind which others lie or must lie.
  ///
  /// It may have been read while it was written. A writer begins a group when the one before is
  /// whole, so whoever has seen what follows it reads it whole.
  private func checkAgain(
    _ header: GroupFrameHeader, _ scan: FrameScan
  ) throws(EvidenceError) -> FrameResult {
    var raw: [UInt8] = []
    let bytes = try scan.bytes(of: header)
    return FrameCheck.run(bytes.rawSpan, header: header, file: active.name, raw: &raw)
  }

  /// Whether a frame with wrong digests can be a write that never was acknowledged.
  private func isTorn(_ header: GroupFrameHeader, _ scan: FrameScan, _ check: LedgerCheck)
    throws(EvidenceError) -> Bool
  {
    guard isLast, header.firstRecord >= max(sealedEnd, check.checkpoint?.size ?? 0) else {
      return false
    }
    let end = Int(header.offset) + header.frameByteCount
    // Behind the group in hand a writer leaves its reserve, and nothing else.
    if isNext(header), active.file.byteCount - end > FormatLimits.reserveByteCountMax {
      return false
    }
    return try scan.laterFrame(after: end - 1, leastNumber: header.number + 1) == nil
  }

  private mutating func accept(
    _ header: GroupFrameHeader, _ result: FrameResult, _ chain: RecordChain, _ check: LedgerCheck
  ) throws(EvidenceError) {
    let place = Place(file: active.name, offset: header.offset)
    let records = header.firstRecord...header.endRecord - 1
    if expected != nil, !isNext(header) {
      chain.collector.add(
        Finding(
          .orderBroken,
          "group \(header.number) does not continue the one before it", at: place,
          records: records))
    }
    expected = (header.number + 1, header.digest, header.endRecord)
    leastNumber = header.number + 1
    check.lastGroup = (header.endRecord, header.number, header.digest)
    check.summary.groupCount += 1
    check.advance(chain, byteCount: header.frameByteCount)
    check.closeGap(chain, to: header.firstRecord, before: place)
    for outcome in result.headers { try chain.accept(outcome) }
    chain.collector.add(result.problems)
    if header.firstRecord >= check.sealedBodiesEnd {
      check.summary.bodyCount += result.presentCount
      chain.erasures.accept(result.tombstones)
      if result.isDamaged { chain.erasures.accept(unread: records) }
    }
    if result.isDamaged, chain.nextRecord < header.endRecord { chain.skip(to: header.endRecord) }
  }

  /// Judges bytes that are no frame: damage, if a later group or a checkpoint proves that there
  /// was one, else a torn write.
  mutating func tail(
    _ scan: inout FrameScan, at offset: Int, reason: String, _ chain: RecordChain,
    _ check: LedgerCheck
  ) throws(EvidenceError) {
    let place = Place(file: active.name, offset: UInt64(offset))
    let next = chain.nextRecord
    // A frame with the next number at another place than the next is nobody's.
    let least = expected == nil ? leastNumber : leastNumber + 1
    if let later = try scan.laterFrame(after: offset, leastNumber: least) {
      if offsetReadAgain < offset {
        // As of `checkAgain`.
        offsetReadAgain = offset
        isResumed = true
        return scan.move(to: offset)
      }
      let first = expected?.record ?? next
      chain.collector.add(
        Finding(
          .groupDamaged,
          "a group is damaged (\(reason)); the next whole one is group "
            + "\(later.number) at offset \(later.offset)", at: place,
          records: first < later.firstRecord ? first...later.firstRecord - 1 : nil))
      if later.firstRecord > next { chain.skip(to: later.firstRecord) }
      expected = nil
      isResumed = true
      scan.move(to: Int(later.offset))
      return
    }
    isFinished = true
    let covered = check.checkpoint?.size ?? 0
    let first = expected?.record ?? next
    if first < max(covered, sealedEnd) {
      check.isTailReported = first < covered && next < covered
      chain.collector.add(
        Finding(
          .groupDamaged,
          "no whole group where one must be (\(reason)), and none after it", at: place,
          records: first...max(covered, sealedEnd) - 1))
    } else if active.file.byteCount - offset > FormatLimits.tornTailByteCountMax {
      chain.collector.add(
        Finding(
          .groupDamaged,
          "\(counted(active.file.byteCount - offset, "byte")) that are no group (\(reason)): more "
            + "than a write leaves", at: place))
    } else if !isLast {
      chain.collector.add(
        Finding(
          .groupDamaged, "the full group log ends with bytes that are no group (\(reason))",
          at: place))
    } else {
      finishTorn(offset, reason, chain)
    }
  }

  private mutating func finishTorn(_ offset: Int, _ reason: String, _ chain: RecordChain) {
    isFinished = true
    chain.collector.add(
      Remark(
        .tornTail,
        "\(counted(active.file.byteCount - offset, "byte")) from offset \(offset) on are no whole "
          + "group (\(reason)): a write that never was acknowledged, or a writer is at work",
        file: active.name))
  }
}
