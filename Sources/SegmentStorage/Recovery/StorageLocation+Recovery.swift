internal import LedgerCryptography
public import LedgerFormat

extension StorageLocation {
  /// Opens the log for writing and recovers what a crash left: `examineForWriting`, then `recover`.
  ///
  /// - Parameters:
  ///   - openingID: 16 new random bytes.
  ///   - lock: the writer's lock; its content tells how the last writer ended.
  ///   - holder: what to put there for as long as the log is open, such as process and URL.
  ///   - checkpointSize: the records that the newest checkpoint known covers; 0 without one.
  /// - Throws: as the two do.
  public func openForWriting(
    openingID: OpeningID, lock: borrowing ExclusiveLock, holder: [UInt8],
    checkpointSize: UInt64
  ) throws(StorageEngineError) -> RecoveredLog {
    let found = try examineForWriting(
      openingID: openingID, lock: lock, checkpointSize: checkpointSize)
    return try recover(found, lock: lock, holder: holder)
  }

  /// Reads what is there and decides what of it is accepted; changes nothing.
  ///
  /// Checks that segments, `active.sealing` and `active` join. After a clean close frames are
  /// walked, not re-hashed; else every record is.
  ///
  /// - Parameters: as of `openForWriting`.
  /// - Throws: `damaged` (`isCorruption`) with file, offset and records: the ledger can only be
  ///   read; `foreignLedger`, `newerFormat`; file errors.
  public func examineForWriting(
    openingID: OpeningID, lock: borrowing ExclusiveLock, checkpointSize: UInt64
  ) throws(StorageEngineError) -> ExaminedLog {
    let contents: [UInt8]
    do throws(StorageError) {
      contents = try lock.contents()
    } catch {
      throw StorageEngineError(error)
    }
    let witness = RecoveryWitness(
      checkpointSize: checkpointSize, marker: CloseMarker.decode(contents))
    let catalog = try segmentCatalog(needsBodies: true)
    guard let place = try activePlace(catalog) else {
      let size = max(witness.checkpointSize, witness.marker?.records ?? 0)
      guard size == 0 else {
        throw .damaged(
          activePath, records: 0..<size, "there is no active file and no segment")
      }
      return ExaminedLog(
        openingID: openingID, reader: LogReader(self, segments: [], tails: []), tails: nil)
    }
    let (segments, tails) = try scanTails(place, catalog, openingID, witness)
    if let damage = witness.damage(path: place, position: tails.active.position) {
      throw damage
    }
    var logTails: [LogTail] = []
    if let sealing = tails.sealing {
      logTails.append(
        LogTail(path: sealingPath, file: try openShared(sealingPath), scan: sealing))
    }
    logTails.append(LogTail(path: place, file: try openShared(place), scan: tails.active))
    return ExaminedLog(
      openingID: openingID, reader: LogReader(self, segments: segments, tails: logTails),
      tails: tails)
  }

  /// Where the groups lie to which the next would be appended: `active.sealing` if a sealing had
  /// only just begun; nil if there is no log yet.
  private func activePlace(_ catalog: SegmentCatalog) throws(StorageEngineError) -> String? {
    for path in [activePath, sealingPath] {
      let found = try onDisk { () throws(StorageError) in try fileSystem.information(path) }
      if found != nil { return path }
    }
    guard catalog.complete.isEmpty, catalog.incomplete.isEmpty else {
      let end = catalog.complete.last?.endRecord ?? 0
      throw .damaged(
        activePath, records: end..<end + 1, "sealed segments are there, the active file is not")
    }
    return nil
  }

  /// Scans the group logs and checks that everything joins.
  ///
  /// - Returns: the segments before the group logs, and those.
  private func scanTails(
    _ place: String, _ catalog: SegmentCatalog, _ openingID: OpeningID, _ witness: RecoveryWitness
  ) throws(StorageEngineError) -> ([SealedSegment], ExaminedLog.Tails) {
    var segments = catalog.complete
    let sealing = place == sealingPath ? nil : try scan(sealingPath, openingID)
    if let sealing, let last = segments.last, last.firstRecord == sealing.header.firstRecord {
      // Written already, but not retired: `SealingJob.writeSegment` compares and takes it.
      segments.removeLast()
    }
    if let lone = catalog.incomplete.first(where: { $0 != sealing?.header.firstRecord }) {
      throw .damaged(
        logPath(lone), records: lone..<lone + 1,
        "of this segment only one of header file and body file is there")
    }
    guard
      let (active, isClean) = try scanActive(
        place, openingID, witness, hasSealing: sealing != nil)
    else { throw .damaged(place, "the file vanished") }
    let end = segments.last?.endRecord ?? 0
    let leafHash = segments.last?.chain.lastLeafHash ?? .zero
    let first = sealing?.header ?? active.header
    let path = sealing == nil ? place : sealingPath
    guard first.firstRecord == end, first.leafHashBefore == leafHash else {
      throw .damaged(
        path, offset: 0, records: min(end, first.firstRecord)..<max(end + 1, first.firstRecord),
        "the file begins at record \(first.firstRecord), the segments end at \(end)")
    }
    if let sealing { try check(sealing, joins: active.header) }
    return (
      segments,
      ExaminedLog.Tails(
        activePlace: place, active: active, sealing: sealing, isClean: isClean)
    )
  }

  /// `active.sealing` was complete when `active` was begun, so it must end exactly there.
  private func check(_ sealing: TailScan, joins next: ActiveFileHeader)
    throws(StorageEngineError)
  {
    if let error = sealing.verdict.error(path: sealingPath, position: sealing.position) {
      throw error
    }
    let position = sealing.position
    let surplusByteCount = sealing.fileByteCount - position.nextOffset
    if surplusByteCount > 0, position.nextRecord == next.firstRecord {
      throw .damaged(
        sealingPath, offset: position.nextOffset,
        records: position.nextRecord..<position.nextRecord + 1,
        "\(counted(surplusByteCount, "byte")) behind its last group are no group")
    }
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
    _ path: String, _ openingID: OpeningID, _ witness: RecoveryWitness, hasSealing: Bool
  ) throws(StorageEngineError) -> (TailScan, Bool)? {
    if let marker = witness.marker, !hasSealing,
      let quick = try scan(path, openingID, depth: .framesOnly),
      quick.verdict == .clean, quick.fileByteCount == marker.offset,
      marker.matches(quick.position)
    {
      return (quick, true)
    }
    guard let full = try scan(path, openingID) else { return nil }
    if let error = full.verdict.error(path: path, position: full.position) { throw error }
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
}
