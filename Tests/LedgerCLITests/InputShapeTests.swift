import Testing

@testable import LedgerCLI

/// How the layout of a file without a telling name is found.
@Suite struct InputShapeTests {
  @Test(arguments: [
    ("[1]", InputShape.whole), (" \n[", .whole), ("{\"a\":1}\n", .lines),
    ("{\"a\":1}", .lines), ("{\n  \"a\": 1\n}", .whole), ("{\"a\":\n{\"b\":1}\n", .lines),
    ("{\"a\":NaN}\n{\"b\":1}\n", .lines), ("nonsense", .whole), ("", .lines),
    ("\u{FEFF}{\"a\":1}\r\n", .lines), ("\n\n{\"a\":1}\n{\"a\":2}", .lines),
  ])
  func complete(_ text: String, _ shape: InputShape) {
    #expect(InputShape.sniffed(Array(text.utf8), isAtEnd: true) == shape)
    // The same from any pieces, and nothing is told that the whole would not bear out.
    for length in 1...4 {
      var sniffer = InputShapeSniffer()
      var found: InputShape?
      for end in stride(from: length, to: text.utf8.count, by: length) where found == nil {
        found = sniffer.shape(of: Array(text.utf8.prefix(end)), isAtEnd: false)
      }
      #expect((found ?? sniffer.shape(of: Array(text.utf8), isAtEnd: true)) == shape)
    }
  }

  @Test(arguments: ["", " ", "{", "{\"a\":1", "{\n", "{\n  "])
  func tooShortToTell(_ text: String) {
    #expect(InputShape.sniffed(Array(text.utf8), isAtEnd: false) == nil)
  }

  @Test func names() {
    #expect(InputShape.named("a/b.NDJSON") == .lines)
    #expect(InputShape.named("b.jsonl") == .lines)
    #expect(InputShape.named("b.json") == .whole)
    #expect(InputShape.named("b.txt") == nil)
    #expect(InputShape.named("-") == nil)
  }
}
