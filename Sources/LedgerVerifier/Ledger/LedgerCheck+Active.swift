internal import LedgerCryptography
internal import LedgerFormat

extension LedgerCheck {
  /// Checks the group logs, in order, frame by frame.
  func checkActiveFiles(_ chain: RecordChain) throws(EvidenceError) {
    for (position, active) in activeFiles.enumerated() {
      try check(active, isLast: position == activeFiles.count - 1, chain)
    }
  }

  private func check(_ active: ActiveFile, isLast: Bool, _ chain: RecordChain)
    throws(EvidenceError)
  {
    checkHeader(active, chain)
    var scan = FrameScan(active.file, ledgerID: ledgerFile?.ledgerID ?? active.header?.ledgerID)
    let sealedEnd = chain.nextRecord
    var walk = FrameWalk(active, isLast: isLast, sealedEnd: sealedEnd)
    var wave = try scan.readWave()
    var work = walk.start(wave, self)
    while true {
      // The next window is checked while this one is linked.
      let next = wave.stop == nil ? try scan.readWave() : nil
      let nextWork = next.map { walk.start($0, self) }
      try walk.accept(wave, work, scan, chain, self)
      if walk.isFinished { return }
      if let next, let nextWork {
        (wave, work) = (next, nextWork)
        continue
      }
      guard case .broken(let reason) = wave.stop else { return }
      walk.isResumed = false
      try walk.tail(&scan, at: scan.position, reason: reason, chain, self)
      guard !walk.isFinished, walk.isResumed else { return }
      wave = try scan.readWave()
      work = walk.start(wave, self)
    }
  }

  /// Checks what the file's header says of what lies before it.
  private func checkHeader(_ active: ActiveFile, _ chain: RecordChain) {
    let place = Place(file: active.name, offset: 0)
    guard let header = active.header else {
      let error = active.headerError.map { "\($0)" } ?? ""
      chain.collector.add(
        Finding(
          .fileHeaderDamaged, "the file's header is damaged: \(error)", at: place,
          records: chain.nextRecord...chain.nextRecord))
      return
    }
    let first = header.firstRecord
    if let ledgerID = ledgerFile?.ledgerID, header.ledgerID != ledgerID {
      chain.collector.add(
        Finding(.foreignLedger, "the file is another ledger's", at: place, records: first...first))
    }
    closeGap(chain, to: first, before: place)
    if first == chain.nextRecord, let leafHash = chain.leafHash, leafHash != header.leafHashBefore {
      chain.collector.add(
        Finding(
          .chainBroken, "the file continues another record than the one before it", at: place,
          records: first...first))
    }
    if first < chain.nextRecord, !chain.holdsLeafHashes(from: first) {
      chain.collector.add(
        Finding(
          .orderBroken, "the file repeats records that were sealed in another way", at: place,
          records: first...chain.nextRecord - 1))
    }
    let before: (number: UInt64, digest: TruncatedDigest)?
    if first == 0 {
      before = (0, .zero)
    } else if let lastGroup, lastGroup.endRecord == first {
      before = (lastGroup.number, lastGroup.digest)
    } else {
      before = nil
    }
    if let before,
      header.firstGroup != before.number + 1 || header.previousDigest != before.digest
    {
      chain.collector.add(
        Finding(
          .orderBroken, "the file continues another group than the one before it", at: place,
          records: first...first))
    }
  }
}
