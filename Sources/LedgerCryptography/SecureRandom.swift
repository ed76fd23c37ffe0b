/// Unpredictable bytes from libcrypto's generator, which the kernel seeds.
public enum SecureRandom {
  /// Overwrites all of `buffer`; allocates nothing, so fill one buffer for many values.
  public static func fill(_ buffer: inout [UInt8]) throws(CryptographyError) {
    try OpenSSL.fillRandom(&buffer)
  }

  /// `count` fresh bytes.
  public static func bytes(count: Int) throws(CryptographyError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    try fill(&buffer)
    return buffer
  }
}
