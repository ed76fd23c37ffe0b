internal import Foundation
internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage
internal import SubjectVault

extension Ledger {
  /// Opens the ledger at `location` for writing: takes its lock, recovers what a crash left, and
  /// refuses a folder that is older than what its key has signed.
  ///
  /// - Throws: `noLedger`, `incomplete`, `locked`, `vault`, `forked`, `corrupt`, `newerFormat`,
  ///   `storage`. Nothing was changed if evidence is damaged.
  public static func open(
    at location: LedgerLocation, options: LedgerOptions = LedgerOptions()
  ) throws(LedgerError) -> Ledger {
    let file = try LedgerDirectory(location, options.fileSystem).ledgerFile()
    let vault = try translatingErrors {
      try Vault.open(
        location.vault, ledgerID: file.ledgerID.bytes, on: options.fileSystem)
    }
    let opening = LedgerOpening(
      location: location, options: options, file: file, vault: vault)
    let ledger = try opening.run(mayBeUnsigned: false)
    return ledger
  }
}

/// One opening for writing, step by step.
struct LedgerOpening {
  let location: LedgerLocation
  let options: LedgerOptions
  let file: LedgerFile
  let vault: Vault

  /// - Parameter mayBeUnsigned: `init` opens a ledger whose first checkpoint is not signed yet.
  func run(mayBeUnsigned: Bool) throws(LedgerError) -> Ledger {
    let lock = try acquireLock()
    let key = try signerKey()
    let notes = try newestNotes(key)
    guard mayBeUnsigned || notes.newest != nil else {
      throw LedgerError(
        .incomplete,
        "\(location.directory): init was interrupted; repeat it with the same arguments")
    }
    let recovered = try recover(lock, notes)
    let state = try treeState(recovered)
    let signedFrontier = try checkNote(notes.newest, treeSize: state.frontier.size)
    let signer = CheckpointSigner(
      origin: file.origin, key: key, vault: vault, fileSystem: options.fileSystem,
      path: location.path("checkpoint"), newest: notes.newest, signedFrontier: signedFrontier)
    var remarks = state.remarks
    if let newest = notes.newest, notes.published != newest {
      try signer.publish(newest)
      remarks.append(
        "the published checkpoint was older than the vault's and was replaced by it")
    }
    if let newest = notes.newest, notes.isVaultBehind {
      try translatingErrors { try vault.save(note: newest.bytes) }
      remarks.append("the vault's note was older than the published checkpoint and was replaced")
    }
    let ledger = try assemble(recovered, state, signer: signer, lock: lock, remarks: remarks)
    return ledger
  }

  private func acquireLock() throws(LedgerError) -> LockBox {
    try translatingErrors {
      switch try options.fileSystem.lockExclusively(location.path("LOCK")) {
      case .acquired(let lock): return LockBox(lock)
      case .heldByAnother(let contents):
        let holder = String(decoding: contents.prefix(512), as: UTF8.self)
          .split(separator: "\n").joined(separator: ", ")
        throw LedgerError(
          .locked,
          "\(location.directory) is being written by another process (\(holder))")
      }
    }
  }

  private func signerKey() throws(LedgerError) -> NoteSignerKey {
    do {
      let key = try NoteSignerKey(privateText: vault.signingKey)
      guard key.verifierKey.vkey == file.verifierKey else {
        throw LedgerError(
          .vault, "\(vault.path): signing.key is not the key that ledger.json names")
      }
      return key
    } catch let error as LedgerError {
      throw error
    } catch {
      throw LedgerError(.vault, "\(vault.path): signing.key is no signing key: \(error)")
    }
  }
}

// MARK: - Notes

extension LedgerOpening {
  /// The two places that keep the newest note.
  struct Notes {
    var published: LedgerNote?
    var newest: LedgerNote?
    var isVaultBehind: Bool
  }

  private func newestNotes(_ key: NoteSignerKey) throws(LedgerError) -> Notes {
    let keys = [key.verifierKey]
    let path = location.path("checkpoint")
    let published = try translatingErrors {
      try options.fileSystem.contentsIfPresent(
        path, limitBytes: FormatLimits.noteByteCountMax)
    }
    let kept = try translatingErrors { try vault.newestNote() }
    let publishedNote = try published.map { bytes throws(LedgerError) in
      try LedgerNote(bytes, keys: keys, origin: file.origin, name: path, code: .corrupt)
    }
    let keptNote = try kept.map { bytes throws(LedgerError) in
      try LedgerNote(
        bytes, keys: keys, origin: file.origin, name: vault.path + "/note", code: .vault)
    }
    let keptSize = keptNote?.checkpoint.size ?? 0
    let isVaultBehind = (publishedNote?.checkpoint.size ?? 0) > keptSize
    if let publishedNote, let keptNote, publishedNote.checkpoint.size == keptSize,
      publishedNote.checkpoint.root != keptNote.checkpoint.root
    {
      throw LedgerError(
        .forked,
        "the published checkpoint and the vault's note are of the same size and differ: this "
          + "key has signed two histories")
    }
    return Notes(
      published: publishedNote, newest: isVaultBehind ? publishedNote : keptNote,
      isVaultBehind: isVaultBehind)
  }

