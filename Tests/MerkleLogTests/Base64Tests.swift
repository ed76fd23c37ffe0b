import Testing

@testable import MerkleLog

@Suite struct Base64Tests {
  /// RFC 4648 §10.
  static let published: [(plain: String, text: String)] = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ]

  @Test(arguments: published.indices)
  func publishedVector(_ position: Int) {
    let (plain, text) = Self.published[position]
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(Base64.decode(text.utf8) == Array(plain.utf8))
  }

  @Test func everyCharacterOfTheAlphabet() {
    let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let bytes = Base64.decode(text.utf8)
    #expect(bytes?.prefix(3) == [0x00, 0x10, 0x83])
    #expect(bytes?.suffix(3) == [0xf3, 0xdf, 0xbf])
    #expect(bytes.map { Base64.encode($0) } == text)
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm8", "Zm8==", "Zm9v=", "Zm9v====",
    "Zh==", "Zm9=", "Zm8=Zm8=", "Zg==Zg==", "=Zg=", "Z=g=", " Zg==", "Zg==\n", "Zm 9v", "Zm\n9",
    "Zm9-", "Zm9_", "Zm9é", "Zm9\u{0}", "Zm９",
  ])
  func refuses(_ text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }

  /// Of all last characters before padding, exactly those without unused bits are taken.
  @Test func unusedBitsAreZero() {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, character) in alphabet.enumerated() {
      #expect((Base64.decode("A\(character)==".utf8) != nil) == value.isMultiple(of: 16))
      #expect((Base64.decode("AA\(character)=".utf8) != nil) == value.isMultiple(of: 4))
    }
  }
}
