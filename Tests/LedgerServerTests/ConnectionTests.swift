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

/// Clients that are slow, rude or gone. What a test waits for comes soon; how soon is not judged.
@Suite struct ConnectionTests {
  private static let patience = 60.0

  private func serve(
    limits change: (inout ServerLimits) -> Void = { _ in },
    _ body: @Sendable (Int, TestPeer, ServerFixture) async throws -> Void
  ) async throws {
    var fixture = try await ServerFixture()
    change(&fixture.configuration.limits)
    let served = fixture
    try await served.serve(.live) { peer async throws in
      try await body(try #require(peer.client.port), peer, served)
    }
  }

  private static func post(_ body: String, length: Int? = nil, more: String = "") -> String {
    "POST /api/v1/lineage HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      + "Content-Length: \(length ?? body.utf8.count)\r\n\(more)\r\n\(body)"
  }

  @Test func whoSendsNoHeadersIsLetGo() async throws {
    try await serve {
      $0.headerSeconds = 0.3
    } _: { port, _, _ async throws in
      let silent = try await RawClient.connect(port: port)
      #expect(await silent.isClosed(within: Self.patience))
      // A header a little at a time is no better.
      let dripping = try await RawClient.connect(port: port)
      for letter in "GET /health HTTP/1.1\r\nHost: localhost" {
        if await dripping.isClosed(within: 0.02) { break }
        try? await dripping.send(String(letter))
      }
      #expect(await dripping.isClosed(within: Self.patience))
      #expect(dripping.text.isEmpty)
    }
  }

  @Test func aConnectionIsUsedAgain() async throws {
    try await serve { port, _, fixture async throws in
      let client = try await RawClient.connect(port: port)
      for number in 1...3 {
        try await client.send(Self.post(Event.numbered(number)))
        #expect(
          await client.hasReceived("\"index\":\(number)", within: Self.patience), "\(number)")
      }
      await client.close()
      #expect(fixture.ledger.size == 4)
    }
  }

