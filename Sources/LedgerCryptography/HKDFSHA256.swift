/// HKDF with SHA-256 (RFC 5869): keys out of a secret.
public enum HKDFSHA256 {
  /// The most bytes one derivation gives: 255 blocks (RFC 5869 §2.3).
  public static let outputByteCountMax = 255 * 32

  /// Extract, then expand.
  ///
  /// - Parameter secret: the input keying material.
  /// - Parameter salt: a public value that separates uses of one secret; may be empty.
  /// - Parameter info: what the key is for.
  /// - Parameter byteCount: 1...outputByteCountMax.
  public static func deriveKey(
    from secret: RawSpan, salt: RawSpan, info: RawSpan, byteCount: Int
  ) -> SecretBytes {
    let pseudorandomKey = HMACSHA256.authenticate(secret, key: salt)
    return expand(pseudorandomKey.bytes, info: info, byteCount: byteCount)
  }

  /// RFC 5869 §2.3: `byteCount` bytes out of a pseudorandom key.
  public static func expand(_ key: RawSpan, info: RawSpan, byteCount: Int) -> SecretBytes {
    precondition(
      byteCount > 0 && byteCount <= outputByteCountMax, "HKDF gives 1 to 8160 bytes")
    let prepared = HMACSHA256Key(key)
    var output: [UInt8] = []
    // Reserved at once: growing would leave copies of the key behind.
    output.reserveCapacity(byteCount)
    var block = SHA256Digest.zero
    var counter: UInt8 = 0
    while output.count < byteCount {
      counter += 1
      var computation = prepared.begin()
      if counter > 1 { computation.update(block.bytes) }
      computation.update(info)
      computation.update([counter].rawSpan)
      block = computation.finalize()
      for offset in 0..<min(32, byteCount - output.count) {
        output.append(block.bytes.byte(at: offset))
      }
    }
    return SecretBytes(clearing: &output)
  }
}
