import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import Ledgerstone
import Provenance
import SegmentStorage
import Testing

@testable import LedgerServer

/// Native records: appended, read, proved.
@Suite struct RecordRouteTests {
  private static let lines: HTTPFields = [.contentType: "application/x-ndjson"]

  @Test func oneRecord() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let first = try await peer.post("/v1/records", Event.access(1, id: "a"))
      #expect(first.status == 201)
      #expect(try first.json["id"] as? String == "a")
      let again = try await peer.post("/v1/records", Event.access(1, id: "a"))
      #expect(again.status == 200)
      let other = try await peer.post("/v1/records", Event.access(2, id: "a"))
      #expect(other.status == 409)
      #expect(other.errorCode == "conflict")
      // Without an id two alike are two.
      for _ in 0..<2 {
        #expect(try await peer.post("/v1/records", Event.access(3)).status == 201)
      }
      let record = try await peer.get("/v1/records/1")
      #expect(try record.json["kind"] as? String == "access")
      #expect(try record.json["leafHash"] as? String == first.json["leafHash"] as? String)
      let entry = try await peer.get("/v1/records/1/entry")
      #expect(
        SHA256Hasher.hash([0] + entry.bytes).description == first.headers[.ledgerLeafHash])
      let body = try await peer.get("/v1/records/1/bodies/0")
      #expect(body.text == #"{"n":1}"#)
    }
    #expect(fixture.ledger.size == 5)
  }

  @Test(arguments: [
    ("{}", 400), ("[]", 400), ("", 400), (#"{"kind":"ledger/read"}"#, 400),
    (#"{"kind":"nonsense"}"#, 400), (#"{"kind":"access"}"#, 400),
  ])
  func badRecordsAreRefused(body: String, status: Int) async throws {
    let fixture = try await ServerFixture()
    let answer = try await fixture.serve { try await $0.post("/v1/records", body) }
    #expect(answer.status == status)
    #expect(fixture.ledger.size == 1)
  }

  @Test func anUnknownReferenceIsRefused() async throws {
    let fixture = try await ServerFixture()
    let text =
      Event.access(1).dropLast()
      + #","references":[{"relation":"supersedes","index":99}]}"#
    let answer = try await fixture.serve { try await $0.post("/v1/records", String(text)) }
    #expect(answer.status == 400)
    #expect(answer.errorCode == "unknownReference")
  }

  @Test(arguments: [
    "/v1/records/99", "/v1/records/99/entry", "/v1/records/99/proof", "/v1/records/0/bodies/0",
    "/v1/records/99/openings/0", "/v1/records/0/bodies/9999999999",
  ])
  func whatIsNotThereIs404(path: String) async throws {
    let fixture = try await ServerFixture()
    let answer = try await fixture.serve { try await $0.get(path) }
    #expect(answer.status == 404, "\(answer.text)")
  }

  @Test(arguments: [
    "/v1/records/-1", "/v1/records/x", "/v1/records/01", "/v1/records/18446744073709551616",
    "/v1/records/0/bodies/-1", "/v1/records/0/bodies/x", "/v1/records/1e3",
  ])
  func whatIsNoNumberIs400(path: String) async throws {
    let fixture = try await ServerFixture()
    let answer = try await fixture.serve { try await $0.get(path) }
    #expect(answer.status == 400, "\(answer.text)")
  }

  private static func parsed(_ answer: TestAnswer) throws -> [NSDictionary] {
    try answer.text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? NSDictionary)
    }
  }

  // Over a socket it is sent in the tests of interoperation: a client of the test framework gives
  // up after 20 seconds, however busy the machine is.
  @Test func aStreamOfRecords() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let text =
        "\n" + Event.access(1, id: "a") + "\nnot JSON\n" + Event.access(1, id: "a") + "\r\n"
        + Event.access(2, id: "a") + "\n" + Event.access(3)
      let answer = try await peer.post("/v1/records", text, Self.lines)
      #expect(answer.status == 200)
      #expect(answer.headers[.contentType] == "application/x-ndjson")
      let lines = try Self.parsed(answer)
      #expect(lines.map { $0["line"] as? Int } == [2, 3, 4, 5, 6, nil])
      #expect(lines[0]["index"] as? Int == 1)
      #expect((lines[1]["error"] as? NSDictionary)?["code"] as? String == "rejected")
      #expect(lines[2]["duplicate"] as? Bool == true)
      #expect((lines[3]["error"] as? NSDictionary)?["code"] as? String == "conflict")
      #expect(lines[4]["index"] as? Int == 2)
      let summary = try #require(lines[5]["summary"] as? NSDictionary)
      #expect(summary == ["recorded": 2, "duplicates": 1, "rejected": 2])
    }
    #expect(fixture.ledger.size == 3)
  }

  @Test func aLongStreamKeepsItsOrder() async throws {
    let fixture = try await ServerFixture()
    let count = 3_000
    try await fixture.serve { peer async throws in
      let text = (0..<count).map { Event.access($0) }.joined(separator: "\n")
      let lines = try Self.parsed(try await peer.post("/v1/records", text, Self.lines))
      #expect(lines.count == count + 1)
      #expect(lines.dropLast().map { $0["line"] as? Int } == (1...count).map { $0 })
      #expect(lines.dropLast().map { $0["index"] as? Int } == (1...count).map { $0 })
    }
    let reader = fixture.ledger.reader()
    #expect(try reader.body(record: 2_001, body: 0) == Array(#"{"n":2000}"#.utf8))
  }

  /// Pieces of a stream are parsed side by side, and recorded one after the other all the same.
  @Test func aStreamIsRecordedInTheOrderOfItsLines() async throws {
    let fixture = try await ServerFixture()
    let count = 2_000
    try await fixture.serve(.live) { peer async throws in
      let client = try await RawClient.connect(port: try #require(peer.client.port))
      try await client.send(
        "POST /v1/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n")
      for start in stride(from: 0, to: count, by: 10) {
        let lines = (start..<start + 10).map { Event.access($0) + "\n" }.joined()
        try await client.send("\(String(lines.utf8.count, radix: 16))\r\n\(lines)\r\n")
      }
      try await client.send("0\r\n\r\n")
      #expect(await client.hasReceived("\"recorded\":\(count)", within: 120))
    }
    let reader = fixture.ledger.reader()
    for number in 0..<count {
      let names = try reader.record(at: UInt64(number) + 1).header.content.entities.map(\.name)
      guard names.first == "t\(number)" else {
        Issue.record("record \(number + 1) is about \(names)")
        return
      }
    }
  }

  /// Appends that were queued one after the other are recorded so, whenever they are waited for.
  @Test func whatIsQueuedKeepsItsOrder() async throws {
    let fixture = try await ServerFixture()
    let appender = Appender(
      ledger: fixture.ledger, limits: fixture.configuration.limits, metrics: ServerMetrics())
    var queued: [AppendUnderWay] = []
    for number in 0..<200 {
      var batch = fixture.ledger.makeBatch()
      let line = Array(Event.access(number).utf8)
      try batch.append(NativeRecord.draft(parsing: line, source: "t"))
      queued.append(try await appender.queueWhenThereIsRoom(batch))
    }
    for (number, append) in queued.enumerated().reversed() {
      guard case .recorded(let receipt)? = try await append.value().first else {
        Issue.record("\(number) was not recorded")
        return
      }
      #expect(receipt.index == UInt64(number) + 1)
    }
    let empty = try await appender.queueWhenThereIsRoom(fixture.ledger.makeBatch())
    #expect(try await empty.value().isEmpty)
  }

  @Test func aStreamOverADeadWriterSaysSo() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      fixture.disk.inject(.fail(.noSpace), at: 1)
      let answer = try await peer.post("/v1/records", Event.access(1), Self.lines)
      let lines = try Self.parsed(answer)
      #expect((lines.last?["error"] as? NSDictionary)?["code"] as? String == "storage")
      #expect(!answer.text.contains("summary"))
      #expect(try await peer.post("/v1/records", Event.access(1), Self.lines).status == 503)
    }
  }

  @Test func aStreamMayBePacked() async throws {
    let fixture = try await ServerFixture()
    let headers: HTTPFields = [
      .contentType: "application/x-ndjson", .contentEncoding: "gzip",
    ]
    try await fixture.serve { peer async throws in
      let lines = try Self.parsed(try await peer.post("/v1/records", Packed.members, headers))
      #expect((lines[0]["error"] as? NSDictionary)?["code"] as? String == "rejected")
      let cut = try Self.parsed(
        try await peer.post("/v1/records", Array(Packed.members.dropLast(5)), headers))
      #expect((cut.last?["error"] as? NSDictionary)?["code"] as? String == "malformedGzip")
      // Zeros without end are no line; what is held of them is bounded.
      let zeros = try Self.parsed(try await peer.post("/v1/records", Packed.zeros, headers))
      #expect(zeros.count == 2)
    }
    #expect(fixture.ledger.size == 1)
  }

  @Test func proofsAreWhatTheVerifierTakes() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let first = try await peer.post("/v1/checkpoint", "")
      let saved = try #require(try first.json["checkpoint"] as? String)
      #expect(try await peer.post("/v1/records", Event.access(1)).status == 201)
      #expect(try await peer.get("/v1/records/1/proof").status == 404, "not covered yet")
      #expect(try await peer.get("/v1/completeness?entity=dataset:w:t1").status == 409)
      #expect(try await peer.post("/v1/index", "").status == 200)
      let key = try #require(
        try await peer.get("/v1/ledger").json["verifierKey"] as? String)
      let entry = try await peer.get("/v1/records/1/entry").bytes
      let proof = try await peer.get("/v1/records/1/proof")
      #expect(try Verified.isValid(proof.bytes, key: key, entry: entry))
      #expect(try !Verified.isValid(proof.bytes, key: key, entry: entry + [0]))
      let consistency = try await peer.post("/v1/consistency", saved, [:])
      #expect(try Verified.isValid(consistency.bytes, key: key))
      let complete = try await peer.get("/v1/completeness?entity=dataset:w:t1")
      #expect(try Verified.isValid(complete.bytes, key: key))
      #expect(complete.headers[.ledgerIndexRecord] == "2")
      let absent = try await peer.get("/v1/completeness?entity=dataset:w:none")
      #expect(try Verified.isValid(absent.bytes, key: key))
      let closure = try await peer.get("/v1/closure/proof?entity=dataset:w:t1&since=0")
      #expect(closure.status == 200, "\(closure.text)")
      #expect(try Verified.isValid(closure.bytes, key: key))
      // An honest index omits nothing.
      let omission = try await peer.get("/v1/omission?entity=dataset:w:t1&record=1")
      #expect(omission.errorCode == "notOmitted")
      #expect(try await peer.get("/v1/omission?entity=dataset:w:t2&record=1").status == 400)
      #expect(try await peer.get("/v1/omission?entity=dataset:w:t1&record=99").status == 404)
      for bad in ["", "x", saved + "x", saved.replacingOccurrences(of: "\n1\n", with: "\n2\n")] {
        #expect(try await peer.post("/v1/consistency", bad, [:]).status == 400)
      }
    }
  }
}
