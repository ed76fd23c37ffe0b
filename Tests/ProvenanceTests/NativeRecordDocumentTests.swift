import Foundation
import LedgerFormat
import Provenance
import Testing

/// The document of the native format: every example in it is a record, and its tables are whole.
struct NativeRecordDocumentTests {
  private let text: String

  init() throws {
    let package = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    text = try String(
      contentsOf: package.appending(
        path: "Sources/Provenance/Documentation.docc/NativeRecords.md"),
      encoding: .utf8)
  }

  private var examples: [String] {
    text.components(separatedBy: "```json\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
  }

  @Test func everyExampleIsARecord() throws {
    var kinds: [String] = []
    for example in examples {
      // In a file each is one line.
      let line = example.replacing("\n", with: " ")
      let draft = try NativeRecord.draft(parsing: Array(line.utf8), source: "local")
      try draft.content.validate()
      #expect(draft.content.eventTime != nil && draft.content.flags == [])
      kinds.append(draft.content.kind)
    }
    #expect(
      kinds == [
        "access", "access", "run", "derivation", "erasure/request", "erasure/execution",
        "erasure/verification",
      ])
  }

  @Test func examplesMeanWhatTheTextSays() throws {
    let drafts = try examples.map { try NativeRecord.draft(parsing: Array($0.utf8), source: "x") }
    #expect(
      drafts[0].content.entities == [
        Entity(role: .actor, type: .service, namespace: "acme", name: "reporting"),
        Entity(
          role: .target, type: .dataset, namespace: "postgres://warehouse:5432",
          name: "shop.public.orders", version: "snapshot-7"),
      ])
    #expect(drafts[0].content.attributes["rows"] == .integer(1_204))
    #expect(drafts[0].content.publicIdentifier == nil)
    #expect(!"\(drafts[1].content)".contains("staff-4711"))
    #expect(
      drafts[1].bodies == [
        BodyDraft(
          contentType: "application/json",
          bytes: Array(#"{"person": "staff-4711", "address": "192.0.2.17"}"#.utf8))
      ])
    #expect(drafts[2].content.edges == [Edge(target: 3, source: 2, basis: .explicit)])
    #expect(drafts[2].content.producerSequence == 7)
    #expect(
      drafts[2].content.entities[3].facts
        == EntityFacts(
          writeMode: .partition, areEdgesComplete: true))
    #expect(
      drafts[3].content.edges == [Edge(target: 0, source: 1, basis: .column, flags: .masked)])
    #expect(drafts[5].content.references == [RecordReference(relation: .answers, index: 41)])
    #expect(
      drafts[6].bodies == [
        BodyDraft(
          contentType: "text/plain; charset=utf-8",
          bytes: Array("scan of 1 table, 0 rows found".utf8)),
        BodyDraft(contentType: "application/octet-stream", bytes: [0, 1, 2, 255]),
      ])
  }

  @Test func everyNativeKindIsInTheTable() {
    for kind in RecordKind.native {
      #expect(text.contains("`\(kind.rawValue)`"), "\(kind.rawValue)")
    }
  }
}
