public import LedgerCryptography

/// A body that belongs to one subject, encrypted under a key of its own (`Format.md`, "Sealed
/// bodies").
///
/// ```
/// K          = HKDF-SHA256(subject key, salt, "ledgerstone body"), 32 bytes
/// plaintext  = method 1 (1 raw, 2 LZ4) ‖ original byte count 4 ‖ the bytes, raw or one LZ4 block
/// stored     = AES-256-GCM(K, nonce of 12 zero bytes, ledger id ‖ content type, plaintext)
///              with its 16-byte tag
/// header tag = HMAC-SHA256(K, "ledgerstone tag")
/// ```
public enum SealedBody {
  /// What the stored form has beyond the plaintext's bytes.
  public static let overheadByteCount = prefixByteCount + AES256GCM.tagByteCount
  /// The longest body that can be sealed: where nothing is gained by compressing, the stored form
  /// must still be a body.
  public static let byteCountMax = FormatLimits.bodyByteCountMax - overheadByteCount

  private static let prefixByteCount = 5
  private static let keyByteCount = 32
  private static let nonce = [UInt8](repeating: 0, count: AES256GCM.nonceByteCount)

  /// The body's own key.
  ///
  /// - Parameter salt: the body's salt, which no other body has: the nonce is always zero.
  public static func key(subjectKey: SecretBytes, salt: RawSpan) -> SecretBytes {
    let info = Array("ledgerstone body".utf8)
    return HKDFSHA256.deriveKey(
      from: subjectKey.bytes, salt: salt, info: info.rawSpan, byteCount: keyByteCount)
  }

  /// What the header says of the key. AES-GCM does not commit to its key, so this is checked first.
  public static func tag(key: SecretBytes) -> SHA256Digest {
    let message = Array("ledgerstone tag".utf8)
    return HMACSHA256.authenticate(message.rawSpan, key: key.bytes)
  }

  /// Compresses and encrypts a body.
  ///
  /// - Precondition: `bytes` are at most `byteCountMax`; `key` was never used before.
  public static func seal(
    _ bytes: [UInt8], key: SecretBytes, ledgerID: LedgerID, contentType: String
  ) throws(CryptographyError) -> [UInt8] {
    precondition(bytes.count <= byteCountMax, "a sealed body over its limit")
    var plaintext: ByteBuffer = [0]
    plaintext.append(littleEndian: UInt32(bytes.count))
    plaintext[0] = UInt8(LZ4.append(bytes.rawSpan, to: &plaintext).rawValue)
    let associated = ledgerID.bytes + Array(contentType.utf8)
    return try AES256GCM.seal(
      plaintext.rawSpan, key: key.bytes, nonce: nonce.rawSpan,
      associatedData: associated.rawSpan)
  }

  /// Why a sealed body does not open.
  public enum Failure: Error, Hashable, Sendable {
    /// The key is not the one that the header's tag is of.
    case wrongKey
    /// Ciphertext, ledger id or content type is not what was sealed.
    case authentication
    /// What was sealed is no body of this format.
    case malformed(FormatError)
  }

  /// Decrypts and expands a body.
  ///
  /// - Parameter tag: the header's.
  public static func open(
    _ stored: [UInt8], key: SecretBytes, tag expected: SHA256Digest, ledgerID: LedgerID,
    contentType: String
  ) throws(Failure) -> [UInt8] {
    guard constantTimeEquals(tag(key: key), expected) else { throw .wrongKey }
    let associated = ledgerID.bytes + Array(contentType.utf8)
    let plaintext: [UInt8]
    do throws(CryptographyError) {
      plaintext = try AES256GCM.open(
        stored.rawSpan, key: key.bytes, nonce: nonce.rawSpan,
        associatedData: associated.rawSpan)
    } catch {
      throw .authentication
    }
    do throws(FormatError) {
      return try expand(plaintext)
    } catch {
      throw .malformed(error)
    }
  }

  private static func expand(_ plaintext: [UInt8]) throws(FormatError) -> [UInt8] {
    var reader = ByteReader(plaintext.rawSpan)
    let code = UInt32(try reader.uint8())
    guard let method = CompressionMethod(rawValue: code) else {
      throw .badCompressionMethod(found: code)
    }
    let count = Int(try reader.uint32())
    guard count <= byteCountMax else {
      throw .overLimit(
        field: "original byte count", found: UInt64(count), limit: UInt64(byteCountMax), offset: 1)
    }
    let stored = try reader.bytes(reader.remaining)
    switch method {
    case .raw:
      guard stored.byteCount == count else {
        throw .inconsistent(field: "original byte count", offset: 1)
      }
      return stored.copied()
    case .lz4:
      guard stored.byteCount < count else {
        throw .inconsistent(field: "original byte count", offset: 1)
      }
      var bytes: ByteBuffer = []
      try LZ4.decompress(stored, rawByteCount: count, to: &bytes)
      return bytes
    }
  }
}
