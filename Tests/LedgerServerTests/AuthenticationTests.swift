import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Synchronization
import Testing

@testable import LedgerServer
@testable import Ledgerstone

/// Who may do what.
@Suite struct AuthenticationTests {
  private static let routes: [(method: HTTPRequest.Method, path: String, roles: Set<Role>)] = [
    (.post, "/api/v1/lineage", [.appender]),
    (.post, "/api/v1/lineage/batch", [.appender]),
    (.post, "/v1/records", [.appender]),
    (.get, "/api/v1/events/lineage", [.auditor, .legal]),
    (.get, "/api/v1/lineage?nodeId=dataset:a:b", [.auditor, .legal]),
    (.post, "/add", [.appender]),
    (.get, "/checkpoint", [.auditor, .legal, .operator]),
    (.get, "/tile/0/000.p/1", [.auditor, .legal, .operator]),
    (.get, "/v1/ledger", [.appender, .auditor, .legal, .operator]),
    (.get, "/v1/records/0", [.auditor, .legal]),
    (.get, "/v1/records/0/entry", [.auditor, .legal]),
    (.get, "/v1/records/0/bodies/0", [.auditor, .legal]),
    (.get, "/v1/records/0/openings/0", [.auditor, .legal]),
    (.get, "/v1/records/0/proof", [.auditor, .legal, .operator]),
    (.post, "/v1/consistency", [.auditor, .legal, .operator]),
    (.get, "/v1/completeness?entity=dataset:a:b", [.auditor, .legal, .operator]),
    (.get, "/v1/omission?entity=dataset:a:b&record=0", [.auditor, .legal, .operator]),
    (.get, "/v1/entities", [.auditor, .legal]),
    (.get, "/v1/history?entity=dataset:a:b", [.auditor, .legal]),
    (.get, "/v1/lineage?entity=dataset:a:b&direction=upstream", [.auditor, .legal]),
    (.get, "/v1/closure?entity=dataset:a:b&since=0", [.auditor, .legal]),
    (.get, "/v1/closure/proof?entity=dataset:a:b&since=0", [.auditor, .legal]),
    (.post, "/v1/checkpoint", [.operator]),
    (.post, "/v1/index", [.operator]),
    (.post, "/v1/backups", [.operator]),
    (.post, "/v1/erasures", [.legal]),
    (.post, "/v1/holds", [.legal]),
    (.post, "/v1/certificates", [.legal]),
    (.post, "/v1/holds/0/release", [.legal]),
    (.get, "/metrics", [.operator]),
    (.post, "/v1/key-rotations", [.operator]),
  ]

