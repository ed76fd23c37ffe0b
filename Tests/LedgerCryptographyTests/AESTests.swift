import LedgerCryptography
import Testing

/// Test cases 13 to 16 of "The Galois/Counter Mode of Operation" (McGrew and Viega, submitted to
/// NIST), appendix B: AES-256 with a 96-bit nonce.
@Suite struct AESTests {
  struct Vector: Sendable {
    let key: String
    let nonce: String
    let plaintext: String
    let associatedData: String
    let sealed: String
  }

  static let text =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
  static let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
  static let ciphertext =
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"

  static let published: [Vector] = [
    Vector(
      key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
      plaintext: "", associatedData: "", sealed: "530f8afbc74536b9a963b4f1c4cb738b"),
    Vector(
      key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
      plaintext: String(repeating: "00", count: 16), associatedData: "",
      sealed: "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919"),
    Vector(
      key: key, nonce: "cafebabefacedbaddecaf888", plaintext: text, associatedData: "",
      sealed: ciphertext + "b094dac5d93471bdec1a502270e3cc6c"),
    Vector(
      key: key, nonce: "cafebabefacedbaddecaf888", plaintext: String(text.prefix(120)),
      associatedData: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      sealed: String(ciphertext.prefix(120)) + "76fc6ece0f4e1768cddf8853bb2d551b"),
  ]

  static func bytes(_ hexadecimal: String) throws -> [UInt8] {
    try #require(Hexadecimal.decode(hexadecimal))
  }

  @Test(arguments: published.indices)
  func publishedVector(_ position: Int) throws {
    let vector = Self.published[position]
    let key = try Self.bytes(vector.key)
    let nonce = try Self.bytes(vector.nonce)
    let plaintext = try Self.bytes(vector.plaintext)
    let associatedData = try Self.bytes(vector.associatedData)
    let sealed = try AES256GCM.seal(
      plaintext.rawSpan, key: key.rawSpan, nonce: nonce.rawSpan,
      associatedData: associatedData.rawSpan)
    #expect(Hexadecimal.encode(sealed) == vector.sealed)
    let opened = try AES256GCM.open(
      sealed.rawSpan, key: key.rawSpan, nonce: nonce.rawSpan,
      associatedData: associatedData.rawSpan)
    #expect(opened == plaintext)
  }

  @Test(arguments: ["sealed", "key", "nonce", "associated data"])
  func refusesEveryDamagedBit(_ part: String) throws {
    let vector = Self.published[3]
    let whole = [
      "sealed": try Self.bytes(vector.sealed), "key": try Self.bytes(vector.key),
      "nonce": try Self.bytes(vector.nonce),
      "associated data": try Self.bytes(vector.associatedData),
    ]
    let length = try #require(whole[part]).count
    for bit in 0..<(8 * length) {
      var damaged = whole
      damaged[part]?[bit / 8] ^= 1 << (bit % 8)
      let parts = damaged
      #expect(throws: CryptographyError.authenticationFailed, "\(part), bit \(bit)") {
        try Self.open(parts)
      }
    }
  }

  static func open(_ parts: [String: [UInt8]]) throws -> [UInt8] {
    let sealed = try #require(parts["sealed"])
    let key = try #require(parts["key"])
    let nonce = try #require(parts["nonce"])
    let associatedData = try #require(parts["associated data"])
    return try AES256GCM.open(
      sealed.rawSpan, key: key.rawSpan, nonce: nonce.rawSpan,
      associatedData: associatedData.rawSpan)
  }

  @Test func refusesEveryTruncation() throws {
    let vector = Self.published[1]
    let sealed = try Self.bytes(vector.sealed)
    for count in 0..<sealed.count {
      let parts = [
        "sealed": Array(sealed.prefix(count)), "key": try Self.bytes(vector.key),
        "nonce": try Self.bytes(vector.nonce), "associated data": [],
      ]
      let expected: CryptographyError =
        count < 16 ? .sealedTooShort(found: count, needed: 16) : .authenticationFailed
      #expect(throws: expected) { try Self.open(parts) }
    }
  }

  @Test func roundTripsEverySizeAroundTheBlock() throws {
    let key = [UInt8](repeating: 3, count: 32)
    let nonce = [UInt8](repeating: 4, count: 12)
    for count in [0, 1, 15, 16, 17, 31, 32, 33, 4095, 4096, 4097, 1 << 20] {
      let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      let sealed = try AES256GCM.seal(
        plaintext.rawSpan, key: key.rawSpan, nonce: nonce.rawSpan,
        associatedData: plaintext.rawSpan)
      #expect(sealed.count == count + AES256GCM.tagByteCount)
      let opened = try AES256GCM.open(
        sealed.rawSpan, key: key.rawSpan, nonce: nonce.rawSpan,
        associatedData: plaintext.rawSpan)
      #expect(opened == plaintext)
    }
  }
}
