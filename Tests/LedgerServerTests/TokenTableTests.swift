import Foundation
import LedgerCryptography
import LedgerFormat
import Testing

@testable import LedgerServer

/// The file of tokens.
@Suite struct TokenTableTests {
  private static let hash = String(repeating: "ab", count: 32)

  private static func parse(_ text: String) throws -> TokenTable {
    try TokenTable(parsing: Array(text.utf8))
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let time = try #require(Timestamp.parse("2030-01-02T03:04:05Z")).timestamp
    let caller = Caller(source: "a \"b\"", roles: [.legal, .auditor], isPerson: true)
    let (token, entry) = try TokenTable.make(for: caller, expires: time)
    #expect(!entry.line.contains(token.suffix(64)))
    let table = try Self.parse("# tokens\n\n\(entry.line)\n")
    let before = Timestamp(microseconds: time.microseconds - 1)
    #expect(table.verdict(on: token[...], at: before) == .caller(caller))
    #expect(table.verdict(on: token[...], at: time) == .expired)
    #expect(table.verdict(on: token.dropLast(), at: before) == .unknown)
  }

  @Test func noTwoTokensAreAlike() throws {
    let caller = Caller(source: "a", roles: [.appender])
    let tokens = try (0..<64).map { _ in try TokenTable.make(for: caller, expires: nil).token }
    #expect(Set(tokens).count == 64)
  }

  @Test(arguments: [
    "x", "[]", "{}", "{\"id\":\"0123456789abcdef\"}",
    "{\"id\":\"short\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[\"auditor\"]}",
    "{\"id\":\"0123456789abcdeg\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[\"auditor\"]}",
    "{\"id\":\"0123456789ABCDEF\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[\"auditor\"]}",
    "{\"id\":\"0123456789_bcdef\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[\"auditor\"]}",
    "{\"id\":\"0123456789abcdef\",\"sha256\":\"00\",\"source\":\"a\",\"roles\":[\"auditor\"]}",
    "{\"id\":\"0123456789abcdef\",\"sha256\":\"H\",\"source\":\"\",\"roles\":[\"auditor\"]}",
    "{\"id\":\"0123456789abcdef\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[]}",
    "{\"id\":\"0123456789abcdef\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[\"admin\"]}",
    "{\"id\":\"0123456789abcdef\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":\"auditor\"}",
    "{\"id\":\"0123456789abcdef\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[\"auditor\"],"
      + "\"expires\":\"2030-01-01\"}",
    "{\"id\":\"0123456789abcdef\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[\"auditor\"],"
      + "\"expire\":\"2030-01-01T00:00:00Z\"}",
    "{\"id\":\"0123456789abcdef\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[\"appender\"],"
      + "\"person\":true}",
    "{\"id\":\"0123456789abcdef\",\"sha256\":\"H\",\"source\":\"a\",\"roles\":[\"auditor\"],"
      + "\"person\":1}",
  ])
  func badLinesAreNamedAndNotShown(line: String) {
    let text = "\n" + line.replacingOccurrences(of: "\"H\"", with: "\"\(Self.hash)\"")
    do {
      _ = try Self.parse(text)
      Issue.record("taken")
    } catch {
      #expect("\(error)".hasPrefix("line 2: "), "\(error)")
      #expect(!"\(error)".contains(Self.hash))
    }
  }

  /// What is no token by its form is none, not even where its hash is in the table.
  @Test(arguments: ["0123456789ABCDEF", "0123456789abcde ", "\u{661}23456789abcdef"])
  func idsAreLowerCaseHexadecimal(id: String) throws {
    let text = "lst_\(id)_" + String(repeating: "0", count: 64)
    let entry = TokenTable.Entry(
      id: id, hash: SHA256Hasher.hash(Array(text.utf8).rawSpan).bytes.copied(),
      caller: Caller(source: "a", roles: [.auditor]), expires: nil)
    let now = Timestamp(microseconds: 0)
    #expect(try TokenTable([entry]).verdict(on: text[...], at: now) == .unknown)
  }

  @Test func oneIdTwiceIsRefused() throws {
    let line =
      "{\"id\":\"0123456789abcdef\",\"sha256\":\"\(Self.hash)\",\"source\":\"a\","
      + "\"roles\":[\"auditor\"]}\n"
    _ = try Self.parse(line)
    #expect(throws: ConfigurationError.self) { try Self.parse(line + line) }
  }

  @Test func comparisonLooksAtAllBytes() {
    #expect(TokenTable.areEqual([1, 2], [1, 2]))
    #expect(!TokenTable.areEqual([1, 2], [1, 3]))
    #expect(!TokenTable.areEqual([0, 2], [1, 2]))
    #expect(!TokenTable.areEqual([1], [1, 2]))
    #expect(TokenTable.areEqual([], []))
  }
}
