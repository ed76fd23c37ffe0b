/// A key that verifies Ed25519 signatures (RFC 8032 §5.1, without context or prehash).
public struct Ed25519PublicKey: Hashable, Sendable {
  /// The 32 bytes of RFC 8032 §5.1.5.
  public let rawBytes: [UInt8]

  /// The length of the encoding: 32 bytes.
  public static let byteCount = 32
  /// The length of a signature: 64 bytes.
  public static let signatureByteCount = 64

  /// Takes the encoding of RFC 8032; nil if it has not 32 bytes. Whether it names a point of the
  /// curve shows when a signature is checked.
  public init?(rawBytes: [UInt8]) {
    guard rawBytes.count == Self.byteCount else { return nil }
    self.rawBytes = rawBytes
  }

  /// Whether `signature` was made over `message` with the other half of this key.
  ///
  /// - Throws: `libraryFailure` if that could not be decided.
  public func isValidSignature(
    _ signature: [UInt8], for message: RawSpan
  ) throws(CryptographyError) -> Bool {
    guard signature.count == Self.signatureByteCount else { return false }
    return try OpenSSL.verifyEd25519(signature, message: message, publicKey: rawBytes)
  }

  /// The same, for a message in an array.
  public func isValidSignature(
    _ signature: [UInt8], for message: [UInt8]
  ) throws(CryptographyError) -> Bool {
    try isValidSignature(signature, for: message.rawSpan)
  }
}

/// A key that makes Ed25519 signatures. libcrypto holds the secret and clears it on release.
public final class Ed25519SigningKey: Sendable {
  /// The length of the seed: 32 bytes.
  public static let seedByteCount = 32

  /// The half that verifies.
  public let publicKey: Ed25519PublicKey
  private let key: OpenSSL.PrivateKey

  /// Makes the key from its seed, the "private key" of RFC 8032 §5.1.5.
  ///
  /// - Parameter seed: exactly 32 bytes.
  public init(seed: RawSpan) throws(CryptographyError) {
    precondition(seed.byteCount == Self.seedByteCount, "an Ed25519 seed has 32 bytes")
    key = try OpenSSL.PrivateKey(ed25519Seed: seed)
    publicKey = try key.publicKey()
  }

  /// The 64-byte signature of `message`. Deterministic: the same message, the same signature.
  public func sign(_ message: RawSpan) throws(CryptographyError) -> [UInt8] {
    try key.sign(message)
  }

  /// The same, for a message in an array.
  public func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
    try key.sign(message.rawSpan)
  }
}
