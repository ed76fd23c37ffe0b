public import LedgerCryptography

/// A key that verifies notes, as it is passed around in text: a C2SP *vkey*
/// (c2sp.org/signed-note, "Verifier keys"). Ed25519 only, for notes or for cosignatures.
public struct NoteVerifierKey: Sendable {
  /// The name that signature lines carry.
  public let name: String
  /// The key ID that signatures carry: the first four bytes of a SHA-256, big-endian.
  public let keyHash: UInt32
  /// The key itself.
  public let publicKey: Ed25519PublicKey
  /// What its signatures are over.
  public let algorithm: NoteKeyAlgorithm

  /// Makes a key; nil if `name` is not valid.
  public init?(
    name: String, publicKey: Ed25519PublicKey, algorithm: NoteKeyAlgorithm = .ed25519
  ) {
    guard NoteKeyName.isValid(name) else { return nil }
    self.name = name
    self.publicKey = publicKey
    self.algorithm = algorithm
    keyHash = Self.hash(name, publicKey, algorithm)
  }

  /// Reads a vkey: name, eight hexadecimal digits and base64, between plus signs.
  ///
  /// A key of another algorithm than the one asked for is refused, so that nobody takes a
  /// cosignature for the log's own signature.
  public init(vkey: String, algorithm: NoteKeyAlgorithm = .ed25519) throws(NoteKeyError) {
    // Base64 has plus signs too; the name and the key ID have none.
    let parts = Array(vkey.utf8)
      .split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .wrongPartCount(expected: 3, found: parts.count) }
    let key = try NoteKeyParts(name: parts[0], keyHash: parts[1], material: parts[2])
    guard key.algorithm == algorithm.rawValue else {
      throw .unsupportedAlgorithm(found: key.algorithm)
    }
    guard let publicKey = Ed25519PublicKey(rawBytes: key.bytes) else {
      throw .wrongKeyLength(expected: Ed25519PublicKey.byteCount, found: key.bytes.count)
    }
    let computed = Self.hash(key.name, publicKey, algorithm)
    guard computed == key.keyHash else {
      throw .keyHashMismatch(expected: computed, found: key.keyHash)
    }
    name = key.name
    keyHash = computed
    self.publicKey = publicKey
    self.algorithm = algorithm
  }

  /// The text form, one line without its end.
  public var vkey: String {
    NoteKeyParts.encode(name: name, keyHash: keyHash, algorithm.rawValue, publicKey.rawBytes)
  }

  /// Whether `signature`, which names this key, is valid for the note `text`.
  ///
  /// - Throws: if that could not be decided.
  func isValid(_ signature: NoteSignature, text: String) throws(CryptographyError) -> Bool {
    switch algorithm {
    case .ed25519: return try publicKey.isValidSignature(signature.bytes, for: Array(text.utf8))
    case .cosignature:
      guard let cosignature = Cosignature(signature) else { return false }
      return try publicKey.isValidSignature(
        cosignature.bytes, for: Cosignature.message(text: text, time: cosignature.time))
    }
  }

  private static func hash(
    _ name: String, _ publicKey: Ed25519PublicKey, _ algorithm: NoteKeyAlgorithm
  ) -> UInt32 {
    var hasher = SHA256Hasher()
    hasher.update(Array(name.utf8))
    hasher.update([UInt8(ascii: "\n"), algorithm.rawValue])
    hasher.update(publicKey.rawBytes)
    let digest = hasher.finalize()
    return (0..<4).reduce(0) { $0 << 8 | UInt32(digest.bytes.byte(at: $1)) }
  }
}

extension NoteVerifierKey: Hashable {
  /// Equal if name, as bytes, key and algorithm are.
  public static func == (left: NoteVerifierKey, right: NoteVerifierKey) -> Bool {
    left.publicKey == right.publicKey && left.algorithm == right.algorithm
      && NoteKeyName.areSame(left.name, right.name)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(keyHash)
    hasher.combine(publicKey)
  }
}
