import LedgerCryptography
import Provenance
import Testing

/// Files cut into events: what is delivered, where it began, and what is reported as broken.
struct SplitterTests {
  /// What a splitter delivers, as text: `line:value` or `!line: reason`.
  private func pieces(_ text: String) -> [String] { pieces(bytes: Array(text.utf8)) }

  private func pieces(bytes: [UInt8]) -> [String] {
    var splitter = JSONSplitter(bytes.rawSpan)
    var result: [String] = []
    while let piece = splitter.next() {
      switch piece {
      case .value(let range, let start):
        #expect(start.offset == range.lowerBound)
        result.append("\(start.line):\(String(decoding: bytes[range], as: UTF8.self))")
      case .broken(let error):
        result.append("!\(error.position.line):\(error.position.column) \(error.reason)")
      }
    }
    return result
  }

  @Test func oneValueIsOneEvent() {
    #expect(pieces(" \n{\"a\":1}\n ") == ["2:{\"a\":1}"])
    #expect(pieces("\u{FEFF}{}") == ["1:{}"])
    #expect(pieces("3") == ["1:3"])
  }

  @Test func theElementsOfAnArrayAreEvents() {
    #expect(pieces("[]") == [])
    #expect(pieces(" [ ] ") == [])
    #expect(
      pieces("[\n {\"a\":[1,2]} ,\n\n {\"b\":\"],\"}, 3\n]")
        == ["2:{\"a\":[1,2]}", "4:{\"b\":\"],\"}", "4:3"])
    #expect(pieces("\u{FEFF}[1]") == ["1:1"])
  }

  @Test func valuesOnLinesOfTheirOwnAreEvents() {
    #expect(pieces("{}\n{\"a\":1}\r\n[2]\n") == ["1:{}", "2:{\"a\":1}", "3:[2]"])
    #expect(pieces("{\n}\n{\n}") == ["1:{\n}", "3:{\n}"])
  }

  @Test func aBrokenElementDoesNotTakeItsNeighbours() {
    #expect(
      pieces("[{\"a\":1},\n{\"b\":NaN},\n{\"c\":3}]")
        == ["1:{\"a\":1}", "!2:6 the literal NaN, which is not JSON", "3:{\"c\":3}"])
    #expect(
      pieces("[01,{\"s\":\"\\x,]\"},[1,],7]")
        == [
          "!1:2 a number with a leading zero", "!1:11 an escape with 'x'",
          "!1:20 a comma before a closing bracket", "1:7",
        ])
    #expect(
      pieces("[{\"a\":\"x\ny\"},2]")
        == ["!1:9 an unescaped control character byte 0x0a", "2:2"])
    #expect(pieces("[,1]") == ["!1:2 ',' where a value is expected", "1:1"])
  }

  /// Where the brackets do not match, the rest could be read as something it is not.
  @Test func whereStructureEndsTheRestIsReported() {
    #expect(pieces("[1,{\"a\":2") == ["1:1", "!1:10 truncated JSON: the text ends inside a value"])
    #expect(pieces("[1,2") == ["1:1", "1:2", "!1:5 truncated JSON: the text ends inside a value"])
    #expect(pieces("[1,") == ["1:1", "!1:4 truncated JSON: the text ends inside a value"])
    #expect(pieces("[") == ["!1:2 truncated JSON: the text ends inside a value"])
    #expect(pieces("[1,]") == ["1:1", "!1:3 a comma before a closing bracket"])
    #expect(pieces("[1 2,3]") == ["1:1", "!1:4 '2' where ',' or ']' is expected"])
    #expect(pieces("[1,{\"a\":[}],2]") == ["1:1", "!1:10 '}' where a value is expected"])
    #expect(pieces("[1}\n") == ["1:1", "!1:3 '}' where ',' or ']' is expected"])
    #expect(pieces("[1] x") == ["1:1", "!1:5 more text after the JSON value"])
    #expect(pieces("[] []") == ["!1:4 more text after the JSON value"])
  }

  @Test func whatIsNoValueIsReported() {
    #expect(pieces("") == ["!1:1 no JSON value"])
    #expect(pieces(" \n") == ["!2:1 no JSON value"])
    #expect(pieces("\u{FEFF}") == ["!1:4 no JSON value"])
    #expect(pieces("{}{}") == ["!1:3 more text after the JSON value"])
    #expect(pieces("{} x\n{}") == ["!1:4 more text after the JSON value"])
    #expect(pieces("{}\n{") == ["1:{}", "!2:2 truncated JSON: the text ends inside a value"])
    #expect(pieces("hello") == ["!1:1 'h' where a value is expected"])
  }

  /// However a stream is cut into pieces, it gives the same lines.
  @Test func linesDoNotDependOnThePieces() {
    let text = Array("\u{FEFF} {\"a\":1} \r\n\n\t\r\n{\"é\":2}\nlast \u{20}".utf8)
    let whole = lines(text, pieceByteCount: text.count)
    #expect(
      whole == ["1@4+13 {\"a\":1}", "4@18+8 {\"é\":2}", "5@27+6 last"])
    for count in 1..<text.count {
      #expect(lines(text, pieceByteCount: count) == whole, "pieces of \(count) bytes")
    }
  }

  @Test func tooLongLinesAreNamedAndTheirNeighboursKept() {
    for count in 1...12 {
      #expect(
        lines(Array("12345678\n123456789\n  345678\n\n".utf8), pieceByteCount: count, limit: 8)
          == ["1@0+8 12345678", "2@9+9 nil", "3@21+8 345678"])
    }
    #expect(lines([], pieceByteCount: 1) == [])
    #expect(lines(Array("\n\n".utf8), pieceByteCount: 1) == [])
  }

  /// Zero bytes without end are no line; a line that ends keeps nothing else out.
  @Test func zeroBytesWithoutEndStopIt() {
    func deliver(_ zeroByteCount: Int, _ end: String) -> [String] {
      var splitter = LineSplitter(lineByteCountMax: 4, zeroByteCountMax: 100)
      var found: [String] = []
      let bytes =
        Array("1\n2".utf8) + [UInt8](repeating: 0, count: zeroByteCount) + Array(end.utf8)
      for start in stride(from: 0, to: bytes.count, by: 7) {
        splitter.take(Array(bytes[start..<min(start + 7, bytes.count)])) {
          found.append("\($0.number) \($0.bytes == nil) \($0.isGarbage)")
        }
      }
      splitter.finish { found.append("\($0.number) \($0.bytes == nil) \($0.isGarbage)") }
      #expect(splitter.isStopped == found.contains { $0.hasSuffix("true true") })
      return found
    }
    #expect(deliver(90, "\n3") == ["1 false false", "2 true false", "3 false false"])
    #expect(deliver(90, "x\n3") == ["1 false false", "2 true false", "3 false false"])
    for end in ["", "\n3", "x\n3\n"] {
      #expect(deliver(130, end) == ["1 false false", "2 true true"])
    }
  }

  private func lines(
    _ text: [UInt8], pieceByteCount: Int, limit: Int = 1_000
  ) -> [String] {
    var splitter = LineSplitter(lineByteCountMax: limit)
    var result: [String] = []
    func deliver(_ line: InputLine) {
      let shown = line.bytes.map { String(decoding: $0, as: UTF8.self) } ?? "nil"
      #expect(line.start.line == line.number)
      result.append("\(line.number)@\(line.start.offset)+\(line.byteCount) \(shown)")
    }
    for start in stride(from: 0, to: text.count, by: max(1, pieceByteCount)) {
      splitter.take(Array(text[start..<min(start + pieceByteCount, text.count)]), deliver)
    }
    splitter.finish(deliver)
    return result
  }
}
