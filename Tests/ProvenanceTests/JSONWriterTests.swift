import Foundation
import Provenance
import Testing

/// Strings as JSON: texts that need no escape take another way than those that do.
@Suite struct JSONWriterTests {
  /// The obvious way, scalar by scalar.
  private static func naive(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: result += "\\\""
      case 0x5C: result += "\\\\"
      case 0x0A: result += "\\n"
      case 0x0D: result += "\\r"
      case 0x09: result += "\\t"
      case 0..<0x20, 0x7F...0x9F: result += String(format: "\\u%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func written(_ text: String) -> String {
    var writer = JSONWriter()
    writer.string(text)
    return writer.text
  }

  @Test func everyScalarAloneAndBetweenOthers() throws {
    let values = Array(0...0x2FF) + [0x2028, 0xD7FF, 0xE000, 0xFFFD, 0x1F600, 0x10FFFF]
    for scalar in values.compactMap({ Unicode.Scalar($0) }) {
      for text in ["\(scalar)", "ab\(scalar)", "\(scalar)ab", "a\(scalar)b\(scalar)"] {
        #expect(Self.written(text) == Self.naive(text), "U+\(String(scalar.value, radix: 16))")
        let read = try JSONSerialization.jsonObject(
          with: Data(Self.written(text).utf8), options: .fragmentsAllowed)
        #expect((read as? String)?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
      }
    }
    #expect(Self.written("") == "\"\"")
  }

  @Test func longAndNestedValuesGrow() {
    let long = String(repeating: "x", count: 1 << 16)
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("a", long)
      writer.name("b")
      writer.array { $0.string(long + "\n") }
    }
    #expect(writer.text == "{\"a\":\"\(long)\",\"b\":[\"\(long)\\n\"]}")
  }
}
