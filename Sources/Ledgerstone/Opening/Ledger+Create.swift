internal import LedgerCryptography
internal import LedgerFormat
public import MerkleLog
internal import SegmentStorage
internal import SubjectVault

extension Ledger {
  /// Makes a new ledger: vault, `ledger.json`, record 0, the vault's note, `checkpoint`, in that
  /// order. A call that was interrupted is repeated with the same arguments.
  ///
  /// - Parameters:
  ///   - origin: the name under which it signs; see `LedgerOrigin`.
  ///   - continuing: a signed checkpoint of the ledger that this one goes on from, kept as the
  ///     body of record 0.
  ///   - oldKey: the verifier key of that ledger; needed with `continuing`.
  /// - Returns: the C2SP verifier key.
  /// - Throws: `invalid`, `forked` if the old key did not sign that checkpoint, `alreadyExists`,
  ///    `vault`, `locked`, `storage`.
  @discardableResult
  public static func create(
    at location: LedgerLocation, origin: String, continuing oldNote: [UInt8]? = nil,
    signedBy oldKey: NoteVerifierKey? = nil, options: LedgerOptions = LedgerOptions()
  ) async throws(LedgerError) -> String {
    let creation = LedgerCreation(location: location, origin: origin, options: options)
    return try await creation.run(continuing: oldNote, signedBy: oldKey)
  }
}

private struct LedgerCreation {
  let location: LedgerLocation
  let origin: String
  let options: LedgerOptions

  private var fileSystem: any FileSystem { options.fileSystem }

  func run(
    continuing oldNote: [UInt8]?, signedBy oldKey: NoteVerifierKey?
  ) async throws(LedgerError) -> String {
    guard LedgerOrigin.isValid(origin) else {
      throw LedgerError(
        .invalid,
        "'\(origin.prefix(80))\(origin.count > 80 ? "…" : "")' cannot be an origin: it takes 1 to "
          + "255 letters, digits and . _ ~ / : -")
    }
    let old = try oldNote.map { note throws(LedgerError) in
      try head(of: note, signedBy: oldKey)
    }
    // Two calls at the same moment must not make two halves of a ledger: the vault's lock is held
    // from before the first file until the ledger is open.
    _ = try interruptedCall(hasVault: nil)
    let lock = try lockVault()
    let file = try prepare()
    let vault = try translatingErrors {
      try Vault.open(location.vault, ledgerID: file.ledgerID.bytes, on: fileSystem)
    }
    let opening = LedgerOpening(
      location: location, options: options, file: file, vault: vault)
    let ledger = try opening.run(mayBeUnsigned: true, vaultLock: lock)
    do throws(LedgerError) {
      try await writeFirstRecord(ledger, old: old, oldNote: oldNote)
      _ = try await ledger.checkpoint()
    } catch {
      // The reason why it failed is worth more than that closing failed too.
      _ = try? await ledger.close()
      throw error
    }
    try await ledger.close()
    return file.verifierKey
  }

  private func lockVault() throws(LedgerError) -> LockBox {
    try translatingErrors {
      try fileSystem.makeDurableDirectory(location.vault, permissions: .secretDirectory)
    }
    return try LedgerOpening.acquireLock(in: location.vault, on: fileSystem)
  }

  /// Whether an interrupted call left files of a ledger here.
  ///
  /// - Parameter hasVault: whether there was a vault; nil to look.
  /// - Throws: `alreadyExists` for a ledger that is finished, and for a folder of other things.
  private func interruptedCall(hasVault known: Bool?) throws(LedgerError) -> Bool {
    let directory = LedgerDirectory(location, fileSystem)
    guard try !directory.isFile() else {
      throw LedgerError(.alreadyExists, "\(location.directory) is there and is not a folder")
    }
    let isSigned = try translatingErrors {
      try fileSystem.information(location.path("checkpoint")) != nil
    }
    let hasVault = try translatingErrors {
      try known ?? (fileSystem.information(location.vault) != nil)
    }
    let hasFiles = try directory.hasLedgerFiles()
    if hasFiles {
      guard !isSigned, hasVault else {
        throw LedgerError(.alreadyExists, "\(location.directory) is a ledger already")
      }
    } else if try !isEmpty(location.directory) {
      throw LedgerError(
        .alreadyExists, "\(location.directory) is not empty and is not a ledger")
    }
    return hasFiles
  }

  /// Vault and `ledger.json`, new or as an interrupted call left them.
  private func prepare() throws(LedgerError) -> LedgerFile {
    let hasFiles = try interruptedCall(hasVault: true)
    let vault = try makeVault(isResuming: hasFiles)
    let key = try verifierKey(vault)
    let file = LedgerFile(
      ledgerID: LedgerID(vault.identity.ledgerID), origin: origin, verifierKey: key)
    try translatingErrors {
      try makeFolders()
      let path = location.path("ledger.json")
      let present = try fileSystem.contentsIfPresent(
        path, limitBytes: FormatLimits.ledgerFileByteCountMax)
      guard present != file.encoded() else { return }
      guard present == nil else {
        throw LedgerError(.alreadyExists, "\(path) is another ledger's")
      }
      try fileSystem.replaceFile(path, with: file.encoded(), permissions: .file)
    }
    return file
  }

