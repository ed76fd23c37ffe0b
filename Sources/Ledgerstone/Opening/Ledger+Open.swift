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

  /// - Parameters:
  ///   - mayBeUnsigned: `init` opens a ledger whose first checkpoint is not signed yet.
  ///   - vaultLock: the vault's lock, where the caller holds it already.
  func run(mayBeUnsigned: Bool, vaultLock: LockBox? = nil) throws(LedgerError) -> Ledger {
    // The vault has a lock of its own: two copies of a ledger could use one vault at once, and
    // each would check its note before the other replaces it.
    let ledgerLock = try Self.acquireLock(in: location.directory, on: options.fileSystem)
    let locks: LedgerLocks
    if let vaultLock {
      locks = LedgerLocks(ledger: ledgerLock, vault: vaultLock)
    } else {
      locks = LedgerLocks(
        ledger: ledgerLock,
        vault: try Self.acquireLock(in: location.vault, on: options.fileSystem))
    }
    try LedgerDirectory(location, options.fileSystem).refuseLinkedFolders()
    let keys = try signerKeys()
    let notes = try newestNotes(keys)
    if notes.newest == nil { try requireUnsigned(mayBeUnsigned: mayBeUnsigned) }
    let (recovered, signedFrontier, rotation) = try recover(locks.ledger, keys, notes)
    do throws(LedgerError) {
      return try goOn(recovered, locks, (keys.current, rotation), notes, signedFrontier)
    } catch {
      recovered.log.abandon()
      throw error
    }
  }

  /// Tells a ledger that was never signed, as its `init` was interrupted, from one that lost every
  /// note of what its key has signed: that one might sign another tree of the same size.
  private func requireUnsigned(mayBeUnsigned: Bool) throws(LedgerError) {
    let storage = StorageLocation(
      fileSystem: options.fileSystem, directory: location.directory, ledgerID: file.ledgerID)
    // Before there is a log it cannot be read; where it is damaged, recovery says so.
    let recordCount = (try? storage.openForReading().endRecord) ?? 0
    guard recordCount <= 1 else {
      throw LedgerError(
        .corrupt,
        "\(location.directory) has \(counted(recordCount, "record")), so its key has signed, but "
          + "neither \(location.path("checkpoint")) nor \(location.vault)/note is there to say "
          + "what; put the newest checkpoint known of this ledger back as the latter")
    }
    guard mayBeUnsigned else {
      throw LedgerError(
        .incomplete,
        "\(location.directory): init was interrupted; repeat it with the same arguments")
    }
  }

  /// The opening after the log was recovered.
  private func goOn(
    _ recovered: RecoveredLog, _ locks: LedgerLocks,
    _ keys: (current: NoteSignerKey, rotation: InterruptedRotation?),
    _ notes: Notes, _ signedFrontier: TreeFrontier
  ) throws(LedgerError) -> Ledger {
    try refuseErasuresWithoutSignature(recovered.reader, signedSize: signedFrontier.size)
    let state = try checkedTree(recovered, notes.newest, signedFrontier)
    try removeTemporaryFiles()
    var signer = CheckpointSigner(
      origin: file.origin, key: keys.current, nextKey: keys.rotation?.key, vault: vault,
      fileSystem: options.fileSystem, path: location.path("checkpoint"), newest: notes.newest,
      signedFrontier: signedFrontier)
    if keys.rotation?.isHandedOver == true { try signer.finishHandover() }
    var remarks = state.remarks
    if let newest = notes.newest, notes.published != newest {
      // Its own save may have failed, and left it where it is seen but not durable.
      try translatingErrors { try vault.save(note: newest.bytes) }
      try signer.publish(newest)
      remarks.append(
        "the published checkpoint was older than the vault's and was replaced by it")
    }
    if let newest = notes.newest, notes.isVaultBehind {
      try translatingErrors { try vault.save(note: newest.bytes) }
      remarks.append("the vault's note was older than the published checkpoint and was replaced")
    }
    return try assemble(
      recovered, state, signer: signer, locks: locks,
      publishedSize: notes.published?.checkpoint.size ?? 0, remarks: remarks)
  }

  /// Takes the lock of the ledger's folder or of the vault.
  static func acquireLock(
    in folder: String, on fileSystem: any FileSystem
  ) throws(LedgerError) -> LockBox {
    try translatingErrors {
      switch try fileSystem.lockExclusively(folder + "/LOCK") {
      case .acquired(let lock): return LockBox(lock)
      case .heldByAnother(let contents):
        let holder = LockHolder(contents)
        let lines = holder.lines.joined(separator: ", ")
        throw LedgerError(
          .locked,
          lines.isEmpty
            ? "\(folder) is in use by another process"
            : "\(folder) is being written by another process (\(lines))",
          underlying: holder)
      }
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

  private func newestNotes(_ signerKeys: SignerKeys) throws(LedgerError) -> Notes {
    let keys = signerKeys.verifierKeys
    let path = location.path("checkpoint")
    let published = try options.fileSystem.ledgerContents(
      path, limitBytes: FormatLimits.noteByteCountMax)
    let kept = try translatingErrors { try vault.newestNote() }
    let publishedNote = try published.map { bytes throws(LedgerError) in
      try LedgerNote(bytes, keys: keys, origin: file.origin, name: path, code: .corrupt)
    }
    let keptNote = try kept.map { bytes throws(LedgerError) in
      try LedgerNote(
        bytes, keys: keys, origin: file.origin, name: vault.path + "/note", code: .vault)
    }
    guard publishedNote == nil || keptNote != nil else {
      throw LedgerError(
        .vault,
        "\(vault.path): the newest signed note is missing, so nothing tells whether "
          + "\(location.directory) is older than what its key has signed. Put the newest "
          + "checkpoint known of this ledger back as \(vault.path)/note")
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

  /// Examines the log, compares it with what the key has signed, and only then changes anything.
  ///
  /// - Returns: the log, the tree under the newest note, and the rotation that was interrupted.
  private func recover(_ lock: LockBox, _ keys: SignerKeys, _ notes: Notes)
    throws(LedgerError) -> (RecoveredLog, TreeFrontier, InterruptedRotation?)
  {
    let storage = StorageLocation(
      fileSystem: options.fileSystem, directory: location.directory, ledgerID: file.ledgerID)
    let openingID = try translatingErrors { OpeningID(try SecureRandom.bytes(count: 16)) }
    var holder = "pid \(ProcessInfo.processInfo.processIdentifier)\n"
    if let url = options.url { holder += "url \(url)\n" }
    let contents = Array(holder.utf8)
    let found = try examine(storage, lock, openingID, notes)
    let signed = try signedFrontier(found.reader, notes.newest)
    _ = try identity(found.reader)
    let rotation = try interruptedRotation(found.reader, keys, newest: notes.newest)
    return try translatingErrors {
      let recovered = try lock.withLock { lock throws(StorageEngineError) in
        try storage.recover(found, lock: lock, holder: contents)
      }
      return (recovered, signed, rotation)
    }
  }

  private func examine(
    _ storage: StorageLocation, _ lock: LockBox, _ openingID: OpeningID, _ notes: Notes
  ) throws(LedgerError) -> ExaminedLog {
    do throws(StorageEngineError) {
      return try lock.withLock { lock throws(StorageEngineError) in
        try storage.examineForWriting(
          openingID: openingID, lock: lock,
          checkpointSize: notes.newest?.checkpoint.size ?? 0)
      }
    } catch {
      let publishedSize = notes.published?.checkpoint.size ?? 0
      if error.isCorruption, let newest = notes.newest, newest.checkpoint.size > publishedSize {
        throw LedgerError(
          .forked,
          "\(location.directory) is older than what its key has signed: the vault's note covers "
            + "\(newest.checkpoint.size) records (\(error)). It can be read but not appended to; "
            + "a new ledger goes on from it with: ledgerstone init --continues CHECKPOINT "
            + "--key VKEY",
          underlying: error)
      }
      throw LedgerError(error)
    }
  }
}
