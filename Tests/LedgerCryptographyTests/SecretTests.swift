import LedgerCryptography
import Testing

@Suite struct SecretTests {
  @Test func comparesAtEveryPosition() {
    let bytes = (0..<40).map { UInt8($0) }
    #expect(constantTimeEquals(bytes, bytes))
    #expect(constantTimeEquals([UInt8](), [UInt8]()))
    for bit in 0..<(8 * bytes.count) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(!constantTimeEquals(bytes, damaged))
    }
    for count in 0..<bytes.count {
      #expect(!constantTimeEquals(bytes, Array(bytes.prefix(count))))
      #expect(!constantTimeEquals(Array(bytes.prefix(count)), bytes))
    }
    #expect(constantTimeEquals(SHA256Hasher.hash(bytes), SHA256Hasher.hash(bytes)))
    #expect(!constantTimeEquals(SHA256Hasher.hash(bytes), .zero))
  }

  @Test func randomBytesFillTheWholeBuffer() throws {
    // 64 draws: that one position is the same in all of them happens once in 2^504.
    var seen = [Set<UInt8>](repeating: [], count: 33)
    for _ in 0..<64 {
      let bytes = try SecureRandom.bytes(count: 33)
      #expect(bytes.count == 33)
      for (position, byte) in bytes.enumerated() { seen[position].insert(byte) }
    }
    #expect(seen.allSatisfy { $0.count > 1 })
    #expect(try SecureRandom.bytes(count: 0).isEmpty)
  }

  @Test func secretBytesKeepTheirValueAndClearTheirSource() throws {
    var source: [UInt8] = [1, 2, 3]
    let copied = SecretBytes(copying: source.rawSpan)
    #expect(source == [1, 2, 3])
    let moved = SecretBytes(clearing: &source)
    #expect(source == [0, 0, 0])
    #expect(copied.bytes.copied() == [1, 2, 3])
    #expect(moved.bytes.copied() == [1, 2, 3])
    #expect(moved.count == 3)
    let none = SecretBytes(copying: [UInt8]().rawSpan)
    #expect(none.bytes.copied() == [])
    let first = try SecretBytes.random(count: 32)
    let second = try SecretBytes.random(count: 32)
    let equal = constantTimeEquals(first.bytes, second.bytes)
    #expect(!equal)
  }

  @Test(arguments: ["", "00", "0123456789abcdef", "ff00ff"])
  func hexadecimalRoundTrips(_ text: String) throws {
    let bytes = try #require(Hexadecimal.decode(text))
    #expect(bytes.count == text.utf8.count / 2)
    #expect(Hexadecimal.encode(bytes) == text)
  }

  @Test(arguments: ["0", "0g", "AA", "0x00", " 00", "00\n", "é0", "０0"])
  func hexadecimalRefuses(_ text: String) {
    #expect(Hexadecimal.decode(text) == nil)
  }
}
