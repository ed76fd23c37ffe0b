/// What can go wrong when libcrypto is asked for something.
///
/// Wrong lengths of keys and nonces are mistakes of the program and stop it instead.
public enum CryptographyError: Error, Hashable, Sendable {
  /// A call that fails only for want of memory, of randomness or of the algorithm did fail.
  /// `operation` names the call, `code` is libcrypto's error code (`ERR_get_error`), 0 if none.
  case libraryFailure(operation: String, code: UInt)
  /// The ciphertext, its tag, the nonce, the associated data or the key is not what was sealed.
  case authenticationFailed
  /// A sealed value shorter than its tag.
  case sealedTooShort(found: Int, needed: Int)
}

extension CryptographyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .libraryFailure(let operation, let code):
      "libcrypto refused \(operation) (error code \(code))"
    case .authenticationFailed: "the ciphertext does not verify under this key"
    case .sealedTooShort(let found, let needed):
      "\(found) bytes are fewer than the \(needed) of an authentication tag"
    }
  }
}
