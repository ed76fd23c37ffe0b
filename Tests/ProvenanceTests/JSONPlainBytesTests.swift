import Foundation
import Provenance
import Testing

/// Strings are looked at eight bytes at a time: every byte that means something, at every place of
/// such a group, before every kind of end.
@Suite struct JSONPlainBytesTests {
  private static let special: [(bytes: [UInt8], isValid: Bool)] =
    (0..<0x20).map { ([$0], false) }
    + [
      (Array("\"".utf8), false), (Array("\\n".utf8), true), (Array("\\u0041".utf8), true),
      (Array("\\x".utf8), false), ([0x7F], true), ([0x20], true), ([0x21], true), ([0x23], true),
      ([0x5B], true), ([0x5D], true), ([0x80], false), ([0xC3, 0xA9], true), ([0xFF], false),
      ([0xE2, 0x82, 0xAC], true), ([0xF0, 0x9F, 0x9A, 0x80], true), ([0xED, 0xA0, 0x80], false),
    ]

  @Test func everySpecialByteIsSeenAtEveryPlace() {
    for (bytes, isValid) in Self.special {
      for before in 0..<18 {
        for after in [0, 1, 7, 8, 9, 16] {
          let text =
            Array("\"".utf8) + [UInt8](repeating: 0x61, count: before) + bytes
            + [UInt8](repeating: 0x62, count: after) + Array("\"".utf8)
          let error = Self.error(text)
          #expect((error == nil) == isValid, "\(bytes) \(before) \(after)")
          if let error, bytes != Array("\"".utf8), bytes != Array("\\x".utf8) {
            #expect(error.position.offset == before + 1, "\(bytes) \(before) \(after)")
          }
          let foundation = try? JSONSerialization.jsonObject(
            with: Data(text), options: .fragmentsAllowed)
          #expect((foundation != nil) == isValid, "\(bytes) \(before) \(after)")
        }
      }
    }
  }

  @Test func aStringThatNeverEndsIsTruncated() {
    for count in 0..<40 {
      let text = Array("\"".utf8) + [UInt8](repeating: 0x61, count: count)
      #expect(Self.error(text)?.reason == .truncated)
      #expect(Self.error(text)?.position.offset == count + 1)
    }
  }

  @Test func randomTextsComeBack() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let scalars = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in
        ["a", "\"", "\\", "\u{1}", "é", "€", "🚀", "\u{7F}", "/", "\n"].randomElement(
          using: &generator) ?? "a"
      }
      let text = scalars.joined()
      let encoded = try JSONEncoder().encode([text])
      let document = try JSONDocument(parsing: Array(encoded))
      #expect(document.root.elements?.first?.string == text)
    }
  }

  private static func error(_ text: [UInt8]) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONDocument(parsing: text)
      return nil
    } catch {
      return error
    }
  }
}
