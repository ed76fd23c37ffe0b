import Foundation
import LedgerFormat
import Provenance
import Testing

/// Real events, and events that the OpenLineage project calls invalid.
@Suite(.enabled(if: SharedData.folder != nil))
struct OpenLineageSharedTests {
  @Test func everyConsumerEventIsTaken() throws {
    let files = try SharedData.jsonFiles(below: "data/openlineage/consumer")
    #expect(files.count == 74)
    var distinct: Set<[UInt8]> = []
    for (name, bytes) in files {
      let event = try OpenLineageEvent(parsing: bytes)
      #expect(event.shape == .run, "\(name)")
      let draft = try event.draft(source: "local")
      #expect(throws: Never.self, "\(name)") { try draft.content.validate() }
      #expect(draft == (try OpenLineageEvent(parsing: bytes).draft(source: "local")))
      distinct.insert(draft.bodies[0].bytes)
      try expectSameFacts(draft.content, bytes, name)
    }
    #expect(distinct.count == 70)
  }

  /// The obvious reading of the same event through Foundation.
  private func expectSameFacts(
    _ content: RecordContent, _ bytes: [UInt8], _ name: String
  ) throws {
    let event = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    func names(_ key: String) -> [[String]] {
      var result: [[String]] = []
      for dataset in event[key] as? [[String: Any]] ?? [] {
        let pair = [dataset["namespace"] as? String ?? "?", dataset["name"] as? String ?? "?"]
        if !result.contains(pair) { result.append(pair) }
      }
      return result
    }
    func names(_ role: EntityRole) -> [[String]] {
      content.entities.filter { $0.role == role }.map { [$0.namespace, $0.name] }
    }
    let run = event["run"] as? [String: Any]
    let job = event["job"] as? [String: Any]
    #expect(names(.run) == [["", run?["runId"] as? String ?? "?"]], "\(name)")
    #expect(
      names(.job) == [[job?["namespace"] as? String ?? "?", job?["name"] as? String ?? "?"]])
    #expect(names(.input) == names("inputs"), "\(name)")
    #expect(names(.output) == names("outputs"), "\(name)")
    #expect(content.eventType?.codeName == event["eventType"] as? String, "\(name)")
    #expect(content.eventTime != nil, "\(name)")
    #expect(content.kind == "run")
  }

  @Test func onlyTheEventWithoutRunIdentifierIsRefused() throws {
    let files = try SharedData.jsonFiles(below: "data/openlineage/invalid")
    #expect(files.count == 8)
    for (name, bytes) in files {
      let draft = Result { try OpenLineageEvent(parsing: bytes).draft(source: "local") }
      if name == "event_no_run_id.json" {
        #expect(throws: OpenLineageRejection.noRunIdentifier) { try draft.get() }
      } else {
        #expect(throws: Never.self, "\(name)") { try draft.get().content.validate() }
      }
    }
  }
}
