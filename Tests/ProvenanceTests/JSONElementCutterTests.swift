import LedgerCryptography
import LedgerTestSupport
import Provenance
import Testing

/// Files that are cut as they are read, compared with the splitter that has them as a whole.
@Suite struct JSONElementCutterTests {
  private func cut(_ text: String, chunkByteCount: Int = 3, byteCountMax: Int = 1_000)
    -> (elements: [String?], lines: [Int], error: JSONError?)
  {
    var cutter = JSONElementCutter(byteCountMax: byteCountMax)
    var elements: [String?] = []
    var lines: [Int] = []
    var error: JSONError?
    func take(_ piece: JSONElementCutter.Piece) {
      switch piece {
      case .element(let bytes, _, let start):
        elements.append(bytes.map { String(decoding: $0, as: UTF8.self) })
        lines.append(start.line)
      case .broken(let found): error = found
      }
    }
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: chunkByteCount) {
      cutter.take(Array(bytes[start..<min(bytes.count, start + chunkByteCount)])) { take($0) }
    }
    cutter.finish { take($0) }
    return (elements, lines, error)
  }

  @Test(arguments: 1...9)
  func cutsArraysAndLines(_ chunkByteCount: Int) {
    let array = cut(
      "\u{FEFF} [\n{\"a\":[1,2,\"],[\"]},\n \"x\\\"},\" ,\n[[]], 7\n]\n",
      chunkByteCount: chunkByteCount)
    #expect(array.elements == ["{\"a\":[1,2,\"],[\"]}", "\"x\\\"},\" ", "[[]]", "7\n"])
    #expect(array.lines == [2, 3, 4, 4])
    #expect(array.error == nil)
    let lines = cut("\n{\"a\":\n1}\n\n{\"b\":2}\n 3", chunkByteCount: chunkByteCount)
    #expect(lines.elements == ["{\"a\":\n1}", "{\"b\":2}", "3"])
    #expect(lines.lines == [2, 5, 6])
    #expect(lines.error == nil)
  }

  @Test func whatIsTooLongIsPassedOver() {
    let long = "\"" + String(repeating: "x", count: 50) + "\""
    let result = cut("[1,\(long),{\"a\":\(long)},2]", byteCountMax: 40)
    #expect(result.elements == ["1", nil, nil, "2"])
    #expect(result.error == nil)
  }

  @Test(arguments: [
    ("", JSONError.Reason.empty), (" \n", .empty), ("[1,2", .truncated), ("[1,\"a", .truncated),
    ("{\"a\":", .truncated), ("[1] x", .trailingData),
    ("[{]", .unexpectedByte(UInt8(ascii: "]"), expected: "another bracket")),
    ("{\"a\":1}}\n{}", .unexpectedByte(UInt8(ascii: "}"), expected: "another bracket")),
    (String(repeating: "[", count: 600), .tooDeep(limit: 512)),
    ("[1,]", .trailingComma), ("[1 , \n]", .trailingComma), ("[,]", .trailingComma),
    ("[" + String(repeating: "\0", count: 2_000), .controlCharacter(0)),
    ("[\"" + String(repeating: "\0", count: 2_000), .controlCharacter(0)),
  ])
  func saysWhereItStops(_ text: String, _ reason: JSONError.Reason) {
    #expect(cut(text).error?.reason == reason)
  }

  /// What is not too long is for the parser to judge, and what follows it goes in.
  @Test func controlCharactersInShortElementsStopNothing() {
    #expect(cut("[1,\"\0\",\0,2]").elements == ["1", "\"\0\"", "\0", "2"])
    let spaced = "[\"" + String(repeating: "\n\t", count: 600) + "\",2]"
    #expect(cut(spaced).elements == [nil, "2"])
  }

  @Test func nothingBetweenCommasIsAnElementThatIsNoJSON() {
    #expect(cut("[1,,2]").elements == ["1", "", "2"])
    #expect(cut("[]").elements == [])
  }

  /// Random arrays of values: the same elements as the splitter finds.
  @Test func agreesWithTheSplitter() {
    var random = SeededRandom("JSONElementCutterTests")
    for _ in 0..<300 {
      var bytes: [UInt8] = [UInt8(ascii: "[")]
      for number in 0..<random.number(1...6) {
        if number > 0 { bytes.append(UInt8(ascii: ",")) }
        random.appendJSON(to: &bytes, depth: 0)
      }
      bytes.append(UInt8(ascii: "]"))
      var expected: [String] = []
      var splitter = JSONSplitter(bytes.rawSpan)
      while let piece = splitter.next() {
        guard case .value(let range, _) = piece else { continue }
        expected.append(String(decoding: bytes[range], as: UTF8.self))
      }
      let found = cut(
        String(decoding: bytes, as: UTF8.self), chunkByteCount: random.number(1...40),
        byteCountMax: 1 << 20)
      #expect(
        found.elements.map { $0.map { Self.trimmed($0) } } == expected.map { Self.trimmed($0) })
    }
  }

  private static func trimmed(_ text: String) -> String {
    String(decoding: Array(text.utf8.reversed().drop { $0 <= 0x20 }.reversed()), as: UTF8.self)
  }
}
