/// AES-256-GCM (NIST SP 800-38D): encryption that detects every change.
///
/// It does not commit to its key: one sealed value can be made that opens under two keys. Check a
/// separate tag of the key first where that matters.
public enum AES256GCM {
  /// The length of a key: 32 bytes.
  public static let keyByteCount = 32
  /// The length of a nonce: 12 bytes. A (key, nonce) pair must never seal twice.
  public static let nonceByteCount = 12
  /// The length of the tag at the end of what `seal` gives: 16 bytes.
  public static let tagByteCount = 16

  /// Encrypts `plaintext` and authenticates it together with `associatedData`.
  ///
  /// - Returns: the ciphertext, as long as the plaintext, then the 16-byte tag.
  public static func seal(
    _ plaintext: RawSpan, key: RawSpan, nonce: RawSpan, associatedData: RawSpan
  ) throws(CryptographyError) -> [UInt8] {
    precondition(key.byteCount == keyByteCount, "an AES-256 key has 32 bytes")
    precondition(nonce.byteCount == nonceByteCount, "the nonce has 12 bytes")
    return try OpenSSL.sealAES256GCM(
      plaintext, key: key, nonce: nonce, associatedData: associatedData)
  }

  /// Decrypts what `seal` gave.
  ///
  /// - Throws: `authenticationFailed` if anything differs from when it was sealed; no byte of the
  ///   plaintext is given out then. `sealedTooShort` if there is not even a tag.
  public static func open(
    _ sealed: RawSpan, key: RawSpan, nonce: RawSpan, associatedData: RawSpan
  ) throws(CryptographyError) -> [UInt8] {
    precondition(key.byteCount == keyByteCount, "an AES-256 key has 32 bytes")
    precondition(nonce.byteCount == nonceByteCount, "the nonce has 12 bytes")
    guard sealed.byteCount >= tagByteCount else {
      throw .sealedTooShort(found: sealed.byteCount, needed: tagByteCount)
    }
    return try OpenSSL.openAES256GCM(
      sealed, key: key, nonce: nonce, associatedData: associatedData)
  }
}
