import Foundation
import Provenance
import Testing

/// Strings are looked at eight bytes at a time: every byte that means something, at every place of
/// such a group, before every kind of end.
@Suite struct JSONPlainBytesTests {
  private typealias Case = (bytes: [UInt8], isValid: Bool)

  private static func text(_ characters: String, _ isValid: Bool) -> Case {
    (Array(characters.utf8), isValid)
  }

  private static func raw(_ bytes: [UInt8], _ isValid: Bool) -> Case { (bytes, isValid) }

  private static let controls: [Case] = (0..<0x20).map { raw([UInt8($0)], false) }
  private static let written: [Case] = [
    text("\"", false), text("\\n", true), text("\\u0041", true), text("\\x", false),
    text("\u{7F}", true), text(" ", true), text("!", true), text("#", true), text("[", true),
    text("]", true), text("é", true), text("€", true), text("🚀", true),
  ]
  private static let malformed: [Case] = [
    raw([0x80], false), raw([0xFF], false), raw([0xED, 0xA0, 0x80], false),
  ]
  private static let special: [Case] = controls + written + malformed

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
