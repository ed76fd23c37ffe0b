internal import COpenSSL

/// The calls to libcrypto but the hash, each wrapped so that nothing unsafe leaves this file.
///
/// Every function checks what it is given, because a wrong length here is a wild pointer.
enum OpenSSL {
  /// Sets libcrypto up, once, and without clearing it away when the process ends: `exit` does not
  /// wait for other threads, and one that drew random bytes meanwhile would crash
  /// (OPENSSL_init_crypto(3), `OPENSSL_INIT_NO_ATEXIT`).
  static let isReady: Bool =
    OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

  /// The pending error of libcrypto, taken off its queue.
  static func failure(_ operation: String) -> CryptographyError {
    let code = UInt(ERR_get_error())
    ERR_clear_error()
    return .libraryFailure(operation: operation, code: code)
  }

  /// Overwrites all of `bytes` in place, in a way no optimiser removes.
  static func cleanse(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe OPENSSL_cleanse(buffer.baseAddress, buffer.count)
    }
  }

  /// Overwrites all of `bytes`.
  static func cleanse(_ bytes: UnsafeMutableRawBufferPointer) {
    unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
  }

  /// Overwrites all of `bytes` with random ones.
  static func fillRandom(_ bytes: inout [UInt8]) throws(CryptographyError) {
    precondition(bytes.count <= Int(Int32.max), "too many random bytes at once")
    if bytes.isEmpty { return }
    guard isReady else { throw failure("OPENSSL_init_crypto") }
    let status = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      unsafe RAND_bytes(buffer.baseAddress, Int32(buffer.count))
    }
    guard status == 1 else { throw failure("RAND_bytes") }
  }

  /// Whether both have the same length and bytes.
  static func equalInConstantTime(_ left: RawSpan, _ right: RawSpan) -> Bool {
    guard left.byteCount == right.byteCount else { return false }
    if left.isEmpty { return true }
    return unsafe left.withUnsafeBytes { first in
      unsafe right.withUnsafeBytes { second in
        unsafe CRYPTO_memcmp(first.baseAddress, second.baseAddress, first.count) == 0
      }
    }
  }
}
