internal import LedgerCryptography
internal import LedgerFormat

/// Checks one segment: waves of header blocks on all workers, each followed by the body blocks
/// whose records are then known, so that memory does not grow with the segment. While one wave is
/// linked with the chain, its bodies and the headers of the next two are checked already.
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

  private typealias HeaderWork = StartedWork<Result<HeaderBlockOutcome, EvidenceError>>
  private typealias BodyWork = StartedWork<Result<BodyBlockResult, EvidenceError>>

  mutating func run(_ chain: RecordChain, _ check: LedgerCheck) throws(EvidenceError) {
    let blockCount = headers.blocks.count
    let waveCount = Self.blocksPerWorker * check.workers.count
    var waves = stride(from: 0, to: blockCount, by: waveCount).map {
      $0..<min(blockCount, $0 + waveCount)
    }[...]
    var started = waves.prefix(2).map { (wave: $0, work: start($0, check)) }
    waves = waves.dropFirst(2)
    while !started.isEmpty {
      let (wave, work) = started.removeFirst()
      let outcomes = work.takeAll()
      expectBodies(outcomes)
      let bodies = startBodies(
        upTo: headers.blocks[wave.upperBound - 1].lastRecord, isLast: wave.upperBound == blockCount,
        check)
      if let next = waves.popFirst() { started.append((next, start(next, check))) }
      try link(wave, outcomes, chain, check)
      if let bodies { try accept(bodies.numbers, bodies.work, chain, check) }
    }
    guard !skipsBodies else { return }
    let place = Place(file: SegmentFile.path(.bodies, headers.firstRecord), offset: 0)
    let findings = link.finish(at: place)
    for records in link.takeUnread() { chain.erasures.accept(unread: records) }
    if areHeadersSound { chain.collector.add(findings) }
  }

  private func start(_ wave: Range<Int>, _ check: LedgerCheck) -> HeaderWork {
    check.workers.start(Array(wave)) { [headers] number, scratch in
      headers.headerBlock(number, scratch: &scratch)
    }
  }

  /// Takes note of the bodies that a wave of headers names.
  private mutating func expectBodies(_ outcomes: [Result<HeaderBlockOutcome, EvidenceError>]) {
    for case .success(let outcome) in outcomes {
      switch outcome {
      case .sound(let result, _): if !skipsBodies { link.expect(result.bodies) }
      case .damaged: areHeadersSound = false
      }
    }
  }

  private mutating func link(
    _ wave: Range<Int>, _ outcomes: [Result<HeaderBlockOutcome, EvidenceError>],
    _ chain: RecordChain, _ check: LedgerCheck
  ) throws(EvidenceError) {
    for (number, outcome) in zip(wave, outcomes) {
      let outcome = try outcome.get()
      let location = headers.blocks[number]
      check.advance(chain, byteCount: Int(location.blockByteCount))
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
      case .damaged(let block): chain.erasures.accept(unread: block.records)
      }
      try chain.accept(outcome)
    }
  }

  /// Begins the check of the bodies of all records up to `record`.
  private mutating func startBodies(upTo record: UInt64, isLast: Bool, _ check: LedgerCheck)
    -> (numbers: Range<Int>, work: BodyWork)?
  {
    guard let bodies, !skipsBodies else { return nil }
    let first = nextBodyBlock
    while nextBodyBlock < bodies.blocks.count,
      isLast || bodies.blocks[nextBodyBlock].lastRecord <= record
    {
      nextBodyBlock += 1
    }
    let expected = link.expected
    let work = check.workers.start(Array(first..<nextBodyBlock)) { number, scratch in
      bodies.bodyBlock(number, expected: expected, scratch: &scratch)
    }
    return (first..<nextBodyBlock, work)
  }

  private mutating func accept(
    _ numbers: Range<Int>, _ work: BodyWork, _ chain: RecordChain, _ check: LedgerCheck
  ) throws(EvidenceError) {
    guard let bodies else { return }
    for (position, number) in numbers.enumerated() {
      let result = try work.take(position).get()
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
