public import LedgerCryptography

/// A key that signs notes. Its text form is that of the Go module `x/mod/sumdb/note`:
/// `PRIVATE+KEY+name+hash+base64(0x01, seed)`.
public final class NoteSignerKey: Sendable {
  /// The half that is given to everybody.
  public let verifierKey: NoteVerifierKey
  private let signingKey: Ed25519SigningKey
  private let seed: SecretBytes

  private static let prefix = Array("PRIVATE+KEY+".utf8)

  /// Makes a key from its 32-byte seed.
  public init(name: String, seed: SecretBytes) throws(NoteKeyError) {
    guard seed.count == Ed25519SigningKey.seedByteCount else {
      throw .wrongKeyLength(expected: Ed25519SigningKey.seedByteCount, found: seed.count)
    }
    do throws(CryptographyError) {
      signingKey = try Ed25519SigningKey(seed: seed.bytes)
    } catch {
      throw .cryptography(error)
    }
    guard let verifierKey = NoteVerifierKey(name: name, publicKey: signingKey.publicKey) else {
      throw .malformedName
    }
    self.verifierKey = verifierKey
    self.seed = seed
  }

  /// A new key from the system's randomness.
  public static func generate(name: String) throws(NoteKeyError) -> NoteSignerKey {
    let seed: SecretBytes
    do throws(CryptographyError) {
      seed = try SecretBytes.random(count: Ed25519SigningKey.seedByteCount)
    } catch {
      throw .cryptography(error)
    }
    return try NoteSignerKey(name: name, seed: seed)
  }

  /// Reads the text form, without a line end. The key ID is checked against name and key.
  public convenience init(privateText: String) throws(NoteKeyError) {
    let bytes = Array(privateText.utf8)
    guard bytes.starts(with: Self.prefix) else { throw .notAPrivateKey }
    let parts = bytes[Self.prefix.count...]
      .split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .wrongPartCount(expected: 3, found: parts.count) }
    let key = try NoteKeyParts(name: parts[0], keyHash: parts[1], material: parts[2])
    guard key.algorithm == NoteVerifierKey.algorithm else {
      throw .unsupportedAlgorithm(found: key.algorithm)
    }
    var seed = key.bytes
    try self.init(name: key.name, seed: SecretBytes(clearing: &seed))
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
        name: verifierKey.name, keyHash: verifierKey.keyHash, NoteVerifierKey.algorithm,
        secret)
  }

  /// The signature line's content for `text`, the bytes of which it covers.
  public func sign(_ text: String) throws(CryptographyError) -> NoteSignature {
    NoteSignature(
      name: verifierKey.name, keyHash: verifierKey.keyHash,
      bytes: try signingKey.sign(Array(text.utf8)))
  }
}
