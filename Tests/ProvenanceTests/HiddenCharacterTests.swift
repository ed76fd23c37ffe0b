import Testing

@testable import Provenance

@Suite struct HiddenCharacterTests {
  /// Unicode's lists (PropList, DerivedCoreProperties): controls, formats, separators, and what may
  /// be left out.
  @Test(arguments: [
    0x00, 0x0A, 0x1F, 0x7F, 0x80, 0x9F, 0xAD, 0x034F, 0x061C, 0x115F, 0x180E, 0x200B, 0x200E,
    0x2028, 0x2029, 0x202E, 0x2060, 0x2066, 0x206F, 0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xE0001,
    0xE0041, 0xE0FFF,
  ])
  func isHidden(_ value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    #expect(scalar.isHidden)
    let text = "a\(Character(scalar))b".withoutHiddenCharacters
    #expect(text.unicodeScalars.elementsEqual("a\u{FFFD}b".unicodeScalars))
  }

  @Test(arguments: [
    0x20, 0x7E, 0xA0, 0xC4, 0x0301, 0x0430, 0x3000, 0x65E5, 0xD7FF, 0xE000, 0xFFFD, 0x1F680,
  ])
  func isShown(_ value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    #expect(!scalar.isHidden)
    let text = "a\(Character(scalar))b"
    #expect(text.withoutHiddenCharacters.unicodeScalars.elementsEqual(text.unicodeScalars))
  }
}
