internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import Provenance
internal import SegmentStorage
internal import SubjectVault
internal import Synchronization

/// The second stage of an append: makes groups durable, then lets the tree files follow, seals
/// full files and signs checkpoints.
///
/// Used by one thread at a time. Any failure poisons it.
final class Committer {
  /// What the directory holds beside the log.
  let tree: TreeFiles
  let log: GroupLog
  let vault: Vault
  let options: LedgerOptions
  let indexFolder: IndexFolder
  let location: LedgerLocation
  private(set) var signer: CheckpointSigner
  /// The tree of all durable records.
  private(set) var frontier: TreeFrontier
  private(set) var lastLeafHash: SHA256Digest
  private(set) var lastRecordedTime: Timestamp
  /// Duplicate keys of the groups in `active`.
  private var activeDuplicates: [RememberedDuplicate]
  private var poison: LedgerError? {
    didSet { publication.update { $0.failure = poison } }
  }
  /// A failure that no caller was told of: that of a sealing.
  private var untold: LedgerError?
  /// A snapshot of everything durable.
  private(set) var reader: LogReader {
    didSet { publication.update { $0.log = reader } }
  }
  /// What readers of this process see.
  let publication: Publication
  /// The note that closes the index record which is the last record of all; nil if another is.
  private(set) var closingNote: LedgerNote?

  init(
    tree: TreeFiles, log: GroupLog, vault: Vault, options: LedgerOptions, location: LedgerLocation,
    indexFolder: IndexFolder,
    signer: CheckpointSigner, frontier: TreeFrontier, lastLeafHash: SHA256Digest,
    lastRecordedTime: Timestamp, activeDuplicates: [RememberedDuplicate],
    reader: LogReader, publication: Publication
  ) {
    self.publication = publication
    self.tree = tree
    self.log = log
    self.vault = vault
    self.options = options
    self.indexFolder = indexFolder
    self.location = location
    self.signer = signer
    self.frontier = frontier
    self.lastLeafHash = lastLeafHash
    self.lastRecordedTime = lastRecordedTime
    self.activeDuplicates = activeDuplicates
    self.reader = reader
  }

  deinit { log.abandon() }

  /// Runs one operation; its failure is what every later one answers.
  private func performing<Value>(_ body: () throws -> Value) throws(LedgerError) -> Value {
    if let poison {
      untold = nil
      throw LedgerError(
        .poisoned,
        "an earlier write failed (\(poison.message)); what was acknowledged is safe, open the "
          + "ledger again to go on", underlying: poison)
    }
    do {
      return try translatingErrors(body)
    } catch {
      poison = error
      throw error
    }
  }

  /// Throws `poisoned` if an earlier operation failed.
  func requireHealth() throws(LedgerError) { try performing {} }

  /// Makes one group durable: after this returns it may be acknowledged.
  func commit(_ pending: PendingGroup) throws(LedgerError) {
    let start = options.clock.monotonicMicroseconds()
    try performing {
      var encoder = log.makeEncoder()
      closingNote = nil
      try pending.encoding.group.withLock { encoded in
        encoder.encode(pending.group, into: &encoded)
        try log.write(encoded)
        reader = reader.appending(encoded)
      }
      for (level, hashes) in pending.treeHashes.enumerated() {
        try tree.append(hashes, level: level)
      }
      frontier = pending.frontier
      lastLeafHash = pending.lastLeafHash
      lastRecordedTime = pending.recordedTime
      activeDuplicates.append(contentsOf: pending.duplicates)
    }
    let elapsed = UInt64(clamping: options.clock.monotonicMicroseconds() - start)
    publication.update {
      $0.measurements.noteCommit(
        recordCount: UInt64(pending.group.recordCount), microseconds: elapsed)
    }
  }

  /// Makes the group of an index record durable, and signs it before anything else can follow.
  ///
  /// - Parameter reread: as of `checkpoint(reread:)`.
  func commitIndex(
    _ pending: PendingGroup, reread: TreeFrontier?
  ) throws(LedgerError) -> LedgerNote {
    try commit(pending)
    return try signIndex(reread: reread)
  }

  /// Signs the checkpoint that closes the last record, an index record, and keeps it with the
  /// index.
  func signIndex(reread: TreeFrontier? = nil) throws(LedgerError) -> LedgerNote {
    let note = try checkpoint(reread: reread)
    try performing {
      precondition(
        note.checkpoint.size == reader.endRecord, "an index record is signed as the last")
      try options.fileSystem.replaceFile(
        indexFolder.notePath(note.checkpoint.size - 1), with: note.bytes, permissions: .file)
    }
    closingNote = note
    return note
  }

  /// The keys of a rotation that is under way.
  struct Rotation: Sendable {
    let content: KeyRotation
    let next: NoteSignerKey
  }

  /// The keys of a new rotation, of which the next one is durable in the vault.
  func beginRotation() throws(LedgerError) -> Rotation {
    try performing {
      let next = try vault.keyForRotation(origin: signer.origin)
      return Rotation(
        content: KeyRotation(previous: signer.key.verifierKey, next: next.verifierKey), next: next)
    }
  }