  private func isEmpty(_ directory: String) throws(LedgerError) -> Bool {
    try translatingErrors {
      guard try fileSystem.information(directory) != nil else { return true }
      return try fileSystem.list(directory).isEmpty
    }
  }

  private func makeVault(isResuming: Bool) throws(LedgerError) -> Vault {
    try translatingErrors {
      let id = try SecureRandom.bytes(count: LedgerID.byteCount)
      let vault = try Vault.create(
        location.vault, identity: VaultIdentity(ledgerID: id, origin: origin), on: fileSystem
      ) { () throws(VaultError) in
        do throws(NoteKeyError) {
          return try NoteSignerKey.generate(name: origin).privateText()
        } catch { throw VaultError(keyFailure: "\(error)", path: location.vault) }
      }
      guard vault.identity.origin == origin else {
        throw LedgerError(
          .vault, "the vault \(location.vault) is that of \(vault.identity.origin)")
      }
      guard try isResuming || vault.newestNote() == nil else {
        throw LedgerError(
          .vault,
          "the vault \(location.vault) has signed a ledger before; a new ledger needs a new vault")
      }
      return vault
    }
  }

  private func verifierKey(_ vault: Vault) throws(LedgerError) -> String {
    let key: NoteVerifierKey
    do throws(NoteKeyError) {
      key = try NoteSignerKey(privateText: vault.signingKey).verifierKey
    } catch {
      throw LedgerError(.vault, "\(vault.path): signing.key is no signing key: \(error)")
    }
    // An interrupted call with another origin may have got as far as the key.
    guard key.name == origin else {
      throw LedgerError(.vault, "\(vault.path): signing.key is that of \(key.name)")
    }
    return key.vkey
  }

  private func makeFolders() throws {
    for folder in [location.directory, location.path("log"), location.path("bodies")] {
      try fileSystem.makeDurableDirectory(folder, permissions: .directory)
    }
  }

  private func writeFirstRecord(
    _ ledger: Ledger, old: TreeHead?, oldNote: [UInt8]?
  ) async throws(LedgerError) {
    guard try LedgerReader.recordCount(location, ledger.identity, fileSystem) == 0 else { return }
    var batch = ledger.makeBatch()
    try batch.append(
      LedgerRecords.created(ledger.identity, continuing: old),
      bodies: oldNote.map {
        [RecordBatch.Body(contentType: "text/plain; charset=utf-8", bytes: $0)]
      } ?? [])
    _ = try await ledger.append(batch)
  }

  /// What the old ledger's checkpoint says, if its key signed it.
  private func head(
    of bytes: [UInt8], signedBy key: NoteVerifierKey?
  ) throws(LedgerError) -> TreeHead {
    guard let key else {
      throw LedgerError(
        .invalid,
        "the verifier key of the ledger to continue from is needed to check its checkpoint")
    }
    do {
      let note = try SignedNote(parsing: bytes)
      let checkpoint = try Checkpoint(parsing: note.text)
      do throws(SignedNoteError) {
        _ = try note.verify(keys: [key])
      } catch {
        throw LedgerError(.forked, "the checkpoint to continue from: \(error)", underlying: error)
      }
      guard checkpoint.origin == key.name else {
        throw LedgerError(
          .forked,
          "the checkpoint to continue from is of \(checkpoint.origin), the key of "
            + "\(key.name)")
      }
      guard checkpoint.origin != origin else {
        throw LedgerError(
          .invalid, "a ledger that continues \(origin) needs an origin of its own")
      }
      guard LedgerOrigin.isValid(checkpoint.origin) else {
        throw LedgerError(.invalid, "the old checkpoint's origin cannot be recorded")
      }
      return TreeHead(
        size: checkpoint.size, root: checkpoint.root, origin: checkpoint.origin)
    } catch let error as LedgerError {
      throw error
    } catch {
      throw LedgerError(.invalid, "the file to continue from is no checkpoint: \(error)")
    }
  }
}

extension LedgerReader {
  /// Records on disk, also of a ledger whose `init` was interrupted.
  static func recordCount(
    _ location: LedgerLocation, _ identity: LedgerIdentity, _ fileSystem: any FileSystem
  ) throws(LedgerError) -> UInt64 {
    try translatingErrors {
      try StorageLocation(
        fileSystem: fileSystem, directory: location.directory, ledgerID: identity.ledgerID
      ).openForReading().endRecord
    }
  }
}
