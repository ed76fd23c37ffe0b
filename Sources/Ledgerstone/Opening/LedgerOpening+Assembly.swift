internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage
internal import SubjectVault

/// What an opening found, put together into a ledger that can be appended to.
extension LedgerOpening {
  func assemble(
    _ recovered: RecoveredLog, _ state: TreeState, signer: CheckpointSigner, locks: LedgerLocks,
    publishedSize: UInt64, remarks: [String]
  ) throws(LedgerError) -> Ledger {
    let identity = try identity(recovered.reader)
    let next = recovered.nextRecord
    let sealedSize = recovered.segments.last?.endRecord ?? 0
    var window = DuplicateWindow(recordCount: options.duplicateWindowRecordCount)
    let windowStart = next > window.recordCount ? next - window.recordCount : 0
    var active: [RememberedDuplicate] = []
    var sealing: [RememberedDuplicate] = []
    let sealingEnd = recovered.pendingSealing?.records.upperBound ?? sealedSize
    try translatingErrors {
      let duplicates = try vault.duplicates(from: windowStart)
      window.reserve(duplicates.count)
      for known in duplicates where known.record < sealedSize {
        window.remember(key: known.key, contentKey: known.contentKey, record: known.record)
      }
      try recovered.reader.forEachDeduplicationEntry { record, entry in
        let known = RememberedDuplicate(
          record: record, key: entry.key, contentKey: entry.contentKey)
        window.remember(key: known.key, contentKey: known.contentKey, record: record)
        if record < sealingEnd { sealing.append(known) } else { active.append(known) }
      }
    }
    let lastTime = recovered.lastRecordedTime ?? Timestamp(microseconds: 0)
    let duplicateKey = HMACSHA256Key(vault.duplicateKey.rawSpan)
    let frontier = state.frontier
    let index = try IndexOpening(
      folder: IndexFolder(location, options.fileSystem, ledgerID: file.ledgerID),
      reader: recovered.reader, publishedSize: publishedSize
    ).run()
    let publication = try publication(recovered.reader, identity, signer)
    let committer = Committer(
      tree: state.files, log: recovered.log, vault: vault, options: options, location: location,
      indexFolder: index.folder, signer: signer,
      frontier: frontier, lastLeafHash: recovered.lastLeafHash,
      lastRecordedTime: lastTime, activeDuplicates: active, reader: recovered.reader,
      publication: publication)
    if let job = recovered.pendingSealing {
      // The tree files under it were derived and synchronised by this opening. What the segment
      // says for ever comes from the log, not from them.
      let chain = recovered.segments.last?.chain
      guard var sealed = TreeFrontier(size: sealedSize, hashes: chain?.frontier ?? []) else {
        throw LedgerError(.corrupt, "a sealed segment's tree state is impossible")
      }
      try translatingErrors {
        try recovered.reader.forEachHeader(in: sealedSize..<job.records.upperBound) {
          sealed.append($2)
        }
      }
      let segment = try Sealing(
        job: job, frontierAfter: sealed.hashes, duplicates: sealing, vault: vault,
        windowRecordCount: window.recordCount
      ).run()
      committer.finishSealing(.success(segment))
    }
    // An index record is signed before anything follows it, also one whose writer died.
    if index.isLastRecordIndex, committer.closingNote == nil { _ = try committer.signIndex() }
    // So is the record of a new key.
    if signer.nextKey != nil { _ = try committer.finishRotation() }
    var sequencer = Sequencer(
      nextRecord: next, lastLeafHash: recovered.lastLeafHash, frontier: frontier,
      window: window)
    let now = options.clock.now()
    if let record = recoveryRecord(recovered, duplicateKey) {
      var pending = PendingGroup()
      sequencer.begin(&pending, at: max(lastTime, now))
      var cursor = BatchCursor()
      var outcomes: [Sequencer.Outcome] = []
      _ = sequencer.add(record, from: &cursor, to: &pending, outcomes: &outcomes)
      try committer.commit(pending)
    }
    let assembly = AppendPipeline.Assembly(
      sequencer: sequencer,
      clockGuard: ClockGuard(
        lastRecorded: committer.lastRecordedTime,
        accepted: try acceptedClock(recovered.reader, lastTime, now), wall: now,
        monotonic: options.clock.monotonicMicroseconds()))
    var makeClockRecord: AppendPipeline.ClockRecordMaker?
    if options.acceptsClockStep {
      makeClockRecord = { step, clock in Self.clockRecord(step, clock, duplicateKey) }
    }
    let pipeline = AppendPipeline(
      assembly: assembly, committer: committer,
      index: IndexStage(
        Indexer(
          folder: index.folder, catalog: index.catalog, tails: index.tails,
          listed: Set(index.listed.keys)),
        isBackground: options.sealsInBackground),
      emptyBatch: RecordBatch(duplicateKey: duplicateKey), clock: options.clock,
      sealsInBackground: options.sealsInBackground, makeClockRecord: makeClockRecord)
    pipeline.catchUp()
    let subjects = SubjectKeys(
      vault, provider: options.subjectStore, keyEncryptionKey: options.keyEncryptionKey)
    return Ledger(
      location: location, identity: identity,
      remarks: remarks + index.remarks + erasureRemarks(subjects),
      nameKey: vault.nameKey, duplicateKey: duplicateKey, options: options, subjects: subjects,
      pipeline: pipeline, publication: publication, locks: locks)
  }