  @Test func anIdleConnectionIsClosed() async throws {
    try await serve {
      $0.idleSeconds = 0.5
    } _: { port, _, _ async throws in
      let client = try await RawClient.connect(port: port)
      // It may be closed before this is sent.
      try? await client.send(Self.post(Event.start))
      #expect(await client.isClosed(within: Self.patience))
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await serve { port, _, _ async throws in
      let client = try await RawClient.connect(port: port)
      try await client.send((1...20).map { Self.post(Event.numbered($0)) }.joined())
      #expect(await client.hasReceived("\"index\":20", within: Self.patience))
      let places = (1...20).compactMap { client.text.range(of: "\"index\":\($0),")?.lowerBound }
      #expect(places.count == 20 && places == places.sorted())
    }
  }

  @Test func aClientThatVanishesLeavesNothingHalfDone() async throws {
    try await serve { port, peer, fixture async throws in
      for _ in 0..<10 {
        let client = try await RawClient.connect(port: port)
        try await client.send(Self.post(Event.start, length: 10_000))
        await client.close()
      }
      let stream = try await RawClient.connect(port: port)
      try await stream.send(
        "POST /v1/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n")
      let line = Event.access(1) + "\n"
      try await stream.send("\(String(line.utf8.count, radix: 16))\r\n\(line)\r\n")
      // The receipt comes while the stream is open.
      #expect(await stream.hasReceived("\"index\":1", within: Self.patience))
      try await stream.send("ff\r\n{\"kind\":")
      await stream.close()
      let after = try await peer.post("/v1/records", Event.access(2))
      #expect(after.status == 201)
      #expect(try after.json["index"] as? Int == 2)
      #expect(fixture.ledger.size == 3)
    }
  }

  @Test func whatIsTooLongIsStoppedEarly() async throws {
    try await serve {
      $0.bodyByteCount = 1_024
    } _: { port, _, fixture async throws in
      let client = try await RawClient.connect(port: port)
      // Refused by its length, before any of it comes.
      try await client.send(Self.post("", length: 1 << 40))
      #expect(await client.hasReceived("413", within: Self.patience))
      #expect(await client.isClosed(within: Self.patience))
      let chunked = try await RawClient.connect(port: port)
      try await chunked.send(
        "POST /api/v1/lineage HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
      let piece = String(repeating: " ", count: 512)
      for _ in 0..<3 { try? await chunked.send("200\r\n\(piece)\r\n") }
      #expect(await chunked.hasReceived("413", within: Self.patience))
      #expect(await chunked.isClosed(within: Self.patience))
      #expect(fixture.ledger.size == 1)
    }
  }

  @Test func headersHaveALimit() async throws {
    try await serve { port, _, _ async throws in
      for header in [
        "X-Long: " + String(repeating: "a", count: 70 << 10),
        (0..<200).map { "X-\($0): 1" }.joined(separator: "\r\n"),
      ] {
        let client = try await RawClient.connect(port: port)
        try await client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n\r\n")
        #expect(await client.isClosed(within: Self.patience))
        #expect(!client.text.contains("200 OK"))
      }
    }
  }

  @Test(arguments: [
    "\r\n\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "nonsense \u{0} \r\n\r\n",
    "POST /api/v1/lineage HTTP/1.1\r\nHost: l\r\nContent-Length: -1\r\n\r\n",
    "POST /api/v1/lineage HTTP/1.1\r\nHost: l\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "POST /api/v1/lineage HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  ])
  func nonsenseHarmsNobody(request: String) async throws {
    try await serve { port, peer, fixture async throws in
      let client = try await RawClient.connect(port: port)
      try await client.send(request)
      _ = await client.isClosed(within: 1)
      await client.close()
      #expect(try await peer.get("/health").status == 200)
      #expect(fixture.ledger.size == 1)
    }
  }

  @Test(arguments: ["localhost", "evil.example"])
  func severalHostsAreRefused(second: String) async throws {
    let event = Self.post(Event.numbered(1), more: "host: \(second)\r\n")
    let head = "GET /v1/checkpoint HTTP/1.1\r\nHost: localhost\r\nHOST: \(second)\r\n\r\n"
    try await serve { port, _, fixture async throws in
      for request in [event, head] {
        let client = try await RawClient.connect(port: port)
        try await client.send(request)
        #expect(await client.hasReceived("more than one Host header", within: Self.patience))
        #expect(client.text.hasPrefix("HTTP/1.1 400 "))
        await client.close()
      }
      #expect(fixture.ledger.size == 1)
    }
  }

  @Test(arguments: [
    ("localhost:8650", nil, 201), ("127.0.0.1", nil, 201), ("[::1]:80", nil, 201),
    ("evil.example", nil, 403), ("127.0.0.1.evil.example", nil, 403),
    ("localhost.evil.example:1", nil, 403), ("localhost", "http://localhost:3000", 201),
    ("localhost", "https://evil.example", 403), ("localhost", "null", 403),
  ])
  func withoutTokensOnlyThisMachineIsServed(
    host: String, origin: String?, status: Int
  ) async throws {
    try await serve { port, _, _ async throws in
      let client = try await RawClient.connect(port: port)
      let more = origin.map { "Origin: \($0)\r\n" } ?? ""
      try await client.send(
        Self.post(Event.start, more: more)
          .replacingOccurrences(of: "Host: localhost", with: "Host: \(host)"))
      #expect(await client.hasReceived("HTTP/1.1 \(status)", within: Self.patience))
    }
  }

  @Test func expectationsAreMet() async throws {
    try await serve { port, _, _ async throws in
      let client = try await RawClient.connect(port: port)
      try await client.send(
        Self.post("", length: Event.start.utf8.count, more: "Expect: 100-continue\r\n"))
      #expect(await client.hasReceived("100 Continue", within: Self.patience))
      try await client.send(Event.start)
      #expect(await client.hasReceived("201 Created", within: Self.patience))
    }
  }

  @Test func manyAtOnceAreAllServedOnce() async throws {
    try await serve { port, _, fixture async throws in
      let count = 300
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 1...count {
          group.addTask {
            let client = try await RawClient.connect(port: port)
            try await client.send(Self.post(Event.numbered(number)))
            let isAnswered = await client.hasReceived("201 Created", within: Self.patience)
            await client.close()
            return isAnswered
          }
        }
        for try await isAnswered in group { #expect(isAnswered) }
      }
      #expect(fixture.ledger.size == UInt64(count) + 1)
    }
  }
}
