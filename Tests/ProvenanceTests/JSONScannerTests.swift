import Provenance
import Testing

/// The edge cases of RFC 8259, each with the reason and the place we must name.
struct JSONScannerTests {
  @Test(arguments: [
    "0", "-0", "1", "10", "-1.5", "1e5", "1E+5", "1e-05", "0.0", "0e0", "-0.0E-0",
    "123456789012345678901234567890", "1e999", "0.1000000000000000055511151231257827",
    "\"\"", "\"a\"", #""\"\\\/\b\f\n\r\t""#, #""\u0000\u001f\uD83D\uDE00\ud800\uDC00""#,
    #""\ud800""#, #""\udc00\ud800""#, #""\ud800\n""#, "\"\u{7F}\u{80}\u{2028}\u{FFFF}\u{10FFFF}\"",
    "true", "false", "null", "[]", "{}", "[ ]", "{ }", "[[]]", "[1,2]", "[1 , 2]", "[\n1\r\n,\t2 ]",
    #"{"a":1}"#, #"{"a":1,"a":2}"#, #"{"":{}}"#, #"{"a":[{"b":[]}],"c":null}"#, " 1 ", "\t\n\r 1",
    "\"/\"", "\"\u{1F680}\"",
  ])
  func validTextIsTaken(text: String) throws {
    let document = try JSONDocument(parsing: Array(text.utf8))
    let trimmed = text.utf8.drop { [0x20, 9, 10, 13].contains($0) }
    #expect(Array(trimmed).starts(with: document.rootBytes))
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    var text: [UInt8]
    var reason: JSONError.Reason
    var offset: Int
    init(_ text: String, _ reason: JSONError.Reason, at offset: Int) {
      self.init(bytes: Array(text.utf8), reason, at: offset)
    }
    init(bytes: [UInt8], _ reason: JSONError.Reason, at offset: Int) {
      (self.text, self.reason, self.offset) = (bytes, reason, offset)
    }
    var testDescription: String { String(decoding: text, as: UTF8.self) }
  }

  private static func unexpected(
    _ byte: Character, _ expected: String
  ) -> JSONError.Reason {
    .unexpectedByte(byte.utf8.first ?? 0, expected: expected)
  }

