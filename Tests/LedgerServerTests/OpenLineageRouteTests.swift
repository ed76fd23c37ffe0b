import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import SegmentStorage
import Testing

@testable import LedgerServer

/// What OpenLineage clients send, and how they take the answer.
@Suite struct OpenLineageRouteTests {
  @Test func oneEventIsRecordedOnce() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let first = try await peer.post("/api/v1/lineage", Event.start)
      #expect(first.status == 201)
      let receipt = try first.json
      #expect(receipt["index"] as? Int == 1)
      #expect(first.headers[.ledgerIndex] == "1")
      #expect(first.headers[.ledgerLeafHash] == receipt["leafHash"] as? String)
      #expect(first.headers[.ledgerTreeSize] == "2")
      let again = try await peer.post("/api/v1/lineage?unknown=1", "  \(Event.start)\n")
      #expect(again.status == 200)
      #expect(try again.json["duplicate"] as? Bool == true)
      #expect(try again.json["index"] as? Int == 1)
    }
    #expect(fixture.ledger.size == 2)
    let reader = fixture.ledger.reader()
    #expect(try reader.body(record: 1, body: 0) == Array(Event.start.utf8))
    #expect(try reader.record(at: 1).header.content.source == "local")
  }

  @Test(arguments: [
    "/tenant/api/v1/lineage", "/a/b/api/v1/lineage?x=1", "/tenant/x/api/v1/lineage/batch",
  ])
  func aPrefixIsTolerated(path: String) async throws {
    let fixture = try await ServerFixture()
    let body = path.hasSuffix("batch") ? "[\(Event.start)]" : Event.start
    let answer = try await fixture.serve { try await $0.post(path, body) }
    #expect((200...201).contains(answer.status), "\(answer.text)")
    #expect(fixture.ledger.size == 2)
  }

  @Test(arguments: [
    "application/json", "application/json; charset=UTF-8", "application/vnd.x+json", nil,
  ])
  func mediaTypesAreReadLoosely(type: String?) async throws {
    let fixture = try await ServerFixture()
    let headers: HTTPFields = type.map { [.contentType: $0] } ?? [:]
    let answer = try await fixture.serve {
      try await $0.post("/api/v1/lineage", Event.start, headers)
    }
    #expect(answer.status == 201)
  }

  @Test(arguments: [
    ("", 400, "rejected"), ("{", 400, "rejected"), ("null", 400, "rejected"),
    ("\"text\"", 400, "rejected"), ("{}", 400, "rejected"),
    (#"{"job":{"namespace":"n"}}"#, 400, "rejected"),
    (#"{"run":{},"job":{"namespace":"n","name":"j"}}"#, 400, "rejected"),
    (#"{"job":{"namespace":"n","name":"j"},"x":NaN}"#, 400, "rejected"),
    (#"{"job":{"namespace":"n","name":"j"},"x":1,"x":2}"#, 400, "rejected"),
    (Event.start + Event.start, 400, "rejected"),
  ])
  func whatCannotBeRecordedIsRefused(body: String, status: Int, code: String) async throws {
    let fixture = try await ServerFixture()
    let answer = try await fixture.serve { try await $0.post("/api/v1/lineage", body) }
    #expect(answer.status == status)
    #expect(answer.errorCode == code)
    #expect(fixture.ledger.size == 1)
  }

  @Test(arguments: [
    ("text/plain", nil, 415, "notJSON"), ("application/json", "br", 415, "unsupportedEncoding"),
    ("application/json", "gzip, gzip", 415, "unsupportedEncoding"),
  ])
  func otherFormsAreRefused(
    type: String, encoding: String?, status: Int, code: String
  ) async throws {
    let fixture = try await ServerFixture()
    var headers: HTTPFields = [.contentType: type]
    headers[.contentEncoding] = encoding
    let given = headers
    let answer = try await fixture.serve {
      try await $0.post("/api/v1/lineage", Event.start, given)
    }
    #expect(answer.status == status)
    #expect(answer.errorCode == code)
  }

  @Test func gzipIsInflatedBeforeItIsKept() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let packed: HTTPFields = [.contentType: "application/json", .contentEncoding: "gzip"]
      let answer = try await peer.post("/api/v1/lineage", Packed.event, packed)
      #expect(answer.status == 201, "\(answer.text)")
      // The same event, however it was packed.
      let plain = try await peer.post("/api/v1/lineage", Event.start)
      #expect(plain.status == 200)
      let broken = try await peer.post(
        "/api/v1/lineage", Array(Packed.event.dropLast(9)), packed)
      #expect(broken.status == 400)
      #expect(broken.errorCode == "malformedGzip")
      let notPacked = try await peer.post("/api/v1/lineage", Event.start, packed)
      #expect(notPacked.errorCode == "malformedGzip")
    }
    #expect(try fixture.ledger.reader().body(record: 1, body: 0) == Array(Event.start.utf8))
  }

  @Test func aBombAndAnOversizedBodyAreRefused() async throws {
    var fixture = try await ServerFixture()
    fixture.configuration.limits.bodyByteCount = 64 << 10
    try await fixture.serve { peer async throws in
      let packed: HTTPFields = [.contentType: "application/json", .contentEncoding: "gzip"]
      let bomb = try await peer.post("/api/v1/lineage", Packed.zeros, packed)
      #expect(bomb.status == 413)
      #expect(bomb.errorCode == "bodyOverLimit")
      let padding = String(repeating: " ", count: 64 << 10)
      let long = try await peer.post("/api/v1/lineage", Event.start + padding)
      #expect(long.status == 413)
      #expect(long.headers[.connection] == "close")
      // Exactly the limit is taken.
      let room = (64 << 10) - Event.start.utf8.count
      let full = try await peer.post(
        "/api/v1/lineage", Event.start + String(repeating: " ", count: room))
      #expect(full.status == 201)
    }
  }

  @Test func arraysAreTakenOnBothPaths() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let (a, b) = (Event.numbered(1), Event.numbered(2))
      let single = try await peer.post("/api/v1/lineage", "[\(a),\(b)]")
      #expect(single.status == 201)
      let mixed = try await peer.post(
        "/api/v1/lineage/batch", "[\(a),{\"x\":1},\(Event.numbered(3)),{]")
      #expect(mixed.status == 200)
      let answer = try mixed.json
      #expect(answer["status"] as? String == "partial_success")
      let summary = try #require(answer["summary"] as? NSDictionary)
      #expect(summary["received"] as? Int == 4)
      #expect(summary["successful"] as? Int == 2)
      #expect(summary["failed"] as? Int == 2)
      #expect(summary["non_retriable"] as? Int == 2)
      let failures = try #require(answer["failed_events"] as? [NSDictionary])
      #expect(failures.map { $0["index"] as? Int } == [1, 3])
      let nothing = try await peer.post("/api/v1/lineage/batch", "[{\"x\":1}]")
      #expect(nothing.status == 400)
      let empty = try await peer.post("/api/v1/lineage/batch", "[]")
      #expect(empty.status == 200)
      let noArray = try await peer.post("/api/v1/lineage/batch", Event.start)
      #expect(noArray.status == 400)
    }
    #expect(fixture.ledger.size == 4)
  }

  @Test func eventsAreReadBackInPages() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      for number in 0..<7 {
        let event = Event.numbered(number, time: "2026-01-0\(number + 1)T00:00:00+00:00")
        #expect(try await peer.post("/api/v1/lineage", event).status == 201)
      }
      #expect(try await peer.post("/v1/records", Event.access(1)).status == 201)
      func runs(_ query: String) async throws -> (numbers: [Int], total: Int?) {
        let answer = try await peer.get("/api/v1/events/lineage" + query)
        #expect(answer.status == 200, "\(answer.text)")
        let events = try #require(try answer.json["events"] as? [NSDictionary])
        let numbers = try events.map { event in
          let run = try #require(event["run"] as? NSDictionary)
          let name = try #require(run["runId"] as? String)
          return try #require(Int(name.suffix(12)))
        }
        return (numbers, try answer.json["totalCount"] as? Int)
      }
      #expect(try await runs("") == ([6, 5, 4, 3, 2, 1, 0], 7))
      #expect(try await runs("?sortDirection=asc&limit=3&offset=2") == ([2, 3, 4], 7))
      #expect(try await runs("?limit=2&offset=6") == ([0], 7))
      #expect(try await runs("?limit=0") == ([], 7))
      let after = "after=2026-01-03T00%3A00%3A00%2B00%3A00"
      #expect(try await runs("?sortDirection=asc&\(after)") == ([2, 3, 4, 5, 6], 5))
      #expect(
        try await runs("?\(after)&before=2026-01-05T00:00:00Z&sortDirection=asc") == ([2, 3], 2))
      for bad in ["limit=-1", "limit=x", "offset=1.5", "sortDirection=up", "after=yesterday"] {
        #expect(try await peer.get("/api/v1/events/lineage?\(bad)").status == 400, "\(bad)")
      }
    }
  }

  @Test func aFullDiskIs503AndReadersGoOn() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      #expect(try await peer.post("/api/v1/lineage", Event.start).status == 201)
      _ = try await fixture.ledger.checkpoint()
      fixture.disk.inject(.fail(.noSpace), at: 1)
      let refused = try await peer.post("/api/v1/lineage", Event.numbered(1))
      #expect(refused.status == 503)
      #expect(refused.headers[.retryAfter] != nil)
      fixture.disk.removeFaults()
      let poisoned = try await peer.post("/api/v1/lineage", Event.numbered(1))
      #expect(poisoned.status == 503)
      #expect(poisoned.errorCode == "poisoned")
      let health = try await peer.get("/health")
      #expect(health.status == 503)
      #expect(try health.json["reason"] as? String != nil)
      #expect(health.text.contains("no space"))
      #expect(try await peer.get("/ready").status == 503)
      #expect(try await peer.get("/v1/records/1").status == 200)
      #expect(try await peer.get("/checkpoint").status == 200)
      #expect(try await peer.get("/v1/records/1/proof").status == 200)
      // Reading bodies leaves a record, which cannot be written.
      #expect(try await peer.get("/v1/records/1/bodies/0").status == 503)
    }
  }

  @Test func whenTheQueueIsFullClientsComeAgain() async throws {
    var fixture = try await ServerFixture()
    fixture.configuration.limits.queueByteCount = 1_024
    let appender = Appender(
      ledger: fixture.ledger, limits: fixture.configuration.limits, metrics: ServerMetrics())
    try appender.requireRoom()
    try await fixture.serve { peer async throws in
      #expect(try await peer.get("/ready").status == 200)
      #expect(try await peer.get("/health").status == 200)
    }
    _ = try await fixture.ledger.close()
    let refused = try await fixture.serve { try await $0.post("/api/v1/lineage", Event.start) }
    #expect(refused.status == 503)
    #expect(refused.headers[.retryAfter] == "1")
  }
}