  private func recover(_ lock: LockBox, _ notes: Notes) throws(LedgerError) -> RecoveredLog {
    let storage = StorageLocation(
      fileSystem: options.fileSystem, directory: location.directory, ledgerID: file.ledgerID)
    let openingID = try translatingErrors { OpeningID(try SecureRandom.bytes(count: 16)) }
    var holder = "pid \(ProcessInfo.processInfo.processIdentifier)\n"
    if let url = options.url { holder += "url \(url)\n" }
    do throws(StorageEngineError) {
      return try lock.withLock { lock throws(StorageEngineError) in
        try storage.openForWriting(
          openingID: openingID, lock: lock, holder: Array(holder.utf8),
          checkpointSize: notes.newest?.checkpoint.size ?? 0)
      }
    } catch {
      let publishedSize = notes.published?.checkpoint.size ?? 0
      if error.isCorruption, let newest = notes.newest, newest.checkpoint.size > publishedSize {
        throw LedgerError(
          .forked,
          "\(location.directory) is older than what its key has signed: the vault's note covers "
            + "\(newest.checkpoint.size) records (\(error)). It can be read but not appended to; "
            + "a new ledger goes on from it with: ledgerstone init --continues",
          underlying: error)
      }
      throw LedgerError(error)
    }
  }

  /// The tree at the newest note's size must be the one that was signed.
  private func checkNote(_ note: LedgerNote?, treeSize: UInt64) throws(LedgerError)
    -> TreeFrontier
  {
    guard let note else { return TreeFrontier() }
    return try translatingErrors {
      let reader = TileNodeHashReader(
        source: TreeFileReader(
          directory: location.path("tree"), fileSystem: options.fileSystem),
        treeSize: treeSize)
      let frontier = try TreeFrontier(size: note.checkpoint.size, reading: reader)
      guard frontier.root == note.checkpoint.root else {
        throw LedgerError(
          .forked,
          "\(location.directory) does not hold the records its key signed: the root at size "
            + "\(note.checkpoint.size) is \(frontier.root), the newest note says "
            + "\(note.checkpoint.root). It can be read but not appended to")
      }
      return frontier
    }
  }
}

// MARK: - Tree

extension LedgerOpening {
  struct TreeState: Sendable {
    var files: TreeFiles
    var frontier: TreeFrontier
    var remarks: [String]
  }

  /// Opens the tree files; what an unclean close may have left stale is derived again.
  private func treeState(_ recovered: RecoveredLog) throws(LedgerError) -> TreeState {
    try translatingErrors { try deriveTreeState(recovered) }
  }

  private func deriveTreeState(_ recovered: RecoveredLog) throws -> TreeState {
    let directory = location.path("tree")
    let segment = recovered.segments.last
    let sealedSize = segment?.endRecord ?? 0
    guard
      var frontier = TreeFrontier(size: sealedSize, hashes: segment?.chain.frontier ?? [])
    else { throw LedgerError(.corrupt, "a sealed segment's tree state is impossible") }
    var remarks: [String] = []
    if recovered.outcome == .clean,
      let files = try? TreeFiles(
        directory: directory, size: recovered.nextRecord, on: options.fileSystem)
    {
      try recovered.reader.forEachHeader(in: sealedSize..<recovered.nextRecord) {
        frontier.append($2)
      }
      return TreeState(files: files, frontier: frontier, remarks: [])
    }
    var files: TreeFiles
    do {
      files = try TreeFiles(directory: directory, size: sealedSize, on: options.fileSystem)
    } catch is TreeFilesError {
      frontier = TreeFrontier()
      files = try TreeFiles(directory: directory, size: 0, on: options.fileSystem)
      remarks.append("the tree files were incomplete and were derived from the log again")
    }
    try derive(from: frontier.size, recovered, &frontier, files)
    try files.synchronize()
    if case .unclean(let tornByteCount, let path?) = recovered.outcome, tornByteCount > 0 {
      remarks.append(
        "\(tornByteCount) bytes of an append that was never acknowledged were cut off and kept "
          + "in \(path)")
    }
    return TreeState(files: files, frontier: frontier, remarks: remarks)
  }

