internal import LedgerFormat
internal import MerkleLog

extension LedgerCheck {
  /// Opens the group logs, then lists the sealed files.
  ///
  /// In this order a sealing that goes on meanwhile loses nothing: a group log that was opened
  /// stays readable, and what was retired before is listed. Files may then repeat each other.
  func openLog() throws(EvidenceError) {
    // Between two looks a file may have got the other's name and have been retired; a writer that
    // goes on seals that fast only once in a while.
    for _ in 0..<3 where activeFiles.isEmpty {
      for name in ActiveFile.names {
        guard let file = try ActiveFile(name, from: evidence) else { continue }
        activeFiles.append(file)
        byteCountTotal += UInt64(file.file.byteCount)
      }
    }
    // By first record; one whose header is damaged comes where its name belongs, which is last
    // for `active` and before that for `active.sealing`.
    activeFiles.reverse()
    if activeFiles.count == 2, let first = activeFiles[0].header?.firstRecord,
      let second = activeFiles[1].header?.firstRecord, second < first
    {
      activeFiles.reverse()
    }
    bodySegments = try listSegments(.bodies)
    segments = try listSegments(.headers)
    try checkActiveIsCurrent()
    for kind in [BlockKind.headers, .bodies] {
      for first in segments {
        if let file = try evidence.open(SegmentFile.path(kind, first)) {
          byteCountTotal += UInt64(file.byteCount)
        }
      }
    }
    try remarkForeignFiles()
  }

  /// Records are sealed once a new `active` stands for those after them: one that begins before a
  /// segment, and still does now that the segment was listed, is a file from an earlier time.
  private func checkActiveIsCurrent() throws(EvidenceError) {
    guard let last = segments.last,
      let first = activeFiles.first(where: { $0.name == "active" })?.header?.firstRecord,
      first <= last, let now = try ActiveFile("active", from: evidence)?.header?.firstRecord,
      now <= last
    else { return }
    collector.add(
      Finding(
        .orderBroken, "the file begins before records that are sealed: it is from an earlier time",
        at: Place(file: "active", offset: 0), records: now...last))
  }

  /// At every step of a writer one of the two group logs is there. Without both, what was recorded
  /// since the last sealing is gone; where a checkpoint covers it, that is said already.
  func reportMissingLog(_ chain: RecordChain) {
    guard activeFiles.isEmpty, !segments.isEmpty, (checkpoint?.size ?? 0) <= chain.nextRecord
    else { return }
    chain.collector.add(
      Finding(
        .recordsMissing, "the file is missing, with whatever was recorded since the last sealing",
        file: "active"))
  }

  private func listSegments(_ kind: BlockKind) throws(EvidenceError) -> [UInt64] {
    try evidence.entries(of: SegmentFile.folder(kind))
      .filter { $0.kind == .file }
      .compactMap { SegmentFile.firstRecord(kind, name: $0.name) }
      .sorted()
  }

  /// Checks all sealed segments, in order.
  func checkSegments(_ chain: RecordChain) throws(EvidenceError) {
    // The group logs may repeat the last segment, while or after it is sealed.
    let repeated = activeFiles.compactMap { $0.header?.firstRecord }.min()
    for (position, first) in segments.enumerated() {
      let next = position + 1 < segments.count ? segments[position + 1] : nil
      let place = Place(file: SegmentFile.path(.headers, first), offset: 0)
      closeGap(chain, to: first, before: place)
      if first < chain.nextRecord {
        chain.collector.add(
          Finding(
            .orderBroken, "the segment repeats records of the one before it", at: place,
            records: first...chain.nextRecord - 1))
      }
      if first == repeated, segments.count - position <= 2 { chain.retain() }
      try checkSegment(first, next: next, chain)
    }
    if let repeated, repeated == chain.nextRecord { chain.retain() }
    try checkStrayBodies(chain)
  }

  private func checkSegment(_ first: UInt64, next: UInt64?, _ chain: RecordChain)
    throws(EvidenceError)
  {
    let records = next.flatMap { $0 > first ? first...$0 - 1 : nil }
    guard
      let headers = try SegmentFile(
        .headers, first, records: records, ledger: ledgerFile?.ledgerID, from: evidence)
    else { return }
    summary.segmentCount += 1
    let countBefore = chain.collector.count + headers.problems.count
    chain.collector.add(headers.problems)
    let known = headers.footer.map { first...$0.endRecord - 1 } ?? records
    let bodies = try SegmentFile(
      .bodies, first, records: known, ledger: ledgerFile?.ledgerID, from: evidence)
    if let bodies { chain.collector.add(bodies.problems) }
    // Between the two renames of a sealing, the bodies are still in the group log.
    let isUnfinished = bodies == nil && isInActiveFile(first)
    if isUnfinished {
      chain.collector.add(
        Remark(
          .sealingUnfinished, "its bodies are still in a group log: a sealing goes on or stopped",
          file: headers.path))
    }
    var walk = SegmentWalk(headers: headers, bodies: bodies, skipsBodies: isUnfinished)
    try walk.run(chain, self)
    if !isUnfinished { sealedBodiesEnd = chain.nextRecord }
    if let footer = headers.footer, chain.collector.count == countBefore {
      compare(footer, bodies?.footer, walk, chain, path: headers.path)
    }
  }

  private func isInActiveFile(_ record: UInt64) -> Bool {
    activeFiles.contains { $0.header?.firstRecord == record }
  }

  /// Compares the footer with what the blocks gave.
  private func compare(
    _ footer: SegmentFooter, _ bodies: SegmentFooter?, _ walk: SegmentWalk, _ chain: RecordChain,
    path: String
  ) {
    func expect(_ isEqual: Bool, _ what: String) {
      guard !isEqual else { return }
      chain.collector.add(
        Finding(
          .footerDamaged, "\(what) in the footer is not what the records give", file: path,
          records: footer.firstRecord...footer.endRecord - 1))
    }
    expect(footer.endRecord == chain.nextRecord, "the record count")
    if let bodies {
      expect(bodies.recordCount == footer.recordCount, "the record count of the bodies")
    }
    guard let stored = footer.chain else { return expect(false, "the chain") }
    expect(stored.firstRecordedTime == walk.firstTime, "the first recorded time")
    expect(stored.lastRecordedTime == chain.lastTime, "the last recorded time")
    expect(stored.leafHashBefore == walk.leafHashBefore, "the leaf hash before")
    expect(stored.lastLeafHash == chain.leafHash, "the last leaf hash")
    if let frontier = chain.frontier, !chain.isSubstituted {
      expect(stored.frontier == frontier.hashes, "the frontier")
    }
  }

  /// Files of bodies without headers beside them, of those listed before the headers were.
  ///
  /// The bodies are put in place first. What was sealed while this check ran has its headers by
  /// now, or is in a group log still; that is asked first, because a sealing may end in between.
  private func checkStrayBodies(_ chain: RecordChain) throws(EvidenceError) {
    let known = Set(segments)
    for first in bodySegments where !known.contains(first) {
      let path = SegmentFile.path(.bodies, first)
      var isBeingSealed = isInActiveFile(first)
      for name in ActiveFile.names where !isBeingSealed {
        let now = try ActiveFile(name, from: evidence)
        isBeingSealed = now?.header?.firstRecord == first
      }
      if isBeingSealed {
        chain.collector.add(
          Remark(.sealingUnfinished, "has no headers yet: a sealing stopped", file: path))
      } else if try evidence.open(SegmentFile.path(.headers, first)) == nil {
        chain.collector.add(
          Finding(.bodyUnexpected, "bodies without a segment of headers", file: path))
      }
    }
  }
}
