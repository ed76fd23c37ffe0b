public import LedgerCryptography

/// Why a text is not a key for notes.
public enum NoteKeyError: Error, Hashable, Sendable {
  /// Not as many parts between plus signs.
  case wrongPartCount(expected: Int, found: Int)
  /// A signing key that does not begin with `PRIVATE+KEY+`.
  case notAPrivateKey
  /// The name is empty, not UTF-8, or has a space or control character.
  case malformedName
  /// The key ID is not eight lower-case hexadecimal digits.
  case malformedKeyHash
  /// The key is not canonical base64 of at least one byte.
  case malformedKey
  /// Well formed, but of another signature type (its identifier byte) than Ed25519.
  case unsupportedAlgorithm(found: UInt8)
  /// The key material has another length than its type demands.
  case wrongKeyLength(expected: Int, found: Int)
  /// The key ID is not the one of this name and key.
  case keyHashMismatch(expected: UInt32, found: UInt32)
  /// Libcrypto failed.
  case cryptography(CryptographyError)
}

/// What the text forms of both kinds of key have in common.
struct NoteKeyParts {
  let name: String
  let keyHash: UInt32
  let algorithm: UInt8
  let bytes: [UInt8]

  init(
    name: ArraySlice<UInt8>, keyHash: ArraySlice<UInt8>, material: ArraySlice<UInt8>
  ) throws(NoteKeyError) {
    guard let text = String(validating: name, as: UTF8.self), NoteKeyName.isValid(text) else {
      throw .malformedName
    }
    guard keyHash.count == 8,
      let hash = Hexadecimal.decode(String(decoding: keyHash, as: UTF8.self))
    else { throw .malformedKeyHash }
    guard let key = Base64.decode(material), let algorithm = key.first else {
      throw .malformedKey
    }
    self.name = text
    self.keyHash = hash.reduce(0) { $0 << 8 | UInt32($1) }
    self.algorithm = algorithm
    bytes = Array(key.dropFirst())
  }

  /// `name+hash+base64(algorithm, bytes)`.
  static func encode(
    name: String, keyHash: UInt32, _ algorithm: UInt8, _ bytes: [UInt8]
  ) -> String {
    let hash = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: keyHash >> $0) }
    return "\(name)+\(Hexadecimal.encode(hash))+\(Base64.encode([algorithm] + bytes))"
  }
}
