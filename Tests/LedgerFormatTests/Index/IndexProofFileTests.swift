import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import LedgerFormat

/// Whatever is changed in a proof file, it is refused when read or when checked.
@Suite struct IndexProofFileTests {
  static func completeness(_ bytes: [UInt8], _ keys: [NoteVerifierKey]) throws -> CompleteRecords {
    try CompletenessProofFile(parsing: bytes).check(keys: keys)
  }

  static func omission(_ bytes: [UInt8], _ keys: [NoteVerifierKey]) throws -> OmittedRecord {
    try OmissionProofFile(parsing: bytes).check(keys: keys)
  }

  /// Every byte of `bytes` changed in turn, and every line left out, doubled or swapped.
  static func variants(_ bytes: [UInt8]) -> [[UInt8]] {
    var all: [[UInt8]] = []
    for position in bytes.indices {
      var other = bytes
      other[position] = bytes[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      all.append(other)
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    func joined(_ lines: [ArraySlice<UInt8>]) -> [UInt8] {
      Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
    for number in lines.indices {
      var fewer = lines
      fewer.remove(at: number)
      all.append(joined(fewer))
      // A note may hold the same signature twice; any other line may not.
      if number < lines.count - 2 {
        var more = lines
        more.insert(lines[number], at: number)
        all.append(joined(more))
      }
      if number > 0, lines[number] != lines[number - 1] {
        var swapped = lines
        swapped.swapAt(number, number - 1)
        all.append(joined(swapped))
      }
    }
    for count in stride(from: 0, to: bytes.count, by: 11) { all.append(Array(bytes.prefix(count))) }
    return all
  }

  @Test func everyChangeOfACompletenessProofIsRefused() throws {
    let log = try IndexedLog(Array(IndexedLog.entities().prefix(7)))
    for number in [0, 999] {
      let proof = try log.completeness(EntityKey(IndexedLog.entity(number)))
      let bytes = proof.encoded
      _ = try Self.completeness(bytes, log.keys)
      for variant in Self.variants(bytes) {
        #expect(throws: (any Error).self, "\(String(decoding: variant, as: UTF8.self))") {
          try Self.completeness(variant, log.keys)
        }
      }
    }
  }

  @Test func everyChangeOfAnOmissionProofIsRefused() throws {
    let key = EntityKey(IndexedLog.entity(0))
    let log = try IndexedLog(Array(IndexedLog.entities().prefix(7))) { $0.entries[key.bytes] = nil }
    let bytes = try log.omission(key, 3).encoded
    _ = try Self.omission(bytes, log.keys)
    for variant in Self.variants(bytes) {
      #expect(throws: (any Error).self, "\(String(decoding: variant, as: UTF8.self))") {
        try Self.omission(variant, log.keys)
      }
    }
  }

  @Test func everyFaultOfAFileHasItsError() throws {
    let log = try IndexedLog(Array(IndexedLog.entities().prefix(7)))
    let bytes = try log.completeness(EntityKey(IndexedLog.entity(0))).encoded
    let text = String(decoding: bytes, as: UTF8.self)
    func refusal(_ text: String) -> IndexProofFileError? {
      IndexTesting.refusal { () throws(IndexProofFileError) in
        _ = try CompletenessProofFile(parsing: Array(text.utf8))
      }
    }
    #expect(refusal(text) == nil)
    #expect(refusal("") == .wrongHeader)
    #expect(refusal("ledgerstone/completeness@v2\n") == .wrongHeader)
    let header = "ledgerstone/completeness@v1\n"
    #expect(refusal(header) == .malformedLine(field: "entity", line: 2))
    #expect(refusal(header + "entity !\n") == .malformedLine(field: "entity", line: 2))
    #expect(
      refusal(header + "entity AAAA\n")
        == .entity(.unexpectedType(field: "entity key", found: 0, offset: 0)))
    #expect(
      refusal(text.replacing("since 0", with: "since 00"))
        == .malformedLine(field: "since", line: 3))
    #expect(
      refusal(text.replacing("since 0", with: "since 18446744073709551616"))
        == .malformedLine(field: "since", line: 3))
    // An answer of an unassigned kind, a run line too many, one too few.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let place = try #require(lines.firstIndex { $0.hasPrefix("run ") })
    func with(_ replacement: [String]) -> String {
      (lines[..<place] + replacement + lines[(place + 1)...]).joined(separator: "\n")
    }
    #expect(
      refusal(with(["run AwAA"]))
        == .answer(.badValue(field: "answer", found: 3, offset: 0), line: place + 1))
    #expect(refusal(with([])) == .wrongAnswerCount(expected: 1, found: 0))
    #expect(
      refusal(with([lines[place], lines[place]])) == .wrongAnswerCount(expected: 1, found: 2))
    #expect(refusal(with(["rum AAAA"])) == .malformedLine(field: "run", line: place + 1))
    #expect(refusal(with(["run AAA"])) == .malformedLine(field: "run", line: place + 1))
  }

  @Test func aFileBelongsToItsKind() throws {
    let log = try IndexedLog(Array(IndexedLog.entities().prefix(7)))
    let bytes = try log.completeness(EntityKey(IndexedLog.entity(0))).encoded
    #expect(throws: IndexProofFileError.wrongHeader) { try OmissionProofFile(parsing: bytes) }
  }
}
