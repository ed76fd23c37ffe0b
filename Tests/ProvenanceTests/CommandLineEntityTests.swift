import LedgerFormat
import Provenance
import Testing

struct CommandLineEntityTests {
  @Test(
    arguments: [
      ("dataset:n:d", EntityType.dataset, "n", "d", nil),
      ("run::0195b7de", .run, "", "0195b7de", nil),
      ("job::j", .job, "", "j", nil),
      ("dataset:postgres%3A//h%3a5432:a%40b@v%25", .dataset, "postgres://h:5432", "a@b", "v%"),
      ("model:n:m@2026-01-01", .model, "n", "m", "2026-01-01"),
      ("dataset:%C3%A9:\u{1F680}", .dataset, "é", "🚀", nil),
      ("dataset:n:a%0Ab", .dataset, "n", "a\nb", nil),
      ("dataset:n:a=b c", .dataset, "n", "a=b c", nil),
    ] as [(String, EntityType, String, String, String?)])
  func encodedFormsAreRead(
    text: String, type: EntityType, namespace: String, name: String, version: String?
  ) throws {
    let entity = try CommandLineEntity(parsing: text)
    #expect(
      entity
        == CommandLineEntity(type: type, namespace: namespace, name: name, version: version))
    #expect(try CommandLineEntity(parsing: entity.text) == entity)
  }

  /// A name that could pass for another, or for a line of ours, is written out.
  @Test(arguments: [
    ("a\nb", "a%0Ab"), ("a\u{1B}[2J", "a%1B[2J"), ("a\u{85}b", "a%C2%85b"),
    ("a\u{2028}b", "a%E2%80%A8b"), ("a\u{202E}b", "a%E2%80%AEb"), ("a\u{200F}b", "a%E2%80%8Fb"),
    ("a\u{2066}b", "a%E2%81%A6b"), ("\u{FEFF}a", "%EF%BB%BFa"),
    ("a\u{AD}", "a%C2%AD"), ("\u{3164}", "%E3%85%A4"), ("a\u{E0041}", "a%F3%A0%81%81"),
    ("é 日本 🚀", "é 日本 🚀"),
  ])
  func hiddenCharactersAreEncoded(name: String, text: String) throws {
    let entity = CommandLineEntity(type: .dataset, namespace: "n", name: name)
    #expect(entity.text == "dataset:n:" + text)
    #expect(try CommandLineEntity(parsing: entity.text) == entity)
  }

  @Test(arguments: [
    ("", CommandLineEntityError.partCount(found: 1)),
    ("dataset", .partCount(found: 1)),
    ("dataset:d", .partCount(found: 2)),
    ("dataset:postgres://h:d", .partCount(found: 4)),
    ("table:n:d", .unknownType("table")),
    ("Dataset:n:d", .unknownType("Dataset")),
    (":n:d", .unknownType("")),
    ("dataset:n:", .emptyPart("name")),
    ("dataset:n:@v", .emptyPart("name")),
    ("dataset:n:d@", .emptyPart("version")),
    ("dataset:n:d@v@w", .severalVersions),
    ("run:n:r", .namespaceOfRun),
    ("dataset:n:d%", .badPercentEncoding),
    ("dataset:n:d%4", .badPercentEncoding),
    ("dataset:n:d%4g", .badPercentEncoding),
    ("dataset:n:%FF", .invalidUTF8),
    ("dataset:%ED%A0%80:d", .invalidUTF8),
  ])
  func otherFormsAreRefused(text: String, reason: CommandLineEntityError) {
    #expect(throws: reason) { try CommandLineEntity(parsing: text) }
    #expect(!reason.description.isEmpty)
  }

  @Test func namesEndAtTheirLimit() {
    let longest = String(repeating: "x", count: 4_096)
    #expect(throws: Never.self) { try CommandLineEntity(parsing: "dataset:n:\(longest)") }
    #expect(throws: CommandLineEntityError.overLimit("name", byteCount: 4_097)) {
      try CommandLineEntity(parsing: "dataset:n:\(longest)x")
    }
    #expect(throws: CommandLineEntityError.overLimit("namespace", byteCount: 4_097)) {
      try CommandLineEntity(parsing: "dataset:\(longest)x:n")
    }
  }

  @Test func rolesStandInFront() throws {
    let entity = try Entity(commandLine: "target=dataset:n:a=b@v")
    #expect(
      entity
        == Entity(role: .target, type: .dataset, namespace: "n", name: "a=b", version: "v"))
    #expect(entity.commandLineText == "target=dataset:n:a=b@v")
    #expect(throws: CommandLineEntityError.noRole) { try Entity(commandLine: "dataset:n:d") }
    #expect(throws: CommandLineEntityError.unknownRole("reader")) {
      try Entity(commandLine: "reader=dataset:n:d")
    }
    #expect(throws: CommandLineEntityError.unknownRole("")) {
      try Entity(commandLine: "=dataset:n:d")
    }
  }

  /// Whatever characters a name has, its text is read back to the same bytes and has three parts.
  @Test func formattingAndParsingAreInverse() throws {
    var random = SeededRandom("CommandLineEntityTests")
    let characters: [Character] = [
      "a", ":", "@", "%", "=", "/", " ", "\n", "\u{7F}", "\u{301}", "é", "😀", "2", "5", "\r\n",
    ]
    for _ in 0..<500 {
      func text(_ range: ClosedRange<Int>) -> String {
        String((0..<random.number(range)).map { _ in random.pick(characters) })
      }
      let type = random.pick(EntityType.allCases)
      let entity = CommandLineEntity(
        type: type, namespace: type == .run ? "" : text(0...8), name: text(1...8),
        version: random.number(0...1) == 0 ? nil : text(1...5))
      let read = try CommandLineEntity(parsing: entity.text)
      #expect(Array(read.namespace.utf8) == Array(entity.namespace.utf8), "\(random.seed)")
      #expect(Array(read.name.utf8) == Array(entity.name.utf8))
      #expect(read.version.map { Array($0.utf8) } == entity.version.map { Array($0.utf8) })
      #expect(entity.text.utf8.filter { $0 == 0x3A }.count == 2)
      #expect(!entity.text.utf8.contains { $0 < 0x20 || $0 == 0x7F })
    }
  }

  @Test func unencodedTextMayMeanSeveralEntities() {
    func shown(_ text: String) -> [String] {
      CommandLineEntity.unencodedCandidates(text).map {
        "\($0.namespace)|\($0.name)|\($0.version ?? "-")"
      }
    }
    #expect(
      shown("dataset:pg://h:5432:t@v") == [
        "pg|//h:5432:t@v|-", "pg|//h:5432:t|v", "pg://h|5432:t@v|-", "pg://h|5432:t|v",
        "pg://h:5432|t@v|-", "pg://h:5432|t|v",
      ])
    #expect(shown("run::r:1") == ["|r:1|-"], "a run has no namespace")
    #expect(shown("dataset:n:a%41") == ["n|a%41|-"])
    #expect(shown("dataset:n:") == [])
    #expect(shown("dataset:n") == [])
    // For each of 31 colons one candidate without a version and one for each @ that has something
    // behind it, but for the last colon and the first @, which have no name between them.
    let most = "dataset:n" + String(repeating: ":", count: 31) + String(repeating: "@", count: 32)
    #expect(shown(most).count == 31 * (1 + 31) - 1)
    #expect(shown(most + "@") == [])
    #expect(shown("dataset:" + String(repeating: ":@", count: 1 << 20)) == [])
    #expect(shown("moon:n:d") == [])
    #expect(shown("") == [])
    #expect(shown("dataset:") == [])
  }
}
