import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerFormat
import LedgerTestSupport
import NIOCore
import SegmentStorage
import Synchronization
import Testing

@testable import LedgerServer
@testable import Ledgerstone

/// Single events and full tiles are answered around the routes: nobody may see a difference.
@Suite struct DirectHandlerTests {
  private static let patience = 60.0

  private static func post(_ body: String, _ more: String = "", length: Int? = nil) -> String {
    "POST /api/v1/lineage HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(length ?? body.utf8.count)\r\n\(more)\r\n\(body)"
  }

  /// The status and the fields of the first answer, and its body.
  private static func answer(
    _ fixture: ServerFixture, _ request: String
  ) async throws -> (head: [String], body: String) {
    try await fixture.serve(.live) { peer async throws in
      let client = try await RawClient.connect(port: try #require(peer.client.port))
      try await client.send(request)
      #expect(await client.hasReceived("}", within: patience), "\(request)")
      let parts = client.text.components(separatedBy: "\r\n\r\n")
      return (parts[0].components(separatedBy: "\r\n"), parts.dropFirst().joined())
    }
  }

  private static func names(_ head: [String]) -> Set<String> {
    Set(head.dropFirst().map { $0.prefix { $0 != ":" }.lowercased() })
  }

  /// A field that only the routes take a request with.
  private static let roundabout = "Expect: nothing\r\n"

  @Test(arguments: [
    Event.start, "  " + Event.start + "\n", Event.numbered(7), "[\(Event.start)]", "{", "[]",
    "null",
    #"{"job":{"namespace":"n","name":"j"}}"#, #"{"run":{},"job":{"namespace":"n","name":"j"}}"#,
  ])
  func eventsAreAnsweredAsByTheRoutes(event: String) async throws {
    let direct = try await Self.answer(ServerFixture(), Self.post(event))
    let routed = try await Self.answer(ServerFixture(), Self.post(event, Self.roundabout))
    #expect(direct.head.first == routed.head.first)
    #expect(Self.names(direct.head) == Self.names(routed.head))
    let keys = try [direct, routed].map { answer in
      let object = try JSONSerialization.jsonObject(with: Data(answer.body.utf8))
      return (object as? [String: Any])?.keys.sorted()
    }
    #expect(keys[0] == keys[1])
  }

  @Test func aDuplicateIsOneWhicheverWayItComes() async throws {
    let fixture = try await ServerFixture()
    let first = try await Self.answer(fixture, Self.post(Event.start))
    #expect(first.head[0].contains("201"))
    for more in ["", Self.roundabout] {
      let again = try await Self.answer(fixture, Self.post(Event.start, more))
      #expect(again.head[0].contains("200") && again.body.contains("\"duplicate\":true"))
    }
    #expect(fixture.ledger.size == 2)
  }

  @Test func whoMayNotIsRefused() async throws {
    var fixture = try await ServerFixture()
    let tokens = try fixture.setUpTokens()
    for (token, status) in [
      (nil, "401"), ("lst_0_0", "401"), (tokens[.auditor], "403"), (tokens[.appender], "201"),
    ] {
      let more = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
      let answer = try await Self.answer(fixture, Self.post(Event.start, more))
      #expect(answer.head[0].contains(status), "\(status): \(answer.head)")
    }
    #expect(fixture.ledger.size == 2)
    #expect(try fixture.ledger.reader().record(at: 1).header.content.source == "svc-appender")
  }

  @Test func aWebPageIsRefused() async throws {
    let more = "Origin: https://evil.example\r\n"
    let answer = try await Self.answer(ServerFixture(), Self.post(Event.start, more))
    #expect(answer.head[0].contains("403"))
  }

  @Test func aFailedWriterIs503() async throws {
    let fixture = try await ServerFixture()
    fixture.disk.inject(.fail(.noSpace), at: 1)
    for _ in 0..<2 {
      let answer = try await Self.answer(fixture, Self.post(Event.start))
      #expect(answer.head[0].contains("503"))
      #expect(Self.names(answer.head).contains("retry-after"))
    }
  }

  @Test func aFullBudgetIs503() async throws {
    var fixture = try await ServerFixture()
    fixture.configuration.limits.bodyByteCount = 1_024
    fixture.configuration.limits.bufferedByteCount = 1_024
    let served = fixture
    try await served.serve(.live) { peer async throws in
      let port = try #require(peer.client.port)
      let holder = try await RawClient.connect(port: port)
      try await holder.send(Self.post(String(repeating: " ", count: 900), length: 1_000))
      // The first has to have arrived.
      try await Task.sleep(for: .milliseconds(300))
      let client = try await RawClient.connect(port: port)
      try await client.send(Self.post(Event.start))
      #expect(await client.hasReceived("503", within: Self.patience))
      await holder.close()
      for _ in 0..<500 {
        if try await peer.post("/api/v1/lineage", Event.start).status == 201 { break }
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(served.ledger.size == 2)
    }
  }

  /// Requests that are answered around the routes and others on one connection keep their order.
  @Test func pipelinedRequestsKeepTheirOrder() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve(.live) { peer async throws in
      let client = try await RawClient.connect(port: try #require(peer.client.port))
      let requests = (1...40).map { number -> String in
        switch number % 4 {
        case 0: "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        case 1: Self.post(Event.numbered(number), Self.roundabout)
        default: Self.post(Event.numbered(number))
        }
      }
      try await client.send(requests.joined())
      try await client.send("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(await client.hasReceived("\"openapi\"", within: Self.patience))
      let answers = client.text.components(separatedBy: "HTTP/1.1 ").dropFirst()
      let found = answers.prefix(40).map { $0.contains("\"status\"") ? 0 : 1 }
      #expect(found == (1...40).map { $0 % 4 == 0 ? 0 : 1 })
      #expect(fixture.ledger.size == 31)
    }
  }

  /// A client may close its side behind its last request.
  @Test func whoClosesItsSideIsAnswered() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve(.live) { peer async throws in
      for number in 1...20 {
        let client = try await RawClient.connect(port: try #require(peer.client.port))
        try await client.send(Self.post(Event.numbered(number)))
        await client.closeOutput()
        #expect(await client.hasReceived("\"index\":\(number)", within: Self.patience))
        #expect(await client.isClosed(within: Self.patience))
      }
    }
  }

  /// Whoever goes before the answer leaves nothing behind but its record.
  @Test func whoVanishesIsForgotten() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve(.live) { peer async throws in
      for number in 1...20 {
        let client = try await RawClient.connect(port: try #require(peer.client.port))
        try await client.send(Self.post(Event.numbered(number)))
        await client.close()
      }
      for _ in 0..<6_000 where fixture.ledger.size < 21 {
        try await Task.sleep(for: .milliseconds(10))
      }
      let metrics = try await peer.get("/metrics").text
      #expect(metrics.contains("ledgerstone_http_requests_underway 1\n"))
      #expect(metrics.contains("ledgerstone_receiving_bytes 0\n"))
    }
  }

  @Test func atAShutdownWhatIsUnderWayIsAnswered() async throws {
    let fixture = try await ServerFixture()
    let client = Mutex<RawClient?>(nil)
    try await fixture.serve(.live) { peer async throws in
      let other = try await RawClient.connect(port: try #require(peer.client.port))
      client.withLock { $0 = other }
      try await other.send(Self.post(Event.start))
      // The server is told to go at once.
    }
    let text = client.withLock { $0 }?.text ?? ""
    // Either it came too late, or it was recorded and answered.
    #expect(text.contains("\"index\":1") == (fixture.ledger.size == 2), "\(text)")
  }

  @Test func tilesAreTheSameFromTheirMemory() async throws {
    var fixture = try await ServerFixture()
    let lines = (0..<300).map { Event.access($0) }.joined(separator: "\n")
    try await fixture.serve {
      _ = try await $0.post("/v1/records", lines, [.contentType: "application/x-ndjson"])
    }
    _ = try await fixture.ledger.checkpoint()
    let tokens = try fixture.setUpTokens()
    try await fixture.serve(.live) { peer async throws in
      for path in ["/tile/0/000", "/tile/entries/000"] {
        let first = try await peer.get(path, .bearer(tokens[.auditor]))
        let second = try await peer.get(path, .bearer(tokens[.auditor]))
        #expect(first.status == 200 && second.status == 200)
        #expect(first.bytes == second.bytes)
        #expect(
          Set(first.headers.map(\.name)) == Set(second.headers.map(\.name)),
          "\(first.headers) \(second.headers)")
        #expect(second.headers[.cacheControl]?.contains("immutable") == true)
        #expect(try await peer.get(path).status == 401)
        #expect(try await peer.get(path, .bearer(tokens[.appender])).status == 403)
        let head = try await peer.send(.head, path, nil, .bearer(tokens[.auditor]))
        #expect(head.status == 200 && head.bytes.isEmpty)
      }
    }
  }

  @Test(arguments: [
    ("1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("1969-12-31T23:59:59.5Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
    ("2024-02-29T12:00:00Z", "Thu, 29 Feb 2024 12:00:00 GMT"),
    ("2026-11-27T05:08:01Z", "Fri, 27 Nov 2026 05:08:01 GMT"),
  ])
  func datesAreThoseOfHTTP(time: String, date: String) throws {
    let time = try #require(Timestamp.parse(time)).timestamp
    let dates = HTTPDate()
    #expect(dates.text(at: time) == date)
    #expect(dates.text(at: time) == date)
  }

  @Test func theTileCacheIsBounded() {
    let cache = TileCache(byteCountMax: 100)
    for number in 0..<50 { cache.keep(.init(repeating: UInt8(number), count: 30), at: "\(number)") }
    #expect(cache.byteCount == 90)
    cache.keep(.init(repeating: 0, count: 101), at: "large")
    #expect(cache["large"] == nil)
    #expect(cache["49"]?.readableBytes == 30)
    cache.keep(.init(repeating: 0, count: 5), at: "49")
    #expect(cache["49"]?.readableBytes == 30)
    #expect(cache.byteCount == 90)
  }
}
