public import LedgerCryptography

/// A key that verifies notes, as it is passed around in text: a C2SP *vkey*
/// (c2sp.org/signed-note, "Verifier keys"). Ed25519 only.
public struct NoteVerifierKey: Sendable {
  /// The name that signature lines carry.
  public let name: String
  /// The key ID that signatures carry: the first four bytes of a SHA-256, big-endian.
  public let keyHash: UInt32
  /// The key itself.
  public let publicKey: Ed25519PublicKey

  /// The byte that says Ed25519 in keys and in the key ID.
  static let algorithm: UInt8 = 1

  /// Makes a key; nil if `name` is not valid.
  public init?(name: String, publicKey: Ed25519PublicKey) {
    guard NoteKeyName.isValid(name) else { return nil }
    self.name = name
    self.publicKey = publicKey
    keyHash = Self.hash(name: name, publicKey: publicKey)
  }

  /// Reads a vkey: name, eight hexadecimal digits and base64, between plus signs.
  public init(vkey: String) throws(NoteKeyError) {
    // Base64 has plus signs too; the name and the key ID have none.
    let parts = Array(vkey.utf8)
      .split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .wrongPartCount(expected: 3, found: parts.count) }
    let key = try NoteKeyParts(name: parts[0], keyHash: parts[1], material: parts[2])
    guard key.algorithm == Self.algorithm else {
      throw .unsupportedAlgorithm(found: key.algorithm)
    }
    guard let publicKey = Ed25519PublicKey(rawBytes: key.bytes) else {
      throw .wrongKeyLength(expected: Ed25519PublicKey.byteCount, found: key.bytes.count)
    }
    let computed = Self.hash(name: key.name, publicKey: publicKey)
    guard computed == key.keyHash else {
      throw .keyHashMismatch(expected: computed, found: key.keyHash)
    }
    name = key.name
    keyHash = computed
    self.publicKey = publicKey
  }

  /// The text form, one line without its end.
  public var vkey: String {
    NoteKeyParts.encode(name: name, keyHash: keyHash, Self.algorithm, publicKey.rawBytes)
  }

  private static func hash(name: String, publicKey: Ed25519PublicKey) -> UInt32 {
    var hasher = SHA256Hasher()
    hasher.update(Array(name.utf8))
    hasher.update([UInt8(ascii: "\n"), algorithm])
    hasher.update(publicKey.rawBytes)
    let digest = hasher.finalize()
    return (0..<4).reduce(0) { $0 << 8 | UInt32(digest.bytes.byte(at: $1)) }
  }
}

extension NoteVerifierKey: Hashable {
  /// Equal if name, as bytes, and key are.
  public static func == (left: NoteVerifierKey, right: NoteVerifierKey) -> Bool {
    left.publicKey == right.publicKey && NoteKeyName.areSame(left.name, right.name)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(keyHash)
    hasher.combine(publicKey)
  }
}
