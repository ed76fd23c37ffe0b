import Foundation
import Testing

@testable import LedgerFormat

/// The format document says what the program does, as far as that can be compared.
@Suite struct DocumentTests {
  private let document: String

  init() throws {
    document = try Self.text("Sources/LedgerFormat/Documentation.docc/Format.md")
  }

  private static func text(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test(arguments: Golden.all) func showsTheGoldenBytes(_ name: String) throws {
    let text = try String(
      contentsOf: Golden.folder.appendingPathComponent("\(name).hex"), encoding: .utf8)
    #expect(document.contains("```text\n\(text)```\n"))
  }

  @Test func everyGoldenFileIsTested() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Golden.folder.path)
    #expect(Set(files) == Set(Golden.all.map { "\($0).hex" }))
  }

  static let limits: [(String, UInt64)] = [
    ("formatVersion", UInt64(FormatLimits.formatVersion)),
    ("headerByteCountMax", UInt64(FormatLimits.headerByteCountMax)),
    ("nameByteCountMax", UInt64(FormatLimits.nameByteCountMax)),
    ("tokenByteCountMax", UInt64(FormatLimits.tokenByteCountMax)),
    ("attributeByteCountMax", UInt64(FormatLimits.attributeByteCountMax)),
    ("attributeCountMax", UInt64(FormatLimits.attributeCountMax)),
    ("bodyByteCountMax", UInt64(FormatLimits.bodyByteCountMax)),
    ("recordBodyByteCountMax", UInt64(FormatLimits.recordBodyByteCountMax)),
    ("bodyCountMax", UInt64(FormatLimits.bodyCountMax)),
    ("groupByteCountMax", UInt64(FormatLimits.groupByteCountMax)),
    ("groupRecordCountMax", UInt64(FormatLimits.groupRecordCountMax)),
    ("partCountMax", UInt64(FormatLimits.partCountMax)),
    ("blockByteCountTarget", UInt64(FormatLimits.blockByteCountTarget)),
    ("blockByteCountMax", UInt64(FormatLimits.blockByteCountMax)),
    ("groupStoredByteCountMax", UInt64(FormatLimits.groupStoredByteCountMax)),
    ("segmentByteCountTarget", UInt64(FormatLimits.segmentByteCountTarget)),
    ("segmentBlockCountMax", UInt64(FormatLimits.segmentBlockCountMax)),
    ("integerMax", FormatLimits.integerMax),
    ("runLevelMax", FormatLimits.runLevelMax),
    ("fullRunLevelMax", FormatLimits.fullRunLevelMax),
    ("runRecordCount", UInt64(FormatLimits.runRecordCount)),
    ("runFanOut", UInt64(FormatLimits.runFanOut)),
    ("chunkRecordCount", UInt64(FormatLimits.chunkRecordCount)),
    ("runBlockByteCountMax", UInt64(FormatLimits.runBlockByteCountMax)),
    ("nameBlockEntryCount", UInt64(FormatLimits.nameBlockEntryCount)),
    ("nameBlockByteCountMax", UInt64(FormatLimits.nameBlockByteCountMax)),
    ("indexProofByteCountMax", UInt64(FormatLimits.indexProofByteCountMax)),
    ("verifierKeyCountMax", UInt64(FormatLimits.verifierKeyCountMax)),
    ("originByteCountMax", UInt64(FormatLimits.originByteCountMax)),
    ("ledgerFileByteCountMax", UInt64(FormatLimits.ledgerFileByteCountMax)),
    ("tornTailByteCountMax", UInt64(FormatLimits.tornTailByteCountMax)),
    ("reserveByteCountMax", UInt64(FormatLimits.reserveByteCountMax)),
    ("noteByteCountMax", UInt64(FormatLimits.noteByteCountMax)),
  ]

  @Test func namesEveryLimit() throws {
    for (name, value) in Self.limits {
      #expect(document.contains("| `\(name)` | \(Self.grouped(value)) |"), "\(name)")
    }
    // The list above is complete.
    let source = try Self.text("Sources/LedgerFormat/FormatLimits.swift")
    #expect(source.components(separatedBy: "public static let ").count - 1 == Self.limits.count)
  }

  private static func grouped(_ value: UInt64) -> String {
    let digits = Array(String(value))
    var text = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  @Test func namesEveryCode() {
    func expect(_ name: String, _ codes: [(UInt8, String)]) {
      let list = codes.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      #expect(document.contains("| \(name) | \(list) |"), "\(name)")
    }
    expect("entity role", EntityRole.allCases.map { ($0.rawValue, "\($0)") })
    expect("entity type", EntityType.allCases.map { ($0.rawValue, "\($0)") })
    expect("event type", EventType.allCases.map { ($0.rawValue, "\($0)") })
    expect("fact 0, lifecycle", Lifecycle.allCases.map { ($0.rawValue, "\($0)") })
    expect("fact 1, write mode", WriteMode.allCases.map { ($0.rawValue, "\($0)") })
    expect("edge basis", EdgeBasis.allCases.map { ($0.rawValue, "\($0)") })
    expect("relation", ReferenceRelation.allCases.map { ($0.rawValue, "\($0)") })
    for key in HeaderKey.allCases {
      let isNamed =
        document.contains("\n  \(key.rawValue) => ")
        || document.contains("\n  ? \(key.rawValue) => ")
      #expect(isNamed, "key \(key.rawValue)")
    }
    // No assigned code beyond the tables: the flags count their bits.
    #expect(HeaderFlags.assigned.rawValue == 63 && SubsetFlags.assigned.rawValue == 15)
    #expect(EdgeFlags.assigned.rawValue == 3)
  }
}