  @Test func everyRouteIsForItsRolesOnly() async throws {
    var fixture = try await ServerFixture()
    fixture.configuration.takesEntries = true
    let tokens = try fixture.setUpTokens()
    try await fixture.serve { peer async throws in
      for route in Self.routes {
        let body: [UInt8]? = route.method == .post ? Array("{".utf8) : nil
        let nobody = try await peer.send(
          route.method, route.path, body, [.contentType: "application/json"])
        #expect(nobody.status == 401, "\(route.path)")
        #expect(nobody.headers[.wwwAuthenticate] == "Bearer")
        for role in Role.allCases {
          let answer = try await peer.send(
            route.method, route.path, body, .bearer(tokens[role]))
          let isRefused = answer.status == 401 || answer.status == 403
          #expect(isRefused == !route.roles.contains(role), "\(role) \(route.path)")
          if isRefused { #expect(answer.errorCode == "wrongRole") }
        }
      }
      #expect(try await peer.get("/health").status == 200)
      #expect(try await peer.get("/ready").status == 200)
    }
  }

  @Test func evidenceCanBePublic() async throws {
    var fixture = try await ServerFixture()
    _ = try fixture.setUpTokens()
    fixture.configuration.isEvidencePublic = true
    try await fixture.serve { peer async throws in
      #expect(try await peer.get("/checkpoint").status == 200)
      #expect(try await peer.get("/tile/0/000.p/1").status == 200)
      #expect(try await peer.get("/v1/records/0/proof").status == 200)
      #expect(try await peer.get("/v1/records/0").status == 401)
      #expect(try await peer.get("/v1/records/0/bodies/0").status == 401)
    }
  }

  @Test func theSourceIsTheTokensOwn() async throws {
    var fixture = try await ServerFixture()
    let tokens = try fixture.setUpTokens()
    let answer = try await fixture.serve {
      try await $0.post("/api/v1/lineage", Event.start, .bearer(tokens[.appender]))
    }
    #expect(answer.status == 201)
    let header = try fixture.ledger.reader().record(at: 1).header
    #expect(header.content.source == "svc-appender")
  }

  @Test(arguments: [
    "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer lst_0000000000000000_00",
    "Bearer a b", "Bearer lst__", "Token x",
  ])
  func malformedCredentialsAreRefused(text: String) async throws {
    var fixture = try await ServerFixture()
    _ = try fixture.setUpTokens()
    let answer = try await fixture.serve {
      try await $0.post("/api/v1/lineage", Event.start, [.authorization: text])
    }
    #expect(answer.status == 401)
    #expect(fixture.ledger.size == 1)
    let challenge = try #require(answer.headers[.wwwAuthenticate])
    #expect(challenge.hasPrefix("Bearer"))
  }

  @Test func anExpiredOrAlteredTokenIsRefused() async throws {
    var fixture = try await ServerFixture()
    let caller = Caller(source: "old", roles: [.appender])
    let now = SystemClock().now()
    let (old, oldEntry) = try TokenTable.make(
      for: caller, expires: Timestamp(microseconds: now.microseconds - 1))
    let (new, newEntry) = try TokenTable.make(
      for: caller, expires: Timestamp(microseconds: now.microseconds + 3_600_000_000))
    let book = TokenBook(try TokenTable([oldEntry, newEntry]))
    fixture.tokens = book
    try await fixture.serve { peer async throws in
      func status(_ token: String) async throws -> Int {
        try await peer.post("/api/v1/lineage", Event.start, .bearer(token)).status
      }
      #expect(try await status(old) == 401)
      #expect(try await status(new) == 201)
      #expect(try await status(new) == 200)
      for position in [0, 4, 25, new.count - 1] {
        var altered = Array(new)
        altered[position] = altered[position] == "0" ? "1" : "0"
        #expect(try await status(String(altered)) == 401, "\(position)")
      }
      #expect(try await status(new + "0") == 401)
      // Revoked while the server runs.
      book.replace(with: try TokenTable([oldEntry]))
      #expect(try await status(new) == 401)
    }
  }

  @Test func withoutTokensNobodyBehindAProxyIsServed() async throws {
    let fixture = try await ServerFixture()
    for name in [HTTPField.Name.forwarded, .xForwardedFor] {
      let answer = try await fixture.serve {
        try await $0.get("/v1/ledger", [name: "for=192.0.2.1"])
      }
      #expect(answer.status == 403)
    }
  }

  /// A clock that somebody else moves on, however slow the machine is.
  private final class HandMovedClock: LedgerClock {
    private let microseconds = Atomic<Int64>(1_800_000_000_000_000)

    func now() -> Timestamp { Timestamp(microseconds: microseconds.load(ordering: .relaxed)) }
    func monotonicMicroseconds() -> Int64 { microseconds.load(ordering: .relaxed) }
    func move(seconds: Int64) {
      microseconds.wrappingAdd(seconds * 1_000_000, ordering: .relaxed)
    }
  }

  @Test func readingBodiesLeavesOneRecordAMinute() async throws {
    let clock = HandMovedClock()
    var fixture = try await ServerFixture(clock: clock)
    let tokens = try fixture.setUpTokens()
    let ledger = fixture.ledger
    try await fixture.serve { peer async throws in
      let appended = try await peer.post(
        "/api/v1/lineage", Event.start, .bearer(tokens[.appender]))
      #expect(appended.status == 201)
      for _ in 0..<3 {
        clock.move(seconds: 19)
        let body = try await peer.get("/v1/records/1/bodies/0", .bearer(tokens[.auditor]))
        #expect(body.text == Event.start)
        #expect(body.headers[.contentType] == "application/octet-stream")
      }
      #expect(ledger.size == 3)
      // Another caller leaves its own; proofs and tiles leave none.
      _ = try await peer.get("/v1/records/1/openings/0", .bearer(tokens[.legal]))
      #expect(ledger.size == 4)
      _ = try await ledger.checkpoint()
      _ = try await peer.get("/v1/records/1/proof", .bearer(tokens[.auditor]))
      _ = try await peer.get("/tile/0/000.p/1", .bearer(tokens[.auditor]))
      _ = try await peer.get("/v1/records/1", .bearer(tokens[.auditor]))
      #expect(ledger.size == 4)
      // What is not there leaves none either.
      let missing = try await peer.get("/v1/records/1/bodies/7", .bearer(tokens[.auditor]))
      #expect(missing.status == 404)
      // The first one was 60 seconds ago.
      clock.move(seconds: 22)
      _ = try await peer.get("/v1/records/1/bodies/0", .bearer(tokens[.auditor]))
      #expect(ledger.size == 5)
    }
    let record = try fixture.ledger.reader().record(at: 2).header.content
    #expect(record.kind == "ledger/read")
    #expect(record.entities.map(\.name) == ["svc-auditor"])
    #expect(record.attributes["what"] == .text("bodies"))
  }

  @Test func aPersonAppearsAsATagOnly() async throws {
    var fixture = try await ServerFixture()
    let (token, entry) = try TokenTable.make(
      for: Caller(source: "jane.doe", roles: [.auditor], isPerson: true), expires: nil)
    fixture.tokens = TokenBook(try TokenTable([entry]))
    var batch = fixture.ledger.makeBatch()
    var content = RecordContent(kind: "run", source: "t")
    content.entities = [Entity(role: .run, type: .run, namespace: "", name: "r")]
    try batch.append(content, bodies: [.init(contentType: "text/plain", bytes: [1, 2, 3])])
    _ = try await fixture.ledger.append(batch)
    let answer = try await fixture.serve {
      try await $0.get("/v1/records/1/bodies/0", .bearer(token))
    }
    #expect(answer.bytes == [1, 2, 3])
    let record = try fixture.ledger.reader().record(at: 2)
    #expect(record.header.content.kind == "ledger/read")
    #expect(record.header.content.entities.isEmpty)
    #expect(record.header.content.bodies.first?.tag != nil)
    #expect(!record.bytes.contains(Array("jane".utf8)))
  }
}
