import LedgerCryptography
import Testing

/// RFC 4231 §4 (HMAC-SHA256) and RFC 5869 appendix A (HKDF-SHA256), typed in from there.
@Suite struct HMACTests {
  struct Vector: Sendable {
    let key: [UInt8]
    let message: [UInt8]
    let code: String
  }

  static let published: [Vector] = [
    Vector(
      key: [UInt8](repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
      code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    Vector(
      key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
      code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    Vector(
      key: [UInt8](repeating: 0xaa, count: 20), message: [UInt8](repeating: 0xdd, count: 50),
      code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    Vector(
      key: Array(1...25), message: [UInt8](repeating: 0xcd, count: 50),
      code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    Vector(
      key: [UInt8](repeating: 0xaa, count: 131),
      message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    Vector(
      key: [UInt8](repeating: 0xaa, count: 131),
      message: Array(
        ("This is a test using a larger than block-size key and a larger than block-size "
          + "data. The key needs to be hashed before being used by the HMAC algorithm.").utf8),
      code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
  ]

  @Test(arguments: published.indices)
  func publishedVector(_ position: Int) {
    let vector = Self.published[position]
    let code = HMACSHA256.authenticate(vector.message.rawSpan, key: vector.key.rawSpan)
    #expect(code.description == vector.code)
  }

  /// Case 5 of RFC 4231 prints only the first 16 bytes.
  @Test func publishedTruncatedVector() {
    let key = [UInt8](repeating: 0x0c, count: 20)
    let code = HMACSHA256.authenticate(Array("Test With Truncation".utf8).rawSpan, key: key.rawSpan)
    #expect(code.truncated.description == "a3b6167473100ee06e0c796c2955552b")
  }

  @Test func onePreparedKeyServesManyMessagesInPieces() {
    let vector = Self.published[3]
    let key = HMACSHA256Key(vector.key.rawSpan)
    for split in 0...vector.message.count {
      var computation = key.begin()
      computation.update(Array(vector.message[..<split]).rawSpan)
      computation.update(Array(vector.message[split...]).rawSpan)
      #expect(computation.finalize().description == vector.code)
    }
    #expect(key.authenticate(vector.message.rawSpan).description == vector.code)
  }

  @Test func everyBitOfTheKeyCounts() {
    let message = Array("message".utf8)
    var codes: Set<SHA256Digest> = []
    let key = [UInt8](repeating: 0x5c, count: 64)
    for bit in 0..<(64 * 8) {
      var damaged = key
      damaged[bit / 8] ^= 1 << (bit % 8)
      codes.insert(HMACSHA256.authenticate(message.rawSpan, key: damaged.rawSpan))
    }
    codes.insert(HMACSHA256.authenticate(message.rawSpan, key: key.rawSpan))
    #expect(codes.count == 64 * 8 + 1)
  }
}

@Suite struct HKDFTests {
  private func derive(
    _ secret: [UInt8], salt: [UInt8], info: [UInt8], byteCount: Int
  ) -> String {
    let key = HKDFSHA256.deriveKey(
      from: secret.rawSpan, salt: salt.rawSpan, info: info.rawSpan, byteCount: byteCount)
    #expect(key.count == byteCount)
    return Hexadecimal.encode(key.bytes)
  }

  @Test func publishedCase1() {
    let output = derive(
      [UInt8](repeating: 0x0b, count: 22), salt: Array(0...12), info: Array(0xf0...0xf9),
      byteCount: 42)
    #expect(
      output
        == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
  }

  @Test func publishedCase2() {
    let output = derive(
      Array(0x00...0x4f), salt: Array(0x60...0xaf), info: Array(0xb0...0xff), byteCount: 82)
    #expect(
      output
        == "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
        + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
        + "cc30c58179ec3e87c14c01d5c1f3434f1d87")
  }

  @Test func publishedCase3() {
    let output = derive([UInt8](repeating: 0x0b, count: 22), salt: [], info: [], byteCount: 42)
    #expect(
      output
        == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
  }

  @Test func shorterOutputsArePrefixesAndTheLongestIsGiven() {
    let secret = Array("secret".utf8)
    let longest = derive(
      secret, salt: [1], info: [2], byteCount: HKDFSHA256.outputByteCountMax)
    for byteCount in [1, 31, 32, 33, 64, 65, 8159] {
      let output = derive(secret, salt: [1], info: [2], byteCount: byteCount)
      #expect(output == longest.prefix(2 * byteCount))
    }
    #expect(derive(secret, salt: [1], info: [3], byteCount: 32) != longest.prefix(64))
    #expect(derive(secret, salt: [2], info: [2], byteCount: 32) != longest.prefix(64))
  }
}
