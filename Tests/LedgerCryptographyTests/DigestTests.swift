import LedgerCryptography
import Testing

@Suite struct DigestTests {
  let ascending = (0..<32).map { UInt8($0) }

  @Test func keepsItsBytesInOrder() throws {
    let digest = try #require(SHA256Digest(copying: ascending))
    var buffer: [UInt8] = [0xaa]
    digest.append(to: &buffer)
    #expect(buffer == [0xaa] + ascending)
    #expect(digest.bytes.copied() == ascending)
    #expect(digest.withBytes { $0.copied() } == ascending)
    #expect(SHA256Digest(ascending.rawSpan) == digest)
    #expect(
      digest.description == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
    #expect(SHA256Digest(hexadecimal: digest.description) == digest)
  }

  @Test func truncationKeepsTheFirstHalf() throws {
    let digest = try #require(SHA256Digest(copying: ascending))
    let half = digest.truncated
    var buffer: [UInt8] = []
    half.append(to: &buffer)
    #expect(buffer == Array(ascending[..<16]))
    #expect(half.bytes.copied() == buffer)
    #expect(half.description == "000102030405060708090a0b0c0d0e0f")
    #expect(TruncatedDigest(hexadecimal: half.description) == half)
    #expect(TruncatedDigest(copying: buffer) == half)
    #expect(TruncatedDigest(buffer.rawSpan) == half)
    #expect(
      TruncatedDigest.hash(Array("abc".utf8).rawSpan).description
        == "ba7816bf8f01cfea414140de5dae2223")
  }

  @Test(arguments: [0, 1, 15, 17, 31, 33, 64])
  func refusesAnotherByteCount(_ count: Int) {
    let bytes = [UInt8](repeating: 1, count: count)
    #expect(SHA256Digest(copying: bytes) == nil)
    #expect(TruncatedDigest(copying: bytes) == nil)
  }

  @Test(arguments: ["upper case", "short", "long", "no digit", "odd", "space", "full width"])
  func refusesHexadecimal(_ damage: String) {
    func damaged(_ byteCount: Int) -> String {
      var text = String(repeating: "0a", count: byteCount)
      switch damage {
      case "upper case": text = text.uppercased()
      case "short": text.removeLast(2)
      case "long": text += "00"
      case "no digit": text = "g" + text.dropFirst()
      case "odd": text.removeLast()
      case "space": text = " " + text.dropFirst()
      default: text = "\u{FF10}" + text.dropFirst(3)
      }
      return text
    }
    #expect(SHA256Digest(hexadecimal: damaged(32)) == nil)
    #expect(TruncatedDigest(hexadecimal: damaged(16)) == nil)
  }

  @Test func everyBitCountsInEquality() throws {
    let digest = try #require(SHA256Digest(copying: ascending))
    for bit in 0..<256 {
      var damaged = ascending
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(SHA256Digest(copying: damaged) != digest)
      if bit < 128 {
        #expect(SHA256Digest(copying: damaged)?.truncated != digest.truncated)
      }
    }
  }

  @Test func ordersAsBytesDo() throws {
    for position in 0..<32 {
      for (low, high): (UInt8, UInt8) in [(0, 1), (127, 128), (0, 255), (1, 2)] {
        // What follows the first difference points the other way.
        var left = [UInt8](repeating: 7, count: 32)
        var right = left
        left[position] = low
        right[position] = high
        for later in 0..<32 where later > position {
          left[later] = 255
          right[later] = 0
        }
        let first = try #require(SHA256Digest(copying: left))
        let second = try #require(SHA256Digest(copying: right))
        #expect(first < second)
        #expect(!(second < first))
        #expect((first.truncated < second.truncated) == (position < 16))
      }
    }
    #expect(!(SHA256Digest.zero < SHA256Digest.zero))
    #expect(!(TruncatedDigest.zero < TruncatedDigest.zero))
  }

  @Test func zeroIsZeroBytes() {
    #expect(SHA256Digest.zero.bytes.copied() == [UInt8](repeating: 0, count: 32))
    #expect(TruncatedDigest.zero.bytes.copied() == [UInt8](repeating: 0, count: 16))
    #expect(MemoryLayout<SHA256Digest>.size == 32)
    #expect(MemoryLayout<TruncatedDigest>.size == 16)
  }
}
