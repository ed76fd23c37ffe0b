internal import COpenSSL

extension OpenSSL {
  // Fetched once: an implicit fetch per message costs more than a short message. Libcrypto counts
  // references to it atomically, so threads may share it; it lives as long as the process.
  nonisolated(unsafe) private static let aes256GCM = unsafe EVP_CIPHER_fetch(
    nil, "AES-256-GCM", nil)

  private enum Direction: Int32 {
    case open = 0
    case seal = 1
  }

  /// The ciphertext and its 16-byte tag. `key` has 32 bytes, `nonce` 12.
  static func sealAES256GCM(
    _ plaintext: RawSpan, key: RawSpan, nonce: RawSpan, associatedData: RawSpan
  ) throws(CryptographyError) -> [UInt8] {
    let context = try unsafe beginAES256GCM(.seal, key: key, nonce: nonce, associatedData)
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    let count = plaintext.byteCount
    var output = [UInt8](repeating: 0, count: count + 16)
    try unsafe update(context, plaintext, into: &output)
    let status = unsafe output.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let start = buffer.baseAddress else { return 0 }
      var written: Int32 = 0
      // GCM has no last block: nothing is written at the end of the ciphertext.
      guard unsafe EVP_CipherFinal_ex(context, start + count, &written) == 1 else { return 0 }
      return unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, start + count)
    }
    guard status == 1 else { throw failure("EVP_CipherFinal_ex") }
    return output
  }

  /// The plaintext. `sealed` has at least 16 bytes, `key` 32, `nonce` 12.
  static func openAES256GCM(
    _ sealed: RawSpan, key: RawSpan, nonce: RawSpan, associatedData: RawSpan
  ) throws(CryptographyError) -> [UInt8] {
    precondition(sealed.byteCount >= 16, "no room for a tag")
    let context = try unsafe beginAES256GCM(.open, key: key, nonce: nonce, associatedData)
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    let count = sealed.byteCount - 16
    var output = [UInt8](repeating: 0, count: count)
    try unsafe update(context, sealed.extracting(first: count), into: &output)
    var tag = sealed.extracting(last: 16).copied()
    let tagStatus = unsafe tag.withUnsafeMutableBytes { buffer in
      unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, buffer.baseAddress)
    }
    guard tagStatus == 1 else { throw failure("EVP_CIPHER_CTX_ctrl") }
    var spare: (UInt64, UInt64) = (0, 0)
    let status = unsafe withUnsafeMutableBytes(of: &spare) { buffer in
      var written: Int32 = 0
      let end = unsafe buffer.assumingMemoryBound(to: UInt8.self).baseAddress
      return unsafe EVP_CipherFinal_ex(context, end, &written)
    }
    guard status == 1 else {
      cleanse(&output)
      ERR_clear_error()
      throw .authenticationFailed
    }
    return output
  }

  /// A context with key, nonce and associated data set. The caller frees it.
  private static func beginAES256GCM(
    _ direction: Direction, key: RawSpan, nonce: RawSpan, _ associatedData: RawSpan
  ) throws(CryptographyError) -> OpaquePointer {
    guard isReady else { throw failure("OPENSSL_init_crypto") }
    precondition(key.byteCount == 32 && nonce.byteCount == 12, "AES-256-GCM key and nonce")
    guard let cipher = unsafe aes256GCM else { throw failure("EVP_CIPHER_fetch") }
    guard let context = unsafe EVP_CIPHER_CTX_new() else { throw failure("EVP_CIPHER_CTX_new") }
    let status = unsafe key.withUnsafeBytes { key in
      unsafe nonce.withUnsafeBytes { nonce in
        unsafe EVP_CipherInit_ex2(
          context, cipher, key.assumingMemoryBound(to: UInt8.self).baseAddress,
          nonce.assumingMemoryBound(to: UInt8.self).baseAddress, direction.rawValue, nil)
      }
    }
    guard status == 1 else {
      unsafe EVP_CIPHER_CTX_free(context)
      throw failure("EVP_CipherInit_ex2")
    }
    if associatedData.isEmpty { return unsafe context }
    precondition(associatedData.byteCount <= Int(Int32.max), "associated data too long")
    let associated = unsafe associatedData.withUnsafeBytes { buffer in
      var written: Int32 = 0
      return unsafe EVP_CipherUpdate(
        context, nil, &written, buffer.assumingMemoryBound(to: UInt8.self).baseAddress,
        Int32(buffer.count))
    }
    guard associated == 1 else {
      unsafe EVP_CIPHER_CTX_free(context)
      throw failure("EVP_CipherUpdate")
    }
    return unsafe context
  }

  /// Runs `input` through the cipher into the start of `output`, which has room for it.
  private static func update(
    _ context: OpaquePointer, _ input: RawSpan, into output: inout [UInt8]
  ) throws(CryptographyError) {
    precondition(input.byteCount <= output.count && input.byteCount <= Int(Int32.max) - 16)
    if input.isEmpty { return }
    let status = unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe input.withUnsafeBytes { source in
        var written: Int32 = 0
        return unsafe EVP_CipherUpdate(
          context, target.baseAddress, &written,
          source.assumingMemoryBound(to: UInt8.self).baseAddress, Int32(source.count))
      }
    }
    guard status == 1 else { throw failure("EVP_CipherUpdate") }
  }
}
