internal import LedgerCryptography
public import LedgerFormat

/// What the group logs of a ledger were found to hold.
private struct FoundTails {
  var active: TailScan
  var sealing: TailScan?
  /// `active` ends exactly where a clean close says.
  var isClean: Bool
}

extension StorageLocation {
  /// Opens the log for writing and recovers what a crash left.
  ///
  /// Removes temporary files; gives a lone `active.sealing` its old name back; checks that
  /// segments, `active.sealing` and `active` join; and, unless the last close was clean, copies
  /// the accepted groups of `active` into a new, synchronised file (the page cache may hold what
  /// the medium does not) and cuts off a torn tail, which goes to `torn/`.
  /// Nothing is changed where damage is found.
  ///
  /// After a clean close frames are walked, not re-hashed; else every record is.
  ///
  /// - Parameters:
  ///   - openingID: 16 new random bytes.
  ///   - lock: the writer's lock; its content tells how the last writer ended.
  ///   - holder: what to put there for as long as the log is open, such as process and URL.
  ///   - checkpointSize: the records that the newest checkpoint known covers; 0 without one.
  /// - Throws: `damaged` (`isCorruption`) with file, offset and records: the ledger can only be
  ///   read; `foreignLedger`, `newerFormat`; file errors.
  public func openForWriting(
    openingID: OpeningID, lock: borrowing ExclusiveLock, holder: [UInt8],
    checkpointSize: UInt64
  ) throws(StorageEngineError) -> RecoveredLog {
    let contents: [UInt8]
    do throws(StorageError) {
      contents = try lock.contents()
    } catch {
      throw StorageEngineError(error)
    }
    let witness = RecoveryWitness(
      checkpointSize: checkpointSize, marker: CloseMarker.decode(contents))
    try removeTemporaryFiles()
    let catalog = try segmentCatalog(needsBodies: true)
    guard try findActive(catalog) else {
      return try recreate(openingID, lock, holder, witness)
    }
    let (segments, tails) = try scanTails(catalog, openingID, witness)
    if let damage = witness.damage(path: activePath, position: tails.active.position) {
      throw damage
    }
    let outcome =
      tails.isClean ? RecoveredLog.Outcome.clean : try settle(tails.active)
    try replaceContents(of: lock, holder)
    return try recovered(outcome, segments, tails)
  }

  private func replaceContents(of lock: borrowing ExclusiveLock, _ holder: [UInt8])
    throws(StorageEngineError)
  {
    do throws(StorageError) {
      try lock.replaceContents(with: holder)
    } catch {
      throw StorageEngineError(error)
    }
  }

  /// Whether there is an `active`, if need be after undoing the beginning of a sealing.
  private func findActive(_ catalog: SegmentCatalog) throws(StorageEngineError) -> Bool {
    let active = try onDisk { () throws(StorageError) in try fileSystem.information(activePath) }
    if active != nil { return true }
    let sealing = try onDisk { () throws(StorageError) in try fileSystem.information(sealingPath) }
    if sealing != nil {
      try rename(sealingPath, to: activePath)
      try synchronizeFolder(directory)
      return true
    }
    guard catalog.complete.isEmpty, catalog.incomplete.isEmpty else {
      let end = catalog.complete.last?.endRecord ?? 0
      throw .damaged(
        activePath, records: end..<end + 1, "sealed segments are there, the active file is not")
    }
    return false
  }

  /// A creation that was interrupted before `active` was in place.
  private func recreate(
    _ openingID: OpeningID, _ lock: borrowing ExclusiveLock, _ holder: [UInt8],
    _ witness: RecoveryWitness
  ) throws(StorageEngineError) -> RecoveredLog {
    let size = max(witness.checkpointSize, witness.marker?.records ?? 0)
    guard size == 0 else {
      throw .damaged(
        activePath, records: 0..<size, "there is no active file and no segment")
    }
    try replaceContents(of: lock, holder)
    let log = try create(openingID: openingID)
    let header = ActiveFileHeader(
      ledgerID: ledgerID, firstRecord: 0, firstGroup: 1, previousDigest: .zero,
      leafHashBefore: .zero)
    let file = try openShared(activePath)
    let tail = LogTail(path: activePath, file: file, header: header, openingID: openingID)
    return RecoveredLog(
      outcome: .created, log: log, reader: LogReader(self, segments: [], tails: [tail]),
      lastLeafHash: .zero, lastRecordedTime: nil, pendingSealing: nil)
  }

