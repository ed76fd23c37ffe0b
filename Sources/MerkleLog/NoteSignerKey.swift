public import LedgerCryptography

/// A key that signs notes, or cosigns checkpoints. Its text form is that of the Go module
/// `x/mod/sumdb/note`: `PRIVATE+KEY+name+hash+base64(0x01 or 0x04, seed)`.
public final class NoteSignerKey: Sendable {
  /// The half that is given to everybody.
  public let verifierKey: NoteVerifierKey
  private let signingKey: Ed25519SigningKey
  private let seed: SecretBytes

  private static let prefix = Array("PRIVATE+KEY+".utf8)

  /// Makes a key from its 32-byte seed.
  public init(
    name: String, seed: SecretBytes, algorithm: NoteKeyAlgorithm = .ed25519
  ) throws(NoteKeyError) {
    guard seed.count == Ed25519SigningKey.seedByteCount else {
      throw .wrongKeyLength(expected: Ed25519SigningKey.seedByteCount, found: seed.count)
    }
    do throws(CryptographyError) {
      signingKey = try Ed25519SigningKey(seed: seed.bytes)
    } catch {
      throw .cryptography(error)
    }
    guard
      let verifierKey = NoteVerifierKey(
        name: name, publicKey: signingKey.publicKey, algorithm: algorithm)
    else { throw .malformedName }
    self.verifierKey = verifierKey
    self.seed = seed
  }

  /// A new key from the system's randomness.
  public static func generate(
    name: String, algorithm: NoteKeyAlgorithm = .ed25519
  ) throws(NoteKeyError) -> NoteSignerKey {
    let seed: SecretBytes
    do throws(CryptographyError) {
      seed = try SecretBytes.random(count: Ed25519SigningKey.seedByteCount)
    } catch {
      throw .cryptography(error)
    }
    return try NoteSignerKey(name: name, seed: seed, algorithm: algorithm)
  }

  /// Reads the text form, without a line end, of a key of this `algorithm` and no other. The key ID
  /// is checked against name and key.
  public convenience init(
    privateText: String, algorithm: NoteKeyAlgorithm = .ed25519
  ) throws(NoteKeyError) {
    let bytes = Array(privateText.utf8)
    guard bytes.starts(with: Self.prefix) else { throw .notAPrivateKey }
    let parts = bytes[Self.prefix.count...]
      .split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .wrongPartCount(expected: 3, found: parts.count) }
    let key = try NoteKeyParts(name: parts[0], keyHash: parts[1], material: parts[2])
    guard key.algorithm == algorithm.rawValue else {
      throw .unsupportedAlgorithm(found: key.algorithm)
    }
    var seed = key.bytes
    try self.init(name: key.name, seed: SecretBytes(clearing: &seed), algorithm: algorithm)
    guard verifierKey.keyHash == key.keyHash else {
      throw .keyHashMismatch(expected: verifierKey.keyHash, found: key.keyHash)
    }
  }

  /// The text form: the secret itself, in ordinary memory. For writing a key file, nothing else.
  public func privateText() -> String {
    // A span can be lent by a local variable, not by another object's property.
    let seed = seed
    let secret = seed.bytes.copied()
    return "PRIVATE+KEY+"
      + NoteKeyParts.encode(
        name: verifierKey.name, keyHash: verifierKey.keyHash, verifierKey.algorithm.rawValue,
        secret)
  }

  /// The signature line's content for `text`, the bytes of which it covers.
  ///
  /// - Precondition: the key is not one for cosignatures.
  public func sign(_ text: String) throws(CryptographyError) -> NoteSignature {
    precondition(verifierKey.algorithm == .ed25519, "a cosigner's key signs no note by itself")
    return NoteSignature(
      name: verifierKey.name, keyHash: verifierKey.keyHash,
      bytes: try signingKey.sign(Array(text.utf8)))
  }

  /// The line of a cosignature of the checkpoint `text`, seen at `time`: whole seconds since
  /// 1970-01-01T00:00:00Z, below 2^63.
  ///
  /// - Precondition: the key is one for cosignatures.
  public func cosign(_ text: String, time: UInt64) throws(CryptographyError) -> NoteSignature {
    precondition(verifierKey.algorithm == .cosignature, "the key is not one for cosignatures")
    precondition(time <= UInt64(Int64.max), "a time is below 2^63")
    let signature = try signingKey.sign(Cosignature.message(text: text, time: time))
    return NoteSignature(
      name: verifierKey.name, keyHash: verifierKey.keyHash,
      bytes: Cosignature.encode(time: time, signature: signature))
  }
}
