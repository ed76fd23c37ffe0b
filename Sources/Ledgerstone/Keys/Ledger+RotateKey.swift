internal import LedgerFormat
internal import MerkleLog
internal import SubjectVault

/// What a rotation of the signing key did.
public struct KeyRotationReport: Hashable, Sendable {
  /// The `key/rotated` record.
  public let record: UInt64
  /// C2SP verifier keys.
  public let previousVerifierKey: String
  public let verifierKey: String
  /// The signed note that hands over, as published: of size `record` + 1, signed by both keys.
  public let checkpoint: [UInt8]
}

extension Ledger {
  /// Lets a new key sign from now on.
  ///
  /// In this order: the new key is durable in the vault; a `key/rotated` record names it; the
  /// checkpoint of exactly the size up to that record is signed by both keys, kept in the vault and
  /// under `keys/`, and published; the new key replaces the old one in the vault. The next opening
  /// finishes what a crash interrupted after the record; before it nothing happened, and the key
  /// that was made is used by the next call.
  ///
  /// - Throws: as `append`; `vault`.
  public func rotateKey() async throws(LedgerError) -> KeyRotationReport {
    let result: Result<KeyRotationReport, LedgerError> = await withCheckedContinuation {
      continuation in
      let isAccepted = pipeline.appendRotation { continuation.resume(returning: $0) }
      if !isAccepted {
        continuation.resume(returning: .failure(LedgerError(.closed, "the ledger was closed")))
      }
    }
    return try result.get()
  }
}

extension Vault {
  /// The key of a rotation that has begun; nil if there is none.
  func pendingKey() throws(LedgerError) -> NoteSignerKey? {
    guard let text = try translatingErrors({ try pendingSigningKey() }) else { return nil }
    do throws(NoteKeyError) {
      return try NoteSignerKey(privateText: text)
    } catch {
      throw LedgerError(.vault, "\(path): signing.key.next is no signing key: \(error)")
    }
  }

  /// The key that takes over: that of an earlier call which got no further, or a new one.
  func keyForRotation(origin: String) throws(LedgerError) -> NoteSignerKey {
    if let known = try pendingKey() { return known }
    let key: NoteSignerKey
    do throws(NoteKeyError) {
      key = try NoteSignerKey.generate(name: origin)
    } catch {
      throw LedgerError(.vault, "no signing key could be made: \(error)")
    }
    try translatingErrors { try save(pendingSigningKey: key.privateText()) }
    return key
  }
}
