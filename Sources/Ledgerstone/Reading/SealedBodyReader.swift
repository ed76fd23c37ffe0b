public import LedgerCryptography
internal import LedgerFormat
internal import SegmentStorage
internal import SubjectVault

/// Opens sealed bodies for whoever has the vault; reads only, and takes no lock.
public struct SealedBodyReader: Sendable {
  private let reader: LedgerReader
  private let subjects: SubjectKeys

  /// A sealed body with all that opens it.
  public struct Opened: Sendable {
    public var salt: [UInt8]
    /// Ciphertext and tag, as stored.
    public var stored: [UInt8]
    /// The body's own key, 32 bytes; it opens no other body.
    public var key: SecretBytes
    /// The body as it was received.
    public var bytes: [UInt8]
  }

  /// - Parameter reader: of the ledger; its location names the vault.
  /// - Throws: `vault` if there is none, or it is another ledger's.
  public init(_ reader: LedgerReader, options: LedgerOptions = LedgerOptions()) throws(LedgerError)
  {
    self.reader = reader
    let vault = try translatingErrors {
      try Vault.open(
        reader.location.vault, ledgerID: reader.identity.ledgerID.bytes, on: options.fileSystem)
    }
    subjects = SubjectKeys(
      vault, provider: options.subjectStore, keyEncryptionKey: options.keyEncryptionKey,
      isReadOnly: true)
  }

  /// Opens body `body` of record `index`.
  ///
  /// - Throws: `vault` if the vault is locked or does not know the subject; `invalid` if the body
  ///   is not sealed; `corrupt` if it is not what was sealed; as `LedgerReader.opening`.
  public func open(record index: UInt64, body: Int) throws(LedgerError) -> Opened {
    let (salt, stored) = try reader.opening(record: index, body: body)
    let description = try reader.record(at: index).header.content.bodies[body]
    guard let tag = description.tag else {
      throw LedgerError(.invalid, "body \(body) of record \(index) is not sealed")
    }
    let key = try translatingErrors {
      let store = try subjects.store()
      guard let lookup = try store.subject(ofTag: tag.bytes.copied()),
        let subjectKey = try subjects.key(lookup)
      else {
        throw LedgerError(
          .vault, "the vault has no key for body \(body) of record \(index)")
      }
      return SealedBody.key(subjectKey: subjectKey.secret, salt: salt.rawSpan)
    }
    do throws(SealedBody.Failure) {
      let bytes = try SealedBody.open(
        stored, key: key, tag: tag, ledgerID: reader.identity.ledgerID,
        contentType: description.contentType)
      return Opened(salt: salt, stored: stored, key: key, bytes: bytes)
    } catch {
      throw LedgerError(
        .corrupt, "body \(body) of record \(index) does not open: \(error)", underlying: error)
    }
  }
}
