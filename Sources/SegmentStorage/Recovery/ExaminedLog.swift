internal import LedgerCryptography
internal import LedgerFormat

/// A ledger's log as an opening for writing found it; nothing was changed yet.
///
/// Between looking and changing the engine compares the records with what its key has signed.
public struct ExaminedLog: Sendable {
  /// What the group logs were found to hold.
  struct Tails: Sendable {
    /// Where the file is that `active` describes: `active.sealing` if a sealing had just begun.
    var activePlace: String
    var active: TailScan
    var sealing: TailScan?
    /// The groups end exactly where a clean close says.
    var isClean: Bool
  }

  let openingID: OpeningID
  /// A snapshot of everything that will be accepted. Its files may be replaced by `recover`.
  public let reader: LogReader
  /// Nil if there is no log yet.
  let tails: Tails?
}

extension StorageLocation {
  /// Makes certain what `found` accepts, and takes the log over for writing.
  ///
  /// Removes temporary files; gives a lone `active.sealing` its old name back; and, unless the
  /// last close was clean, copies the accepted groups of `active` into a new, synchronised file
  /// (the page cache may hold what the medium does not) and cuts off a torn tail, which goes to
  /// `torn/`. A call that was interrupted leaves what the next opening accepts just the same.
  ///
  /// - Parameters:
  ///   - found: what `examineForWriting` gave under the same lock.
  ///   - holder: what to put into the lock file for as long as the log is open.
  /// - Throws: file errors.
  public func recover(
    _ found: ExaminedLog, lock: borrowing ExclusiveLock, holder: [UInt8]
  ) throws(StorageEngineError) -> RecoveredLog {
    try removeTemporaryFiles()
    guard let tails = found.tails else { return try create(found.openingID, lock, holder) }
    if tails.activePlace == sealingPath {
      try rename(sealingPath, to: activePath)
      try synchronizeFolder(directory)
    }
    let outcome = tails.isClean ? RecoveredLog.Outcome.clean : try settle(tails.active)
    try replaceContents(of: lock, holder)
    return try recovered(outcome, found.reader.segments, tails)
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

  /// A creation, or one that was interrupted before `active` was in place.
  private func create(
    _ openingID: OpeningID, _ lock: borrowing ExclusiveLock, _ holder: [UInt8]
  ) throws(StorageEngineError) -> RecoveredLog {
    try replaceContents(of: lock, holder)
    let log = try create(openingID: openingID)
    let header = ActiveFileHeader(
      ledgerID: ledgerID, firstRecord: 0, firstGroup: 1, previousDigest: .zero,
      leafHashBefore: .zero)
    let file: SharedFile
    do throws(StorageEngineError) {
      file = try openShared(activePath)
    } catch {
      log.abandon()
      throw error
    }
    let tail = LogTail(path: activePath, file: file, header: header, openingID: openingID)
    return RecoveredLog(
      outcome: .created, log: log, reader: LogReader(self, segments: [], tails: [tail]),
      lastLeafHash: .zero, lastRecordedTime: nil, pendingSealing: nil)
  }

  private func recovered(
    _ outcome: RecoveredLog.Outcome, _ segments: [SealedSegment], _ tails: ExaminedLog.Tails
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