  /// Makes the group of a `key/rotated` record durable and hands over before anything can follow.
  func commitRotation(
    _ pending: PendingGroup, _ rotation: Rotation
  ) throws(LedgerError) -> KeyRotationReport {
    try commit(pending)
    signer.beginHandover(to: rotation.next)
    let note = try finishRotation()
    return KeyRotationReport(
      record: note.checkpoint.size - 1, previousVerifierKey: rotation.content.previous.vkey,
      verifierKey: rotation.content.next.vkey, checkpoint: note.bytes)
  }

  /// Signs with both keys the checkpoint that ends with the `key/rotated` record, which is the last
  /// one, keeps it under `keys/`, and lets the new key replace the old one in the vault.
  func finishRotation() throws(LedgerError) -> LedgerNote {
    let note = try checkpoint()
    try performing {
      try KeyFolder(location, options.fileSystem).write(
        note.bytes, of: note.checkpoint.size - 1)
      try signer.finishHandover()
      let first = publication.current.succession.first
      let succession = try KeyFolder(location, options.fileSystem).succession(from: first, reader)
      publication.update { $0.succession = succession }
    }
    return note
  }

  /// Sets the active file aside if it is full. A failure is also kept for `close`, as the records
  /// were acknowledged before.
  ///
  /// - Parameter target: bytes at which it is full; 0 for any file with a record.
  /// - Returns: the work of sealing it, which any thread may do, or nil.
  func beginSealingIfDue(target: Int? = nil) throws(LedgerError) -> Sealing? {
    guard log.isSealDue(target: target ?? options.segmentByteCountTarget), !log.isSealing else {
      return nil
    }
    if poison != nil { return nil }
    defer { untold = poison }
    return try performing {
      // What lies below a sealed segment is never derived again, so it has to be durable first.
      try tree.synchronize()
      let job = try log.beginSealing(lastLeafHash: lastLeafHash)
      reader = try reader.beginningFile(job)
      defer { activeDuplicates.removeAll(keepingCapacity: true) }
      return Sealing(
        job: job, frontierAfter: frontier.hashes, duplicates: activeDuplicates, vault: vault,
        windowRecordCount: UInt64(options.duplicateWindowRecordCount))
    }
  }

  /// Ends a sealing that `Sealing.run` carried out.
  func finishSealing(_ result: Result<SealedSegment, LedgerError>) {
    switch result {
    case .failure(let error):
      if poison == nil { untold = error }
      poison = poison ?? error
    case .success(let segment):
      log.finishSealing()
      reader = reader.sealing(segment)
      publication.update { $0.measurements.sealedCount += 1 }
    }
  }

  /// The tree that was signed last, its files, and everything durable: what is read back before
  /// signing.
  var unsigned: (signed: TreeFrontier, files: TreeFiles, log: LogReader) {
    (signer.signedFrontier, tree, reader)
  }

  /// Signs what is durable, and publishes it.
  ///
  /// - Parameter reread: what was read back of it already, beside appending.
  func checkpoint(reread: TreeFrontier? = nil) throws(LedgerError) -> LedgerNote {
    try performing {
      // A reader of the new checkpoint wants the tree under it.
      try tree.synchronize()
      let note = try signer.sign(frontier, tree: tree, reread: reread) { range, body in
        try reader.forEachLeafRun(in: range, body)
      }
      let time = options.clock.monotonicMicroseconds()
      publication.update {
        $0.checkpoint = note.bytes
        $0.measurements.checkpointMicroseconds = time
      }
      return note
    }
  }

  /// The original's receipt of a duplicate: the record is durable by now.
  func receipt(ofDuplicate record: UInt64, identifier: String?) throws(LedgerError) -> Receipt {
    try translatingErrors {
      let stored = try reader.header(at: record)
      let bytes = stored.bytes
      let header = try RecordHeader.decode(bytes.rawSpan)
      return Receipt(
        index: record, leafHash: stored.leafHash, recordedTime: header.recordedTime,
        identifier: identifier, isDuplicate: true)
    }
  }

  /// Leaves everything durable and marks the end as clean, unless something failed.
  ///
  /// - Throws: what fails now, or a failed sealing that no append or checkpoint has answered with.
  func close(_ lock: consuming ExclusiveLock) throws(LedgerError) {
    var failure = untold.map {
      LedgerError(
        $0.code,
        "a full file could not be sealed (\($0.message)); what was acknowledged is safe, and "
          + "the next opening goes on from there", underlying: $0)
    }
    do throws(LedgerError) {
      try translatingErrors {
        if poison == nil { try tree.synchronize() }
        try tree.close()
        if poison == nil { try log.close(marking: lock) } else { log.abandon() }
      }
    } catch {
      failure = failure ?? error
    }
    do throws(StorageError) {
      try lock.release()
    } catch {
      failure = failure ?? LedgerError(error)
    }
    if let failure, poison == nil || untold != nil { throw failure }
  }
}

/// The background half of sealing: writes the segment, remembers its duplicate keys in the vault,
/// and only then retires the file they stood in.
struct Sealing: Sendable {
  let job: SealingJob
  let frontierAfter: [SHA256Digest]
  let duplicates: [RememberedDuplicate]
  let vault: Vault
  let windowRecordCount: UInt64

  func run() throws(LedgerError) -> SealedSegment {
    try translatingErrors {
      let segment = try job.writeSegment(frontierAfter: frontierAfter)
      let end = job.records.upperBound
      try vault.remember(
        duplicates, windowStart: end > windowRecordCount ? end - windowRecordCount : 0)
      try job.retire()
      return segment
    }
  }
}
