internal import COpenSSL

extension OpenSSL {
  /// A private key held, and cleared on release, by libcrypto.
  @safe final class PrivateKey: Sendable {
    // Never changed after `init`; libcrypto allows concurrent signing with one key.
    nonisolated(unsafe) private let key: OpaquePointer

    init(ed25519Seed seed: RawSpan) throws(CryptographyError) {
      precondition(seed.byteCount == 32, "an Ed25519 seed has 32 bytes")
      guard isReady else { throw failure("OPENSSL_init_crypto") }
      let made = unsafe seed.withUnsafeBytes { buffer in
        unsafe EVP_PKEY_new_raw_private_key(
          EVP_PKEY_ED25519, nil, buffer.assumingMemoryBound(to: UInt8.self).baseAddress, 32)
      }
      guard let made = unsafe made else { throw failure("EVP_PKEY_new_raw_private_key") }
      unsafe key = made
    }

    deinit {
      unsafe EVP_PKEY_free(key)
    }

    func publicKey() throws(CryptographyError) -> Ed25519PublicKey {
      var bytes = [UInt8](repeating: 0, count: 32)
      var count = 32
      let status = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
        unsafe EVP_PKEY_get_raw_public_key(key, buffer.baseAddress, &count)
      }
      guard status == 1, count == 32, let publicKey = Ed25519PublicKey(rawBytes: bytes) else {
        throw failure("EVP_PKEY_get_raw_public_key")
      }
      return publicKey
    }

    func sign(_ message: RawSpan) throws(CryptographyError) -> [UInt8] {
      guard let context = unsafe EVP_MD_CTX_new() else { throw failure("EVP_MD_CTX_new") }
      defer { unsafe EVP_MD_CTX_free(context) }
      guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else {
        throw failure("EVP_DigestSignInit")
      }
      var signature = [UInt8](repeating: 0, count: 64)
      var count = 64
      let status = unsafe signature.withUnsafeMutableBufferPointer { target in
        unsafe message.withUnsafeBytes { source in
          unsafe EVP_DigestSign(
            context, target.baseAddress, &count,
            source.assumingMemoryBound(to: UInt8.self).baseAddress, source.count)
        }
      }
      guard status == 1, count == 64 else { throw failure("EVP_DigestSign") }
      return signature
    }
  }

  /// Whether the 64 bytes of `signature` verify. `publicKey` has 32 bytes.
  static func verifyEd25519(
    _ signature: [UInt8], message: RawSpan, publicKey: [UInt8]
  ) throws(CryptographyError) -> Bool {
    guard isReady else { throw failure("OPENSSL_init_crypto") }
    precondition(publicKey.count == 32, "an Ed25519 key has 32 bytes")
    guard let key = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, publicKey, 32)
    else { throw failure("EVP_PKEY_new_raw_public_key") }
    defer { unsafe EVP_PKEY_free(key) }
    guard let context = unsafe EVP_MD_CTX_new() else { throw failure("EVP_MD_CTX_new") }
    defer { unsafe EVP_MD_CTX_free(context) }
    guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else {
      throw failure("EVP_DigestVerifyInit")
    }
    let status = unsafe message.withUnsafeBytes { source in
      unsafe EVP_DigestVerify(
        context, signature, signature.count,
        source.assumingMemoryBound(to: UInt8.self).baseAddress, source.count)
    }
    // A refusal leaves entries on this thread's error queue; the next failure must not report them.
    if status != 1 { ERR_clear_error() }
    return status == 1
  }
}
