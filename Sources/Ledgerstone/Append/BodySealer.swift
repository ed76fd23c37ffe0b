internal import LedgerCryptography
internal import LedgerFormat
internal import SubjectVault

/// Encrypts the bodies that belong to a subject, for the batches of one ledger.
struct BodySealer: Sendable {
  let keys: SubjectKeys
  let ledgerID: LedgerID

  struct Sealed {
    var bytes: [UInt8]
    var tag: SHA256Digest
    /// To be committed in the vault before the body is queued.
    var use: SubjectUse
  }

  /// Encrypts `bytes` for `subject`, whose key is made if there is none.
  ///
  /// - Throws: `vault` if the vault is locked; `invalid` if the body is too long.
  func seal(
    _ bytes: [UInt8], contentType: String, subject: String, salt: [UInt8]
  ) throws(LedgerError) -> Sealed {
    guard !subject.isEmpty, subject.utf8.count <= Self.subjectByteCountMax else {
      throw LedgerError(
        .invalid, "a subject's identifier has 1 to \(Self.subjectByteCountMax) bytes")
    }
    guard bytes.count <= SealedBody.byteCountMax else {
      throw LedgerError(
        .invalid,
        "the body has \(bytes.count) bytes; the limit of a sealed one is "
          + "\(SealedBody.byteCountMax)")
    }
    return try translatingErrors {
      let key = try keys.makeKey(try keys.lookup(subject))
      let bodyKey = SealedBody.key(subjectKey: key.secret, salt: salt.rawSpan)
      let tag = SealedBody.tag(key: bodyKey)
      return Sealed(
        bytes: try SealedBody.seal(
          bytes, key: bodyKey, ledgerID: ledgerID, contentType: contentType),
        tag: tag, use: key.use(tag: tag))
    }
  }

  /// The longest identifier of a subject, in UTF-8 bytes.
  static let subjectByteCountMax = 4_096
}
