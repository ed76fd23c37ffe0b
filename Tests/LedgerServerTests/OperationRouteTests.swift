import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

@testable import LedgerServer
@testable import Ledgerstone

/// What operators and lawyers do with a ledger that is served.
@Suite struct OperationRouteTests {
  private static let sealed =
    #"{"kind":"access","entities":[{"role":"target","type":"dataset","namespace":"w","#
    + #""name":"t"},{"role":"actor","type":"service","namespace":"w","name":"s"}],"#
    + #""attributes":{"action":"read","purpose":"test","outcome":"ok"},"#
    + #""bodies":[{"contentType":"text/plain","subject":"p-17","value":"secret"}]}"#

  @Test func checkpointsAndIndexRecords() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let first = try await peer.post("/v1/checkpoint", "")
      #expect(first.status == 200)
      #expect(try await peer.post("/v1/checkpoint", "").bytes == first.bytes)
      let index = try await peer.post("/v1/index", "")
      #expect(index.status == 200)
      let published = try await peer.get("/checkpoint")
      #expect(try index.json["checkpoint"] as? String == published.text)
      #expect(try await peer.get("/v1/ledger").json["indexRecord"] as? Int == 1)
    }
  }

  @Test func theKeyIsRotated() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let old = try await peer.get("/v1/ledger").json["verifierKey"] as? String
      let answer = try await peer.post("/v1/key-rotations", "")
      #expect(answer.status == 201)
      #expect(try answer.json["previousVerifierKey"] as? String == old)
      let new = try #require(try answer.json["verifierKey"] as? String)
      #expect(try await peer.get("/v1/ledger").json["verifierKey"] as? String == new)
      #expect(try await peer.post("/v1/records", Event.access(1)).status == 201)
      _ = try await peer.post("/v1/checkpoint", "")
      let proof = try await peer.get("/v1/records/2/proof")
      let entry = try await peer.get("/v1/records/2/entry").bytes
      #expect(try Verified.isValid(proof.bytes, key: new, entry: entry))
    }
  }

  @Test func aBackupIsMadeInItsFolderOnly() async throws {
    var fixture = try await ServerFixture()
    let ledger = fixture.ledger
    try await fixture.serve { peer async throws in
      let refused = try await peer.post("/v1/backups", #"{"name":"b"}"#)
      #expect(refused.status == 409)
      #expect(refused.errorCode == "noBackupFolder")
    }
    try fixture.disk.makeDirectory("/backups", permissions: .directory)
    fixture.configuration.backupFolder = "/backups"
    try await fixture.serve { peer async throws in
      for bad in [
        "{}", #"{"name":""}"#, #"{"name":"../l"}"#, #"{"name":"/l"}"#, #"{"name":".."}"#,
        #"{"name":"a/b"}"#, #"{"name":1}"#, #"{"name":"a","path":"/x"}"#, "[]", "{",
        #"{"name":"a.tmp"}"#,
      ] {
        #expect(try await peer.post("/v1/backups", bad).status == 400, "\(bad)")
      }
      #expect(ledger.size == 1)
      let made = try await peer.post("/v1/backups", #"{"name":"one"}"#)
      #expect(made.status == 201, "\(made.text)")
      // The record of the backup is in it.
      #expect(try made.json["recordCount"] as? Int == 2)
      let again = try await peer.post("/v1/backups", #"{"name":"one"}"#)
      #expect(again.status == 409)
    }
    let location = LedgerLocation(absoluteDirectory: "/backups/one", absoluteVault: "/none")
    let copy = try LedgerReader.open(at: location, fileSystem: fixture.disk)
    #expect(copy.size == 2)
    #expect(try copy.record(at: 1).header.content.kind == "ledger/exported")
  }

  @Test func aHoldForbidsAnErasureUntilItIsReleased() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let appended = try await peer.post("/v1/records", Self.sealed)
      #expect(appended.status == 201, "\(appended.text)")
      #expect(try await peer.get("/v1/records/1/bodies/0").status == 200)
      let hold = try await peer.post(
        "/v1/holds", #"{"subject":"p-17","basis":"case 1","decidedBy":"legal-counsel"}"#)
      #expect(hold.status == 201, "\(hold.text)")
      let index = try #require(try hold.json["index"] as? Int)
      let request = #"{"request":"r-1","targets":[{"subject":"p-17"}]}"#
      let refused = try await peer.post("/v1/erasures", request)
      #expect(refused.status == 409)
      #expect(try refused.json["outcome"] as? String == "REFUSED")
      let why = #"{"basis":"closed","decidedBy":"legal-counsel"}"#
      #expect(try await peer.post("/v1/holds/1/release", why).status == 404)
      #expect(try await peer.post("/v1/holds/\(index)/release", "{}").status == 400)
      #expect(try await peer.post("/v1/holds/\(index)/release", why).status == 201)
      #expect(try await peer.post("/v1/holds/\(index)/release", why).status == 409)
      let erased = try await peer.post("/v1/erasures", request)
      #expect(erased.status == 200, "\(erased.text)")
      #expect(try erased.json["outcome"] as? String == "ERASED")
      #expect(try erased.json["unsearchedIdentifiers"] as? Int == 0)
      let gone = try await peer.get("/v1/records/1/bodies/0")
      #expect(gone.status == 410)
      #expect(gone.errorCode == "erased")
      #expect(try await peer.get("/v1/records/1").status == 200)
    }
  }

  /// One step of a deletion as a native record.
  private static func step(
    _ kind: String, _ more: String, name: String = "r-1"
  ) -> String {
    """
    {"kind":"erasure/\(kind)",\(more),"entities":[
      {"role":"request","type":"request","namespace":"","name":"\(name)"},
      {"role":"target","type":"dataset","namespace":"w","name":"t"},
      {"role":"actor","type":"service","namespace":"c","name":"d"}]}
    """
  }

  @Test func theStepsOfADeletionFollowEachOther() async throws {
    let fixture = try await ServerFixture()
    let execution = Self.step("execution", #""attributes":{"method":"truncate"}"#)
    let asked = #""attributes":{"regulation":"eu-gdpr:A17","received":"2026-03-04"}"#
    let looked =
      #""attributes":{"method":"full-scan","outcome":"verified","residual":0}"#
    try await fixture.serve { peer async throws in
      #expect(try await peer.post("/v1/deletions", execution).status == 404)
      let first = try await peer.post("/v1/deletions", Self.step("request", asked))
      #expect(first.status == 201, "\(first.text)")
      #expect(try await peer.post("/v1/deletions", Self.step("request", asked)).status == 409)
      let early = Self.step("verification", looked)
      #expect(try await peer.post("/v1/deletions", early).status == 404)
      #expect(try await peer.post("/v1/deletions", execution).status == 201)
      let last = try await peer.post("/v1/deletions", early)
      #expect(last.status == 201, "\(last.text)")
      let record = try await peer.get("/v1/records/3")
      #expect(record.text.contains(#""references":[{"relation":"cites","index":2}]"#))
      let size = fixture.ledger.size
      for bad in [
        "{}", "[]", execution.replacing("request\",\"type", with: "target\",\"type"),
        execution.replacing("{\"kind\"", with: "{\"id\":\"a\",\"kind\""),
        execution.replacing("erasure/execution", with: "erasure/plan"),
        execution.replacing("truncate", with: ""),
        Self.step("request", asked, name: ""), #"{"kind":"dataset","entities":[]}"#,
      ] {
        #expect(try await peer.post("/v1/deletions", bad).status == 400, "\(bad)")
      }
      #expect(fixture.ledger.size == size)
    }
  }

  /// What is on record is looked at and added to in one go.
  @Test func ofEqualRequestsAtOnceOneIsRecorded() async throws {
    let fixture = try await ServerFixture()
    let asked = Self.step(
      "request", #""attributes":{"regulation":"eu-gdpr:A17","received":"2026-03-04"}"#)
    let statuses = try await fixture.serve { peer async throws in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<16 { group.addTask { try await peer.post("/v1/deletions", asked).status } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
    }
    #expect(statuses.sorted() == [201] + [Int](repeating: 409, count: 15))
    #expect(fixture.ledger.size == 2)
  }

  @Test(arguments: [
    ("/v1/erasures", "{}"), ("/v1/erasures", #"{"request":"r"}"#),
    ("/v1/erasures", #"{"request":"r","targets":[]}"#),
    ("/v1/erasures", #"{"request":"","targets":[{"subject":"a"}]}"#),
    ("/v1/erasures", #"{"request":"of p-17","targets":[{"subject":"p-17"}]}"#),
    ("/v1/erasures", #"{"request":"r","targets":[{"subject":"a"}],"regulation":""}"#),
    ("/v1/erasures", #"{"request":"r","targets":[{"subject":"a"}],"received":""}"#),
    ("/v1/erasures", #"{"request":"r","targets":[{"subject":"a"}],"received":"by a"}"#),
    ("/v1/erasures", #"{"request":"r","targets":[{"subject":"a","record":1,"body":0}]}"#),
    ("/v1/erasures", #"{"request":"r","targets":[{"record":1}]}"#),
    ("/v1/erasures", #"{"request":"r","targets":[{"record":-1,"body":0}]}"#),
    ("/v1/erasures", #"{"request":"r","targets":[{"person":"a"}]}"#),
    ("/v1/erasures", #"{"request":"r","target":[{"subject":"a"}]}"#),
    ("/v1/holds", "{}"), ("/v1/holds", #"{"basis":"b","decidedBy":"d"}"#),
    ("/v1/holds", #"{"basis":"b","decidedBy":"d","everything":false}"#),
    ("/v1/holds", #"{"basis":"b","decidedBy":"d","everything":true,"subject":"a"}"#),
    ("/v1/holds", #"{"basis":"b","decidedBy":"d","record":1}"#),
    ("/v1/holds", #"{"basis":"b","decidedBy":"d","entity":"nonsense"}"#),
    ("/v1/holds", #"{"basis":"b","decidedBy":"d","entity":"dataset:a:b@1"}"#),
    ("/v1/holds", #"{"decidedBy":"d","everything":true}"#),
    ("/v1/holds/x/release", #"{"basis":"b","decidedBy":"d"}"#),
  ])
  func badRequestsAreRefused(path: String, body: String) async throws {
    let fixture = try await ServerFixture()
    let answer = try await fixture.serve { try await $0.post(path, body) }
    #expect(answer.status == 400, "\(answer.status) \(answer.text)")
    #expect(fixture.ledger.size == 1)
  }

  @Test func metricsAreWellFormed() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      #expect(try await peer.post("/v1/records", Event.access(1)).status == 201)
      #expect(try await peer.post("/v1/records", "{}").status == 400)
      let answer = try await peer.get("/metrics")
      #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
      var values: [String: Double] = [:]
      for line in answer.text.split(separator: "\n") where !line.hasPrefix("#") {
        let parts = line.split(separator: " ")
        #expect(parts.count == 2, "\(line)")
        guard let value = Double(parts[1]) else {
          Issue.record("no number: \(line)")
          continue
        }
        values[String(parts[0])] = value
      }
      #expect(values["ledgerstone_records"] == 2)
      #expect(values["ledgerstone_appends_total{outcome=\"recorded\"}"] == 1)
      #expect(values["ledgerstone_appends_total{outcome=\"rejected\"}"] == 1)
      #expect(values["ledgerstone_http_answers_total{class=\"4xx\"}"] == 1)
      #expect(values["ledgerstone_commit_seconds_count"] == 1)
      #expect(values["ledgerstone_commit_seconds_bucket{le=\"+Inf\"}"] == 1)
      #expect(values["ledgerstone_poisoned"] == 0)
      #expect((values["ledgerstone_disk_bytes"] ?? 0) > 0)
      // Nothing is indexed or signed yet; then something is.
      #expect(values["ledgerstone_index_lag_records"] == 2)
      #expect(values["ledgerstone_index_record"] == nil)
      #expect(values["ledgerstone_checkpoint_age_seconds"] == nil)
      #expect(try await peer.post("/v1/index", "").status == 200)
      let names = try await peer.get("/metrics").text.split(separator: "\n")
        .filter { !$0.hasPrefix("#") }.map { String($0.prefix { $0 != " " && $0 != "{" }) }
      #expect(
        Set(names.map { $0.dropFirst("ledgerstone_".count) }) == [
          "records", "records_appended_total", "groups_total", "group_records",
          "commit_seconds_bucket", "commit_seconds_sum", "commit_seconds_count", "queue_bytes",
          "receiving_bytes", "sealed_segments_total", "checkpoint_records",
          "checkpoint_age_seconds", "index_record", "index_lag_records", "disk_bytes", "poisoned",
          "appends_total", "http_answers_total", "http_requests_underway",
        ])
    }
  }

  @Test(arguments: ["/", "/v1", "/v2/records", "/api/v1", "/v1/records/0/nothing"])
  func otherPathsAre404(path: String) async throws {
    let fixture = try await ServerFixture()
    let answer = try await fixture.serve { try await $0.get(path) }
    #expect(answer.status == 404)
    #expect(answer.errorCode == "noRoute")
  }
}
