import LedgerCryptography
import LedgerFormat
import Provenance
import Testing

/// Names that may name a person, and pseudonyms for them.
struct NameTests {
  @Test(arguments: [
    "anna@acme.example", "inbox/anna.b+x@mail.acme.example/2026", "a@b.co", "x%40y.example",
    "exports/jürgen@acme.example.csv", "mailto:a@acme.example", "to a_b@acme.museum today",
    "postgres://user:p@db.acme.example", "@x a@b.de", "Ä@b.de",
  ])
  func electronicMailIsFound(name: String) {
    #expect(NamePrivacy.looksLikeElectronicMail(name))
  }

  @Test(arguments: [
    "", "orders", "@", "a@", "@acme.example", "a@b", "a@.example", "a@b.", "a@b.1", "a@b.c",
    "snapshot@2026.01", "abfss://container@account.dfs.acme.example/x", "key%4", "a@@", "a @b.de",
    "table@v1", "a%40", "wasbs://c%40x",
  ])
  func otherNamesAreNot(name: String) {
    #expect(!NamePrivacy.looksLikeElectronicMail(name))
  }

  private static func rules(_ text: String) throws -> NameRules { try NameRules(parsing: text) }

  /// The rule, a dataset's namespace and name, and whether it fits.
  @Test(arguments: [
    ("dataset:*:*", "n", "d", true),
    ("*:*:*", "n", "d", true),
    ("job:*:*", "n", "d", false),
    ("dataset:n:d", "n", "d", true),
    ("dataset:n:d", "n", "D", false),
    ("dataset:n:d", "nn", "d", false),
    ("dataset:imap*:*", "imap://m", "x", true),
    ("dataset:*:users/*", "n", "users/anna", true),
    ("dataset:*:users/*", "n", "all/users/anna", false),
    ("dataset:*:*a*b*", "n", "xxaxxbxx", true),
    ("dataset:*:*a*b*", "n", "xxbxxaxx", false),
    ("dataset:*:*ab", "n", "aab", true),
    ("dataset:*:a?c", "n", "abc", true),
    ("dataset:*:a?c", "n", "a😀c", true),
    ("dataset:*:a?c", "n", "ac", false),
    ("dataset:*:??", "n", "é日", true),
    ("dataset:*:*?", "n", "é", true),
    ("dataset:*:", "n", "d", false),
    ("dataset::d", "", "d", true),
    ("dataset:s3%3A//l:a%2Ab", "s3://l", "a*b", true),
    ("dataset:*:a%2Ab", "n", "axb", false),
    ("dataset:*:a%3Fb", "n", "a?b", true),
    ("# dataset:*:*", "n", "d", false),
    (" dataset:*:* \r\n", "n", "d", true),
    ("\n\ndataset:x:*\ndataset:n:*\n", "n", "d", true),
    ("", "n", "d", false),
  ])
  func patternsFit(rule: String, namespace: String, name: String, fits: Bool) throws {
    let rules = try Self.rules(rule)
    #expect(rules.matches(type: .dataset, namespace: namespace, name: name) == fits)
  }

  /// The last-star-only matcher against the obvious one that tries everything.
  @Test func patternsFitAsTheObviousMatcherSays() throws {
    func fits(_ pattern: Substring, _ text: Substring) -> Bool {
      guard let first = pattern.first else { return text.isEmpty }
      if first == "*" {
        return fits(pattern.dropFirst(), text) || (!text.isEmpty && fits(pattern, text.dropFirst()))
      }
      guard let character = text.first, first == "?" || first == character else { return false }
      return fits(pattern.dropFirst(), text.dropFirst())
    }
    var random = SeededRandom("NameTests")
    var count = 0
    for _ in 0..<4_000 {
      let pattern = String(
        (0..<random.number(0...6)).map { _ in random.pick(["a", "é", "*", "?"]) }
          .joined())
      let text = String((0..<random.number(0...7)).map { _ in random.pick(["a", "é"]) }.joined())
      let expected = fits(pattern[...], text[...])
      let rules = try Self.rules("dataset:*:\(pattern)")
      #expect(
        rules.matches(type: .dataset, namespace: "", name: text) == expected,
        "\(random.seed): \(pattern) \(text)")
      if expected { count += 1 }
    }
    #expect(count > 200)
  }

  @Test(arguments: [
    ("dataset:*", 1, CommandLineEntityError.partCount(found: 2)),
    ("# one\n\ndataset:a:b:c", 3, .partCount(found: 4)),
    ("table:*:*", 1, .unknownType("table")),
    ("dataset:*:%4", 1, .badPercentEncoding),
    ("dataset:%zz:*", 1, .badPercentEncoding),
  ])
  func otherRulesAreRefused(text: String, line: Int, reason: CommandLineEntityError) {
    let error = #expect(throws: NameRulesError.self) { try Self.rules(text) }
    #expect(error?.line == line && error?.reason == reason)
  }

  @Test func namesBecomePermanentPseudonyms() throws {
    let key = HMACSHA256Key(Array(UInt8(0)..<32).rawSpan)
    var content = RecordContent(kind: "run", source: "local")
    content.entities = [
      Entity(
        role: .input, type: .dataset, namespace: "imap://m", name: "anna@acme.example",
        version: "1"),
      Entity(role: .output, type: .dataset, namespace: "n", name: "d"),
      Entity(role: .output, type: .dataset, namespace: "imap://m", name: "anna@acme.example"),
    ]
    content.flags = .eventTimeWithoutZone
    let before = content
    try Self.rules("job:*:*").apply(to: &content, key: key)
    #expect(content == before)

    try Self.rules("dataset:imap*:*").apply(to: &content, key: key)
    // HMAC-SHA256 computed with Python over the same bytes.
    let pseudonym = "pseudonym-3e17ff88e0ee60284e7be992471adebf"
    #expect(content.entities.map(\.name) == [pseudonym, "d", pseudonym])
    #expect(content.entities[0].namespace == "imap://m" && content.entities[0].version == "1")
    #expect(content.flags == [.eventTimeWithoutZone, .namesReplaced])
  }
}
