internal import LedgerCryptography
internal import LedgerFormat

/// Checks one segment: waves of header blocks on all workers, each followed by the body blocks
/// whose records are then known, so that memory does not grow with the segment.
struct SegmentWalk {
  let headers: SegmentFile
  let bodies: SegmentFile?
  /// The bodies are not in the sealed file yet.
  let skipsBodies: Bool
  /// Of the first block.
  private(set) var firstTime: Timestamp?
  private(set) var leafHashBefore: SHA256Digest?

  private var link = BodyLink()
  private var nextBodyBlock = 0
  /// Which bodies a damaged block of headers names is not known.
  private var areHeadersSound = true

  /// Blocks checked between two links of the chain, per worker.
  private static let blocksPerWorker = 16

  init(headers: SegmentFile, bodies: SegmentFile?, skipsBodies: Bool) {
    self.headers = headers
    self.bodies = bodies
    self.skipsBodies = skipsBodies
  }

  mutating func run(_ chain: RecordChain, _ check: LedgerCheck) throws(EvidenceError) {
    let waveCount = Self.blocksPerWorker * check.workers.count
    var start = 0
    while start < headers.blocks.count {
      let numbers = Array(start..<min(headers.blocks.count, start + waveCount))
      start += numbers.count
      try checkHeaders(numbers, chain, check)
      try checkBodies(
        upTo: headers.blocks[start - 1].lastRecord, isLast: start == headers.blocks.count, chain,
        check)
    }
    guard !skipsBodies else { return }
    let place = Place(file: SegmentFile.path(.bodies, headers.firstRecord), offset: 0)
    let findings = link.finish(at: place)
    for records in link.takeUnread() { chain.erasures.accept(unread: records) }
    if areHeadersSound { chain.collector.add(findings) }
  }

  private mutating func checkHeaders(
    _ numbers: [Int], _ chain: RecordChain, _ check: LedgerCheck
  ) throws(EvidenceError) {
    let outcomes = check.workers.map(numbers) { [headers] number, scratch in
      headers.headerBlock(number, scratch: &scratch)
    }
    for (number, outcome) in zip(numbers, outcomes) {
      let outcome = try outcome.get()
      check.advance(chain, byteCount: Int(headers.blocks[number].blockByteCount))
      let location = headers.blocks[number]
      // Blocks found without a directory may leave gaps.
      check.closeGap(
        chain, to: location.firstRecord, before: Place(file: headers.path, offset: location.offset))
      switch outcome {
      case .sound(let result, _):
        chain.collector.add(result.problems)
        if number == 0 {
          firstTime = result.firstTime
          leafHashBefore = result.header.leafHashBefore
        }
        if !skipsBodies { link.expect(result.bodies) }
      case .damaged(let block):
        areHeadersSound = false
        chain.erasures.accept(unread: block.records)
      }
      try chain.accept(outcome)
    }
  }

  private mutating func checkBodies(
    upTo record: UInt64, isLast: Bool, _ chain: RecordChain, _ check: LedgerCheck
  ) throws(EvidenceError) {
    guard let bodies, !skipsBodies else { return }
    var numbers: [Int] = []
    while nextBodyBlock < bodies.blocks.count,
      isLast || bodies.blocks[nextBodyBlock].lastRecord <= record
    {
      numbers.append(nextBodyBlock)
      nextBodyBlock += 1
    }
    let expected = link.expected
    let results = check.workers.map(numbers) { number, scratch in
      bodies.bodyBlock(number, expected: expected, scratch: &scratch)
    }
    for (number, result) in zip(numbers, results) {
      let result = try result.get()
      let location = bodies.blocks[number]
      check.advance(chain, byteCount: Int(location.blockByteCount))
      check.summary.bodyCount += result.presentCount
      chain.erasures.accept(result.tombstones)
      if result.expected == nil {
        chain.erasures.accept(unread: location.firstRecord...location.lastRecord)
      }
      let findings = link.accept(
        result, at: Place(file: bodies.path, offset: location.offset, block: number))
      if areHeadersSound || result.isDamaged { chain.collector.add(findings) }
    }
  }
}
