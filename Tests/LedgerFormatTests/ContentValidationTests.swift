import LedgerCryptography
import Testing

@testable import LedgerFormat

/// What a writer must not encode, because no reader would take it.
@Suite struct ContentValidationTests {
  static let cases: [(String, @Sendable (inout RecordContent) -> Void, FormatError)] = [
    ("kind", { $0.kind = "Run" }, .inconsistent(field: "kind", offset: 0)),
    ("no kind", { $0.kind = "" }, .inconsistent(field: "kind", offset: 0)),
    (
      "flags", { $0.flags = HeaderFlags(rawValue: 64) },
      .badValue(field: "flags", found: 64, offset: 0)
    ),
    ("source", { $0.source = "" }, .emptyCollection(field: "source", offset: 0)),
    ("reference", { $0.references[0].index = 1 << 63 }, over("reference index", 1 << 63)),
    (
      "run level", { $0.runs[0].level = 16 },
      .overLimit(field: "run level", found: 16, limit: 15, offset: 0)
    ),
    ("run first", { $0.runs[0].firstRecord = .max }, over("run first record", .max)),
    ("run records", { $0.runs[0].recordCount = .max }, over("run record count", .max)),
    ("run entries", { $0.runs[0].entryCount = .max }, over("run entry count", .max)),
    ("slot record", { $0.slots[2].record = .max }, over("slot record", .max)),
    (
      "slot body", { $0.slots[0].body = 256 },
      .overLimit(field: "slot body", found: 256, limit: 255, offset: 0)
    ),
    ("slot order", { $0.slots.swapAt(0, 1) }, .notAscending(field: "slots", offset: 0)),
    ("slot twice", { $0.slots[1] = $0.slots[0] }, .notAscending(field: "slots", offset: 0)),
    ("head size", { $0.head?.size = .max }, over("head size", .max)),
    ("head origin", { $0.head?.origin = "a b" }, .inconsistent(field: "head origin", offset: 0)),
    ("version", { $0.identity?.formatVersion = 2 }, .unsupportedVersion(found: 2)),
    (
      "no keys", { $0.identity?.verifierKeys = [] },
      .emptyCollection(field: "verifier keys", offset: 0)
    ),
    (
      "keys", { $0.identity?.verifierKeys = Array(repeating: "k", count: 17) },
      .overLimit(field: "verifier keys", found: 17, limit: 16, offset: 0)
    ),
    ("origin", { $0.identity?.origin = "" }, .inconsistent(field: "origin", offset: 0)),
    (
      "part 0 of 1", { $0.part = Part(number: 0, count: 1) },
      .badValue(field: "part number", found: 0, offset: 0)
    ),
    (
      "part 257", { $0.part = Part(number: 0, count: 257) },
      .badValue(field: "part number", found: 0, offset: 0)
    ),
    (
      "edge target", { ($0.part, $0.edges[0].target) = (nil, 5) },
      .inconsistent(field: "edges", offset: 0)
    ),
    (
      "edge flags", { $0.edges[0].flags = EdgeFlags(rawValue: 4) },
      .badValue(field: "edge flags", found: 4, offset: 0)
    ),
    (
      "symlink", { ($0.part, $0.edges, $0.symlinks[0].other) = (nil, [], 5) },
      .inconsistent(field: "symlinks", offset: 0)
    ),
    ("rename", { ($0.part, $0.edges) = (nil, []) }, .inconsistent(field: "renames", offset: 0)),
    (
      "subset", { $0.entities[3].facts.subset = SubsetFlags(rawValue: 16) },
      .badValue(field: "subset", found: 16, offset: 0)
    ),
    (
      "run namespace", { $0.entities[0].namespace = "n" },
      .inconsistent(field: "entity namespace", offset: 0)
    ),
    ("name", { $0.entities[1].name = "" }, .emptyCollection(field: "entity name", offset: 0)),
    (
      "version text", { $0.entities[2].version = "" },
      .emptyCollection(field: "entity version", offset: 0)
    ),
    (
      "attribute name", { $0.attributes["a b"] = .integer(1) },
      .inconsistent(field: "attribute name", offset: 0)
    ),
    (
      "attribute", { $0.attributes["a"] = .bytes(Array(repeating: 0, count: 1_025)) },
      .overLimit(field: "attribute a", found: 1_025, limit: 1_024, offset: 0)
    ),
    (
      "attributes", { for n in 0..<60 { $0.attributes["a\(n)"] = .integer(1) } },
      .overLimit(field: "attributes", found: 66, limit: 64, offset: 0)
    ),
    (
      "bodies", { $0.bodies = Array(repeating: $0.bodies[0], count: 257) },
      .overLimit(field: "bodies", found: 257, limit: 256, offset: 0)
    ),
    (
      "body", { $0.bodies[0].byteCount = 16_777_217 },
      .overLimit(field: "body byte count", found: 16_777_217, limit: 16_777_216, offset: 0)
    ),
    (
      "all bodies",
      { content in
        content.bodies[0].byteCount = 16_777_216
        content.bodies = Array(repeating: content.bodies[0], count: 2) + [content.bodies[1]]
      }, .overLimit(field: "bodies of one record", found: 33_554_456, limit: 33_554_432, offset: 0)
    ),
    (
      "content type", { $0.bodies[0].contentType = "é" },
      .inconsistent(field: "content type", offset: 0)
    ),
    (
      "identifier", { $0.publicIdentifier = "" },
      .emptyCollection(field: "public identifier", offset: 0)
    ),
  ]

  private static func over(_ field: String, _ found: UInt64) -> FormatError {
    .overLimit(field: field, found: found, limit: UInt64(Int64.max), offset: 0)
  }

  @Test(arguments: cases.indices) func refuses(_ position: Int) throws {
    let (name, damage, expected) = Self.cases[position]
    var content = Golden.fullHeader().content
    damage(&content)
    let found = refusal { () throws(FormatError) in try content.validate() }
    #expect(found == expected, "\(name)")
    // The reader's half: what validate refuses cannot be read back either.
    let isShort = content.bodies.count <= 256 && content.attributes.count <= 64
    if isShort {
      let bytes = RecordHeader(
        previousLeafHash: .zero, index: 1, recordedTime: Timestamp(microseconds: 0),
        content: content
      ).encoded()
      #expect(
        refusal { () throws(FormatError) in _ = try RecordHeader.decode(bytes.rawSpan) } != nil)
    }
  }

  @Test(arguments: [
    ("run", true), ("ledger/created", true), ("a/b", true), ("-", true), ("0/0", true),
    ("", false), ("/", false), ("a/", false), ("/a", false), ("a//b", false), ("a/b/c", false),
    ("a b", false), ("é", false), ("A", false), ("a_b", false),
    (String(repeating: "a", count: 128), true), (String(repeating: "a", count: 129), false),
  ])
  func kinds(_ text: String, _ isKind: Bool) { #expect(RecordContent.isKind(text) == isKind) }
}
