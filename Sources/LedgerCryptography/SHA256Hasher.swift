internal import COpenSSL

/// SHA-256 (FIPS 180-4) over bytes that arrive in pieces.
///
/// A value type without heap memory: copying one forks the computation. It stands on the
/// low-level calls of libcrypto, because the one-shot and EVP calls of OpenSSL 3.0 fetch an
/// algorithm or allocate a context each time, which costs more than hashing a tree node.
///
/// The state is not cleared on release: keys go through `HMACSHA256Key`, which clears its own.
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

  /// Takes `words` as the next input, each as its eight bytes from the lowest to the highest.
  public mutating func update(littleEndian words: Span<UInt64>) {
    #if _endian(little)
      update(unsafe words.bytes)
    #else
      for position in words.indices {
        unsafe withUnsafeBytes(of: words[position].littleEndian) { buffer in
          _ = unsafe SHA256_Update(&context, buffer.baseAddress, buffer.count)
        }
      }
    #endif
  }

  /// The digest of everything taken so far. The hasher starts anew.
  public mutating func finalize() -> SHA256Digest {
    defer { _ = unsafe SHA256_Init(&context) }
    return end()
  }

  /// The digest of everything taken so far. The hasher must not be used again.
  private mutating func end() -> SHA256Digest {
    var words = InlineArray<4, UInt64>(repeating: 0)
    var span = words.mutableSpan
    unsafe span.withUnsafeMutableBytes { buffer in
      _ = unsafe SHA256_Final(buffer.baseAddress, &context)
    }
    return SHA256Digest(words: words)
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: RawSpan) -> SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    return hasher.end()
  }

  /// The digest of the byte `prefix` followed by `bytes`: one domain of a hash that has several.
  public static func hash(prefix: UInt8, _ bytes: RawSpan) -> SHA256Digest {
    var hasher = SHA256Hasher()
    unsafe withUnsafeBytes(of: prefix) { buffer in
      _ = unsafe SHA256_Update(&hasher.context, buffer.baseAddress, 1)
    }
    hasher.update(bytes)
    return hasher.end()
  }

  /// The digest of the byte `prefix` followed by two digests: the 65 bytes of a tree node.
  ///
  /// The two blocks are laid out here and handed to the compression function directly, which is a
  /// fifth faster than three calls that gather them in libcrypto's buffer.
  public static func hash(
    prefix: UInt8, _ left: SHA256Digest, _ right: SHA256Digest
  ) -> SHA256Digest {
    var blocks = InlineArray<16, UInt64>(repeating: 0)
    var carry = UInt64(prefix)
    for position in 0..<4 {
      let word = UInt64(littleEndian: left.words[position])
      blocks[position] = (word << 8 | carry).littleEndian
      carry = word >> 56
    }
    for position in 0..<4 {
      let word = UInt64(littleEndian: right.words[position])
      blocks[4 + position] = (word << 8 | carry).littleEndian
      carry = word >> 56
    }
    // The padding of FIPS 180-4 §5.1.1: one set bit, zeros, the length of 65 bytes in bits.
    blocks[8] = (carry | 0x8000).littleEndian
    blocks[15] = UInt64(65 * 8).bigEndian

    var hasher = SHA256Hasher()
    let bytes = unsafe blocks.span.bytes
    unsafe bytes.withUnsafeBytes { buffer in
      guard let first = unsafe buffer.assumingMemoryBound(to: UInt8.self).baseAddress else {
        return
      }
      unsafe SHA256_Transform(&hasher.context, first)
      unsafe SHA256_Transform(&hasher.context, first + 64)
    }
    let state = hasher.context.h
    return SHA256Digest(words: [
      pair(state.0, state.1), pair(state.2, state.3), pair(state.4, state.5),
      pair(state.6, state.7),
    ])
  }

  /// Two words of the state as eight bytes of the digest, in memory order.
  private static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 {
    (UInt64(first) << 32 | UInt64(second)).bigEndian
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> SHA256Digest {
    hash(bytes.rawSpan)
  }

  /// Overwrites the state. For hashers that took in a secret; this one must not be used again.
  mutating func erase() {
    unsafe withUnsafeMutableBytes(of: &context) { buffer in
      unsafe OPENSSL_cleanse(buffer.baseAddress, buffer.count)
    }
  }
}
