internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage
internal import SubjectVault

/// Which key signs: what the vault has, and what the records say.
extension LedgerOpening {
  /// The keys in the vault.
  struct SignerKeys {
    var current: NoteSignerKey
    /// That of a rotation which has begun.
    var pending: NoteSignerKey?
    /// Those in use before, oldest first.
    var retired: [NoteVerifierKey]

    /// All that may have signed a note of this ledger.
    var verifierKeys: [NoteVerifierKey] {
      retired + [current.verifierKey] + (pending.map { [$0.verifierKey] } ?? [])
    }
  }

  func signerKeys() throws(LedgerError) -> SignerKeys {
    let keys: SignerKeys
    do {
      keys = SignerKeys(
        current: try NoteSignerKey(privateText: vault.signingKey),
        pending: try vault.pendingKey(), retired: try retiredKeys())
    } catch let error as LedgerError {
      throw error
    } catch {
      throw LedgerError(.vault, "\(vault.path): signing.key is no signing key: \(error)")
    }
    guard keys.verifierKeys.first?.vkey == file.verifierKey else {
      throw LedgerError(
        .vault, "\(vault.path): signing.key is not the key that ledger.json names")
    }
    return keys
  }

  private func retiredKeys() throws(LedgerError) -> [NoteVerifierKey] {
    let texts = try translatingErrors { try vault.retiredVerifierKeys() }
    do {
      return try texts.map { try NoteVerifierKey(vkey: $0) }
    } catch {
      throw LedgerError(.vault, "\(vault.path): retired.keys holds what is no key: \(error)")
    }
  }

  /// A rotation that got as far as its record.
  struct InterruptedRotation {
    let key: NoteSignerKey
    /// It has signed already, so that nothing but the vault is behind.
    let isHandedOver: Bool
  }

  /// Compares the vault's key with the one that the records say is in use.
  ///
  /// - Parameter newest: the newest note.
  /// - Returns: what is left to be done of a rotation; nil if nothing is.
  /// - Throws: `vault` if the vault is older than the last rotation; `corrupt`.
  func interruptedRotation(
    _ reader: LogReader, _ keys: SignerKeys, newest: LedgerNote?
  ) throws(LedgerError) -> InterruptedRotation? {
    guard let first = keys.verifierKeys.first else { return nil }
    let expected = [keys.current.verifierKey] + (keys.pending.map { [$0.verifierKey] } ?? [])
    var succession = try KeyFolder(location, options.fileSystem).succession(from: first, reader)
    if !expected.contains(succession.current) {
      succession = try KeyFolder.derivedSuccession(from: first, reader)
    }
    if succession.current == keys.current.verifierKey { return nil }
    guard let pending = keys.pending, succession.current == pending.verifierKey else {
      throw LedgerError(
        .vault,
        "\(vault.path): signing.key is not the key in use, which is \(succession.current.vkey) "
          + "by record \(succession.changes.last?.record ?? 0); is the vault an old copy?")
    }
    let record = succession.changes.last?.record ?? 0
    // The vault's own step may come undone: a folder's synchronisation that failed once never made
    // it durable, though whoever opened the ledger next found it done and went on.
    if let newest, newest.checkpoint.size > record,
      (try? newest.note.verify(keys: [pending.verifierKey])) != nil
    {
      return InterruptedRotation(key: pending, isHandedOver: record < reader.endRecord - 1)
    }
    guard record == reader.endRecord - 1 else {
      throw LedgerError(
        .corrupt,
        "records follow the rotation of the key in record \(record), which no checkpoint ends with"
      )
    }
    return InterruptedRotation(key: pending, isHandedOver: false)
  }
}