  static let refusals: [Refusal] = [
    Refusal("", .empty, at: 0),
    Refusal(" \n\t\r", .empty, at: 4),
    Refusal("{", .truncated, at: 1),
    Refusal("[1", .truncated, at: 2),
    Refusal("[1,", .truncated, at: 3),
    Refusal("{\"a\"", .truncated, at: 4),
    Refusal("{\"a\":", .truncated, at: 5),
    Refusal("{\"a\":1", .truncated, at: 6),
    Refusal("\"abc", .truncated, at: 4),
    Refusal("\"a\\", .truncated, at: 3),
    Refusal("\"\\u12", .truncated, at: 5),
    Refusal("tru", .truncated, at: 3),
    Refusal("-", .truncated, at: 1),
    Refusal("1.", .truncated, at: 2),
    Refusal("1e", .truncated, at: 2),
    Refusal("1e+", .truncated, at: 3),
    Refusal("NaN", .notANumber("NaN"), at: 0),
    Refusal("{\"a\":NaN}", .notANumber("NaN"), at: 5),
    Refusal("[Infinity]", .notANumber("Infinity"), at: 1),
    Refusal("[-Infinity]", .notANumber("-Infinity"), at: 1),
    Refusal("[-NaN]", .notANumber("-NaN"), at: 1),
    Refusal("Nope", unexpected("N", "a value"), at: 0),
    Refusal("[1,]", .trailingComma, at: 2),
    Refusal("[1 ,\n]", .trailingComma, at: 3),
    Refusal("{\"a\":1,}", .trailingComma, at: 6),
    Refusal("[,1]", unexpected(",", "a value"), at: 1),
    Refusal("[1,,2]", unexpected(",", "a value"), at: 3),
    Refusal("[1 2]", unexpected("2", "',' or ']'"), at: 3),
    Refusal("[1}", unexpected("}", "',' or ']'"), at: 2),
    Refusal("{\"a\":1]", unexpected("]", "',' or '}'"), at: 6),
    Refusal("{\"a\" 1}", unexpected("1", "':'"), at: 5),
    Refusal("{\"a\",1}", unexpected(",", "':'"), at: 4),
    Refusal("{a:1}", unexpected("a", "a member name"), at: 1),
    Refusal("{1:1}", unexpected("1", "a member name"), at: 1),
    Refusal("{'a':1}", unexpected("'", "a member name"), at: 1),
    Refusal("{,}", unexpected(",", "a member name"), at: 1),
    Refusal("{\"a\":}", unexpected("}", "a value"), at: 5),
    Refusal("]", unexpected("]", "a value"), at: 0),
    Refusal("'a'", unexpected("'", "a value"), at: 0),
    Refusal("+1", unexpected("+", "a value"), at: 0),
    Refusal(".5", unexpected(".", "a value"), at: 0),
    Refusal("True", unexpected("T", "a value"), at: 0),
    Refusal("trUe", unexpected("U", "the literal true"), at: 2),
    Refusal("nul1", unexpected("1", "the literal null"), at: 3),
    Refusal("01", .leadingZero, at: 0),
    Refusal("[-012]", .leadingZero, at: 1),
    Refusal("00", .leadingZero, at: 0),
    Refusal("-a", .malformedNumber, at: 0),
    Refusal("[1.]", .malformedNumber, at: 1),
    Refusal("[1.e5]", .malformedNumber, at: 1),
    Refusal("[1e]", .malformedNumber, at: 1),
    Refusal("[1e+ ]", .malformedNumber, at: 1),
    Refusal("[--1]", .malformedNumber, at: 1),
    Refusal("0x10", .trailingData, at: 1),
    Refusal("1 2", .trailingData, at: 2),
    Refusal("{}{}", .trailingData, at: 2),
    Refusal("[]]", .trailingData, at: 2),
    Refusal("truefalse", .trailingData, at: 4),
    Refusal("1 // one", .trailingData, at: 2),
    Refusal("/* */1", unexpected("/", "a value"), at: 0),
    Refusal("\"\\a\"", .badEscape(0x61), at: 1),
    Refusal("\"\\'\"", .badEscape(0x27), at: 1),
    Refusal("\"\\x41\"", .badEscape(0x78), at: 1),
    Refusal("\"\\U0041\"", .badEscape(0x55), at: 1),
    Refusal("\"\\u00g0\"", .badUnicodeEscape, at: 1),
    Refusal("\"\\u 123\"", .badUnicodeEscape, at: 1),
    Refusal("\"a\nb\"", .controlCharacter(0x0A), at: 2),
    Refusal("\"\t\"", .controlCharacter(0x09), at: 1),
    Refusal("\"\u{0}\"", .controlCharacter(0x00), at: 1),
    Refusal("\"\u{1F}\"", .controlCharacter(0x1F), at: 1),
    Refusal("\u{0C}1", .unexpectedByte(0x0C, expected: "a value"), at: 0),
    Refusal("\u{A0}1", .unexpectedByte(0xC2, expected: "a value"), at: 0),
    Refusal(bytes: [0xEF, 0xBB, 0xBF, 0x31], .unexpectedByte(0xEF, expected: "a value"), at: 0),
  ]

