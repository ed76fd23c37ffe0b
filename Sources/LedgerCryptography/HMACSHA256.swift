/// A key for HMAC-SHA256 (RFC 2104, FIPS 198-1), prepared once and used for many messages.
///
/// The two hash states that every message starts from are computed here, so a short message costs
/// two blocks and no allocation; libcrypto's own HMAC of OpenSSL 3.0 allocates a context per
/// message. The states are overwritten on release.
public final class HMACSHA256Key: Sendable {
  // Written in `init` and `deinit` only.
  nonisolated(unsafe) private var inner = SHA256Hasher()
  nonisolated(unsafe) private var outer = SHA256Hasher()

  /// Prepares `key`, of any length; more than 64 bytes are hashed first.
  public init(_ key: RawSpan) {
    var block = [UInt8](repeating: 0, count: 64)
    if key.byteCount > 64 {
      let digest = SHA256Hasher.hash(key)
      for offset in 0..<32 { block[offset] = digest.bytes.byte(at: offset) }
    } else {
      for offset in 0..<key.byteCount { block[offset] = key.byte(at: offset) }
    }
    for offset in block.indices { block[offset] ^= 0x36 }
    unsafe inner.update(block)
    for offset in block.indices { block[offset] ^= 0x36 ^ 0x5c }
    unsafe outer.update(block)
    OpenSSL.cleanse(&block)
  }

  deinit {
    unsafe inner.erase()
    unsafe outer.erase()
  }

  /// A computation that takes its message in pieces.
  public func begin() -> HMACSHA256 {
    unsafe HMACSHA256(inner: inner, outer: outer)
  }

  /// The authentication code of `message`.
  public func authenticate(_ message: RawSpan) -> SHA256Digest {
    var computation = begin()
    computation.update(message)
    return computation.finalize()
  }
}

/// One HMAC-SHA256 computation, begun by `HMACSHA256Key.begin`.
public struct HMACSHA256: ~Copyable, Sendable {
  private var inner: SHA256Hasher
  private var outer: SHA256Hasher

  init(inner: SHA256Hasher, outer: SHA256Hasher) {
    self.inner = inner
    self.outer = outer
  }

  /// Takes `bytes` as the next part of the message.
  public mutating func update(_ bytes: RawSpan) {
    inner.update(bytes)
  }

  /// The authentication code of the parts taken; clears the state.
  public consuming func finalize() -> SHA256Digest {
    let digest = inner.finalize()
    outer.update(digest.bytes)
    let code = outer.finalize()
    inner.erase()
    outer.erase()
    return code
  }

  /// The authentication code of `message` under a key that is used only once.
  public static func authenticate(_ message: RawSpan, key: RawSpan) -> SHA256Digest {
    HMACSHA256Key(key).authenticate(message)
  }
}
