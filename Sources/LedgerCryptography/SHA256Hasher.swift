internal import COpenSSL

/// SHA-256 (FIPS 180-4) over bytes that arrive in pieces.
///
/// A value type without heap memory: copying one forks the computation. It stands on the
/// low-level calls of libcrypto, because the one-shot and EVP calls of OpenSSL 3.0 fetch an
/// algorithm or allocate a context each time, which costs more than hashing a tree node.
///
/// Not meant for secrets: the state is not cleared on release. `HMACSHA256` is.
public struct SHA256Hasher: Sendable {
  private var context: SHA256_CTX

  /// Starts with no input.
  public init() {
    context = SHA256_CTX()
    // Returns 1 always: it only stores constants.
    _ = unsafe SHA256_Init(&context)
  }

  /// Takes `bytes` as the next input.
  public mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { buffer in
      _ = unsafe SHA256_Update(&context, buffer.baseAddress, buffer.count)
    }
  }

  /// Takes `bytes` as the next input.
  public mutating func update(_ bytes: [UInt8]) {
    update(bytes.rawSpan)
  }

  /// The digest of everything taken so far. The hasher starts anew.
  public mutating func finalize() -> SHA256Digest {
    var words = InlineArray<4, UInt64>(repeating: 0)
    var span = words.mutableSpan
    unsafe span.withUnsafeMutableBytes { buffer in
      _ = unsafe SHA256_Final(buffer.baseAddress, &context)
    }
    _ = unsafe SHA256_Init(&context)
    return SHA256Digest(words: words)
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: RawSpan) -> SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    return hasher.finalize()
  }

  /// The digest of the byte `prefix` followed by `bytes`: one domain of a hash that has several.
  public static func hash(prefix: UInt8, _ bytes: RawSpan) -> SHA256Digest {
    var hasher = SHA256Hasher()
    unsafe withUnsafeBytes(of: prefix) { buffer in
      _ = unsafe SHA256_Update(&hasher.context, buffer.baseAddress, 1)
    }
    hasher.update(bytes)
    return hasher.finalize()
  }

  /// The digest of the byte `prefix` followed by two digests: the 65 bytes of a tree node.
  public static func hash(
    prefix: UInt8, _ left: SHA256Digest, _ right: SHA256Digest
  ) -> SHA256Digest {
    var hasher = SHA256Hasher()
    unsafe withUnsafeBytes(of: prefix) { buffer in
      _ = unsafe SHA256_Update(&hasher.context, buffer.baseAddress, 1)
    }
    hasher.update(left.bytes)
    hasher.update(right.bytes)
    return hasher.finalize()
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> SHA256Digest {
    hash(bytes.rawSpan)
  }
}