  @Test(arguments: refusals)
  func invalidTextIsRefusedForItsReason(refusal: Refusal) {
    #expect {
      try JSONDocument(parsing: refusal.text)
    } throws: { error in
      guard let error = error as? JSONError else { return false }
      #expect(error.reason == refusal.reason)
      #expect(error.position.offset == refusal.offset)
      #expect(!error.description.isEmpty)
      return true
    }
  }

  /// Overlong forms, surrogates, bytes that begin nothing, and sequences that break off.
  @Test(
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80],
      [0xE0, 0x9F, 0xBF], [0xE1, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
      [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xF1, 0x80, 0x80], [0xFE], [0xFF],
    ] as [[UInt8]])
  func invalidUTF8IsRefused(sequence: [UInt8]) {
    let text: [UInt8] = [0x22, 0x61] + sequence + [0x22]
    #expect {
      try JSONDocument(parsing: text)
    } throws: {
      ($0 as? JSONError)
        == JSONError(
          reason: .invalidUTF8, position: JSONPosition(offset: 2, line: 1, column: 3))
    }
  }

  /// Every prefix of a text that ends with a bracket is truncated, and nothing else.
  @Test func everyPrefixIsTruncated() {
    let text = Array(#"{"a":[1,-2.5e+3,"\u00e9é\n",true,null],"b":{}}"#.utf8)
    for count in 1..<text.count {
      let error = #expect(throws: JSONError.self) {
        try JSONDocument(parsing: Array(text[..<count]))
      }
      #expect(error?.reason == .truncated, "prefix of \(count) bytes")
      #expect(error?.position.offset == count)
    }
  }

  @Test func depthIsLimited() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    _ = try JSONDocument(parsing: nested(512))
    let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: nested(513)) }
    #expect(error?.reason == .tooDeep(limit: 512))
    #expect(error?.position.offset == 512)
    // Much deeper input costs neither stack nor more than its start.
    #expect(throws: JSONError.self) {
      try JSONDocument(parsing: [UInt8](repeating: 0x5B, count: 1_000_000))
    }
  }

  @Test func positionsCountLinesAndBytes() {
    let error = #expect(throws: JSONError.self) {
      try JSONDocument(parsing: Array("{\n  \"é\": 1,\r\n  \"ü\": NaN\n}".utf8))
    }
    #expect(error?.position == JSONPosition(offset: 22, line: 3, column: 9))
    let base = JSONPosition(offset: 100, line: 7, column: 5)
    #expect(
      error?.moved(to: base).position == JSONPosition(offset: 122, line: 9, column: 9))
    #expect(
      JSONPosition(offset: 3, line: 1, column: 4).moved(to: base)
        == JSONPosition(offset: 103, line: 7, column: 8))
  }

  @Test func valuesAreReadAsSpelled() throws {
    let text =
      #"{"n":1.50e+00,"big":123456789012345678901234567890,"n":-0,"s":"\u00e9\ud83d\ude00"}"#
    let root = try JSONDocument(parsing: Array(text.utf8)).root
    #expect(root["n"]?.number == "-0", "the last of two members counts")
    #expect(root.members?.map(\.name) == ["n", "big", "n", "s"])
    #expect(root.members?.first?.value.number == "1.50e+00")
    #expect(root["big"]?.number == "123456789012345678901234567890")
    #expect(root["s"]?.string == "é😀")
    #expect(root["missing"] == nil)
    #expect(root["n"]?.string == nil && root["s"]?.number == nil && root["s"]?.boolean == nil)
    #expect(root.elements == nil && root["n"]?.members == nil && root["n"]?["x"] == nil)
  }

  /// What no text can hold is not given as one: as U+FFFD two names would become one.
  @Test func halfSurrogatesAreNoText() throws {
    func decode(_ text: String) throws -> [UInt32]? {
      try JSONDocument(parsing: Array(text.utf8)).root.string?.unicodeScalars.map(\.value)
    }
    for text in [
      #""\ud800""#, #""\udc00x""#, #""\ud800\ud801\udc00""#, #""\ud800\n""#, #""\uD83D\\uDE80""#,
      #""\ud83d\u0041""#, #""\uDE80\uD83D""#, #""a\\\ud800b""#,
    ] {
      #expect(try decode(text) == nil, "\(text)")
    }
    #expect(try decode(#""\\ud800""#) == Array("\\ud800".unicodeScalars.map(\.value)))
    #expect(try decode(#""\ufffd""#) == [0xFFFD])
    #expect(try decode(#""\uD83D\uDE80""#) == [0x1F680])
  }

  /// Two spellings that Unicode calls equivalent are two names; an escaped name is the same name.
  @Test func namesCompareByBytes() throws {
    let root = try JSONDocument(parsing: Array("{\"e\u{301}\":1,\"\\u0061\":2}".utf8)).root
    #expect(root["\u{E9}"] == nil)
    #expect(root["e\u{301}"]?.number == "1")
    #expect(root["a"]?.number == "2")
  }
}
