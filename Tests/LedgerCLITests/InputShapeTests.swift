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