  private func publication(
    _ reader: LogReader, _ identity: LedgerIdentity, _ signer: CheckpointSigner
  ) throws(LedgerError) -> Publication {
    let first = try translatingErrors { try NoteVerifierKey(vkey: identity.verifierKeys[0]) }
    let folder = KeyFolder(location, options.fileSystem)
    return Publication(
      Publication.State(
        log: reader, checkpoint: signer.newest?.bytes,
        succession: try folder.succession(from: first, reader), failure: nil,
        measurements: LedgerMeasurements()))
  }

  /// What the clock showed when a step was last accepted, of the records of the newest time.
  ///
  /// Looked for only where the clock is behind that time: it may be many records ago that time
  /// began to stand still.
  private func acceptedClock(
    _ reader: LogReader, _ lastTime: Timestamp, _ now: Timestamp
  ) throws(LedgerError) -> Timestamp? {
    guard ClockGuard.isBehind(now, lastTime) else { return nil }
    return try translatingErrors {
      var accepted: Timestamp?
      let first = try reader.firstRecord(atOrAfter: lastTime)
      try reader.forEachHeader(in: first..<reader.endRecord) { _, bytes, _ in
        let clock = LedgerRecords.acceptedClock(try RecordHeader.decode(bytes).content)
        accepted = clock ?? accepted
      }
      return accepted
    }
  }

  /// Erasures that were interrupted. They are not gone on with here: only the repeated command has
  /// the identifier that the last step has to look for.
  private func erasureRemarks(_ subjects: SubjectKeys) -> [String] {
    do throws(VaultError) {
      guard try subjects.isPresent() else { return [] }
      return try subjects.store().unfinishedErasures().map {
        "the erasure requested as '\($0)' is not finished; repeat the command that began it"
      }
    } catch {
      // Whoever needs a subject's key is told again; nobody else has to care.
      return ["\(error)"]
    }
  }

  /// The record that says what was cut off; nil if nothing was.
  ///
  /// A crash before it is durable leaves the tail in `torn/` as the only witness.
  private func recoveryRecord(_ recovered: RecoveredLog, _ key: HMACSHA256Key) -> RecordBatch? {
    guard case .unclean(let tornByteCount, _) = recovered.outcome, tornByteCount > 0,
      recovered.nextRecord > 0
    else { return nil }
    var batch = RecordBatch(duplicateKey: key)
    // A record of two short fields is always within the limits.
    try? batch.append(
      LedgerRecords.recovered(
        tornByteCount: Int(tornByteCount), offset: recovered.log.position.nextOffset))
    return batch
  }

  private static func clockRecord(_ step: Int64, _ clock: Timestamp, _ key: HMACSHA256Key)
    -> RecordBatch
  {
    var batch = RecordBatch(duplicateKey: key)
    // A record of two short fields is always within the limits.
    try? batch.append(LedgerRecords.clockStepped(byMicroseconds: step, to: clock))
    return batch
  }

  /// An empty log has no record 0 yet; `init` writes it next.
  func identity(_ reader: LogReader) throws(LedgerError) -> LedgerIdentity {
    guard reader.endRecord > 0 else { return LedgerOpening.identity(of: file) }
    let header = try translatingErrors {
      // Bound first: where the call throws inside one expression with a span of its result, the
      // compiler (6.3.1) destroys a result that was never made.
      let stored = try reader.header(at: 0)
      return try RecordHeader.decode(stored.bytes.rawSpan)
    }
    return try LedgerDirectory.identity(of: header, file: file)
  }

  static func identity(of file: LedgerFile) -> LedgerIdentity {
    LedgerIdentity(
      origin: file.origin, ledgerID: file.ledgerID, formatVersion: FormatLimits.formatVersion,
      verifierKeys: [file.verifierKey], ledgerFileHash: file.hash)
  }
}