  /// Appends the hashes of all records from `start` on to the tree files, in bounded memory.
  private func derive(
    from start: UInt64, _ recovered: RecoveredLog, _ frontier: inout TreeFrontier,
    _ files: TreeFiles
  ) throws {
    var pending = PendingGroup()
    func flush() throws {
      for (level, hashes) in pending.treeHashes.enumerated() {
        try files.append(hashes, level: level)
      }
      pending.begin(firstRecord: 0, recordedTime: Timestamp(microseconds: 0))
    }
    try recovered.reader.forEachHeader(in: start..<recovered.nextRecord) { index, _, leafHash in
      pending.add(hash: leafHash, level: 0)
      frontier.append(leafHash) { level, _, hash in
        if level.isMultiple(of: 8) { pending.add(hash: hash, level: level / 8) }
      }
      if index % 65_536 == 65_535 { try flush() }
    }
    try flush()
  }
}

// MARK: - Assembly

extension LedgerOpening {
  private func assemble(
    _ recovered: RecoveredLog, _ state: TreeState, signer: CheckpointSigner, lock: LockBox,
    remarks: [String]
  ) throws(LedgerError) -> Ledger {
    let next = recovered.nextRecord
    let sealedSize = recovered.segments.last?.endRecord ?? 0
    var window = DuplicateWindow(recordCount: options.duplicateWindowRecordCount)
    let windowStart = next > window.recordCount ? next - window.recordCount : 0
    var active: [RememberedDuplicate] = []
    var sealing: [RememberedDuplicate] = []
    let sealingEnd = recovered.pendingSealing?.records.upperBound ?? sealedSize
    try translatingErrors {
      for known in try vault.duplicates(from: windowStart) where known.record < sealedSize {
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
    let committer = Committer(
      tree: state.files, log: recovered.log, vault: vault, options: options, signer: signer,
      frontier: frontier, lastLeafHash: recovered.lastLeafHash,
      lastRecordedTime: lastTime, activeDuplicates: active, reader: recovered.reader)
    if let job = recovered.pendingSealing {
      // The tree under it was derived and synchronised by this opening.
      let size = job.records.upperBound
      let sealed = try translatingErrors {
        try TreeFrontier(
          size: size,
          reading: TileNodeHashReader(
            source: TreeFileReader(
              directory: location.path("tree"), fileSystem: options.fileSystem),
            treeSize: next))
      }
      let segment = try Sealing(
        job: job, frontierAfter: sealed.hashes, duplicates: sealing, vault: vault,
        windowRecordCount: window.recordCount
      ).run()
      committer.finishSealing(.success(segment))
    }
    let assembly = AppendPipeline.Assembly(
      sequencer: Sequencer(
        nextRecord: next, lastLeafHash: recovered.lastLeafHash, frontier: frontier,
        window: window),
      clockGuard: ClockGuard(
        lastRecorded: lastTime, wall: options.clock.now(),
        monotonic: options.clock.monotonicMicroseconds()))
    var makeClockRecord: (@Sendable (Int64) -> RecordBatch)?
    if options.acceptsClockStep {
      makeClockRecord = { step in Self.clockRecord(step, duplicateKey) }
    }
    let pipeline = AppendPipeline(
      assembly: assembly, committer: committer, clock: options.clock,
      sealsInBackground: options.sealsInBackground, makeClockRecord: makeClockRecord)
    return Ledger(
      location: location, identity: try identity(recovered), remarks: remarks,
      nameKey: vault.nameKey, duplicateKey: duplicateKey, pipeline: pipeline, lock: lock)
  }

  private static func clockRecord(_ step: Int64, _ key: HMACSHA256Key) -> RecordBatch {
    var batch = RecordBatch(duplicateKey: key)
    // A record of two short fields is always within the limits.
    try? batch.append(LedgerRecords.clockStepped(byMicroseconds: step))
    return batch
  }

  /// An empty log has no record 0 yet; `init` writes it next.
  private func identity(_ recovered: RecoveredLog) throws(LedgerError) -> LedgerIdentity {
    guard recovered.nextRecord > 0 else { return LedgerOpening.identity(of: file) }
    let header = try translatingErrors {
      try RecordHeader.decode(recovered.reader.header(at: 0).bytes.rawSpan)
    }
    return try LedgerDirectory.identity(of: header, file: file)
  }

  static func identity(of file: LedgerFile) -> LedgerIdentity {
    LedgerIdentity(
      origin: file.origin, ledgerID: file.ledgerID, formatVersion: FormatLimits.formatVersion,
      verifierKeys: [file.verifierKey], ledgerFileHash: file.hash)
  }
}
