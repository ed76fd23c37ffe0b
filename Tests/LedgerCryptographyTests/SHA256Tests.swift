import LedgerCryptography
import Testing

/// Vectors of FIPS 180-4's examples and RFC 6234 §8.5, typed in from there.
@Suite struct SHA256Tests {
  static let published: [(message: [UInt8], digest: String)] = [
    ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      Array(
        ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu").utf8),
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    (
      [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
    ([0x19], "68aa2e2ee5dff96e3355e6c7ee373e3d6a4e17f75f9518d843709c0c9bc3e3d4"),
    (
      [
        0xe3, 0xd7, 0x25, 0x70, 0xdc, 0xdd, 0x78, 0x7c, 0xe3, 0x88, 0x7a, 0xb2, 0xcd, 0x68, 0x46,
        0x52,
      ], "175ee69b02ba9b58e2b0a5fd13819cea573f3940a94f825128cf4209beabb4e8"
    ),
  ]

  @Test(arguments: published.indices)
  func publishedVector(_ position: Int) throws {
    let vector = Self.published[position]
    #expect(SHA256Hasher.hash(vector.message).description == vector.digest)
  }

  @Test func piecesOfEverySizeGiveTheSameDigest() {
    let message = Array(
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopq".utf8)
    let whole = SHA256Hasher.hash(message)
    for first in 0...message.count {
      var hasher = SHA256Hasher()
      hasher.update(Array(message[..<first]))
      hasher.update(Array(message[first...]))
      #expect(hasher.finalize() == whole)
      // Finalized means started anew.
      hasher.update(message)
      #expect(hasher.finalize() == whole)
    }
  }

  @Test func copyForksTheComputation() {
    var first = SHA256Hasher()
    first.update(Array("ab".utf8))
    var second = first
    first.update(Array("c".utf8))
    #expect(first.finalize() == SHA256Hasher.hash(Array("abc".utf8)))
    #expect(second.finalize() == SHA256Hasher.hash(Array("ab".utf8)))
  }

  @Test func prefixedFormsEqualTheConcatenation() {
    let left = SHA256Hasher.hash([1])
    let right = SHA256Hasher.hash([2])
    for prefix: UInt8 in [0, 1, 0x80, 0xff] {
      var joined = [prefix]
      left.append(to: &joined)
      right.append(to: &joined)
      #expect(SHA256Hasher.hash(prefix: prefix, left, right) == SHA256Hasher.hash(joined))
    }
    for count in 0..<200 {
      let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      #expect(
        SHA256Hasher.hash(prefix: 7, message.rawSpan) == SHA256Hasher.hash([7] + message))
    }
  }
}