  /// Scans the group logs and checks that everything joins.
  ///
  /// - Returns: the segments before the group logs, and those.
  private func scanTails(
    _ catalog: SegmentCatalog, _ openingID: OpeningID, _ witness: RecoveryWitness
  ) throws(StorageEngineError) -> ([SealedSegment], FoundTails) {
    var segments = catalog.complete
    let sealing = try scan(sealingPath, openingID)
    if let sealing, let last = segments.last, last.firstRecord == sealing.header.firstRecord {
      // Written already, but not retired: `SealingJob.writeSegment` compares and takes it.
      segments.removeLast()
    }
    if let lone = catalog.incomplete.first(where: { $0 != sealing?.header.firstRecord }) {
      throw .damaged(
        logPath(lone), records: lone..<lone + 1,
        "of this segment only one of header file and body file is there")
    }
    guard let (active, isClean) = try scanActive(openingID, witness, hasSealing: sealing != nil)
    else { throw .damaged(activePath, "the file vanished") }
    let end = segments.last?.endRecord ?? 0
    let leafHash = segments.last?.chain.lastLeafHash ?? .zero
    let first = sealing?.header ?? active.header
    let path = sealing == nil ? activePath : sealingPath
    guard first.firstRecord == end, first.leafHashBefore == leafHash else {
      throw .damaged(
        path, offset: 0, records: min(end, first.firstRecord)..<max(end + 1, first.firstRecord),
        "the file begins at record \(first.firstRecord), the segments end at \(end)")
    }
    if let sealing { try check(sealing, joins: active.header) }
    return (segments, FoundTails(active: active, sealing: sealing, isClean: isClean))
  }

  /// `active.sealing` was complete when `active` was begun, so it must end exactly there.
  private func check(_ sealing: TailScan, joins next: ActiveFileHeader)
    throws(StorageEngineError)
  {
    if let error = sealing.verdict.error(path: sealingPath, position: sealing.position) {
      throw error
    }
    let position = sealing.position
    guard position.nextOffset == sealing.fileByteCount, position.nextRecord == next.firstRecord,
      position.nextGroup == next.firstGroup, position.previousDigest == next.previousDigest,
      sealing.lastLeafHash == next.leafHashBefore
    else {
      let end = position.nextRecord
      throw .damaged(
        sealingPath, offset: position.nextOffset, records: end..<max(end + 1, next.firstRecord),
        "it ends at record \(end), active continues at record \(next.firstRecord)")
    }
  }

  private func scanActive(
    _ openingID: OpeningID, _ witness: RecoveryWitness, hasSealing: Bool
  ) throws(StorageEngineError) -> (TailScan, Bool)? {
    if let marker = witness.marker, !hasSealing,
      let quick = try scan(activePath, openingID, depth: .framesOnly),
      quick.verdict == .clean, quick.fileByteCount == marker.offset,
      marker.matches(quick.position)
    {
      return (quick, true)
    }
    guard let full = try scan(activePath, openingID) else { return nil }
    if let error = full.verdict.error(path: activePath, position: full.position) { throw error }
    return (full, false)
  }

  /// Nil if there is no such file.
  private func scan(_ path: String, _ openingID: OpeningID, depth: TailScanner.Depth = .full)
    throws(StorageEngineError) -> TailScan?
  {
    let present = try onDisk { () throws(StorageError) in try fileSystem.information(path) }
    if present == nil { return nil }
    return try withFile(path, .readOnly) { file throws(StorageEngineError) in
      let header = try activeFileHeader(file, path: path)
      return try TailScanner.scan(
        file, path: path, header: header, opening: openingID, depth: depth)
    }
  }

  func openShared(_ path: String) throws(StorageEngineError) -> SharedFile {
    do throws(StorageError) {
      return SharedFile(try fileSystem.open(path, .readOnly))
    } catch {
      throw StorageEngineError(error)
    }
  }

  private func recovered(
    _ outcome: RecoveredLog.Outcome, _ segments: [SealedSegment], _ tails: FoundTails
  ) throws(StorageEngineError) -> RecoveredLog {
    var logTails: [LogTail] = []
    if let sealing = tails.sealing {
      logTails.append(
        LogTail(path: sealingPath, file: try openShared(sealingPath), scan: sealing))
    }
    logTails.append(
      LogTail(path: activePath, file: try openShared(activePath), scan: tails.active))
    let file = try onDisk { () throws(StorageError) in
      try fileSystem.open(activePath, .readWrite)
    }
    let log = GroupLog(
      self, file: file, fileHeader: tails.active.header, position: tails.active.position,
      isSealing: tails.sealing != nil)
    let job = tails.sealing.map { SealingJob(self, sealing: $0.header, next: tails.active.header) }
    let lastTime =
      tails.active.lastRecordedTime ?? tails.sealing?.lastRecordedTime
      ?? segments.last?.chain.lastRecordedTime
    return RecoveredLog(
      outcome: outcome, log: log, reader: LogReader(self, segments: segments, tails: logTails),
      lastLeafHash: tails.active.lastLeafHash, lastRecordedTime: lastTime, pendingSealing: job)
  }
}
