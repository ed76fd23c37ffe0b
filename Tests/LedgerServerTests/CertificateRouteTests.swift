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

/// Certificates of a ledger that is served.
@Suite struct CertificateRouteTests {
  private static let request = "6f1b0e6e-1d5c-4d2a-9a53-8f2d1f0f6a11"

  /// The facts that the documentation shows.
  private static func facts() throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent(
        "Sources/Provenance/Documentation.docc/Certificate.md"), encoding: .utf8)
    let block = try #require(text.components(separatedBy: "```json\n").dropFirst().first)
    return try #require(block.components(separatedBy: "```").first)
  }

  private static func order(
    _ more: String = "", facts: String? = nil, request: String = request
  ) throws -> String {
    #"{"request":"\#(request)","facts":\#(try facts ?? self.facts())\#(more)}"#
  }

  /// A dataset whose rows were erased, and a person whose note was.
  private static func tell(_ peer: TestPeer, _ tokens: [Role: String] = [:]) async throws {
    let target = #"{"role":"target","type":"dataset","namespace":"clinic","name":"raw.bookings"}"#
    let actor = #"{"role":"actor","type":"service","namespace":"c","name":"s"}"#
    let named = #"{"role":"request","type":"request","name":"\#(request)"}"#
    for record in [
      #"{"kind":"dataset","entities":[\#(target)]}"#,
      #"{"kind":"access","entities":[\#(target),\#(actor)],"attributes":{"action":"read","#
        + #""purpose":"p","outcome":"ok"},"bodies":[{"text":"for one","subject":"person-1"}]}"#,
      #"{"kind":"erasure/request","entities":[\#(named)],"attributes":{"#
        + #""regulation":"eu-gdpr:A17","received":"2026-03-04"}}"#,
      #"{"kind":"erasure/execution","eventTime":"2026-03-05T02:00:00Z","entities":["#
        + #"\#(named),\#(target),\#(actor)],"attributes":{"method":"drop-and-purge"}}"#,
    ] {
      let answer = try await peer.post("/v1/records", record, .bearer(tokens[.appender]))
      #expect(answer.status == 201, "\(answer.text)")
    }
    let erased = try await peer.post(
      "/v1/erasures", #"{"request":"\#(request)","targets":[{"subject":"person-1"}]}"#,
      .bearer(tokens[.legal]))
    #expect(try erased.json["outcome"] as? String == "ERASED")
  }

  private static func kinds(_ ledger: Ledger) throws -> [(kind: String, what: String?)] {
    let reader = ledger.reader()
    return try (0..<ledger.size).map { index in
      let content = try reader.record(at: index).header.content
      guard case .text(let what)? = content.attributes["what"] else {
        return (content.kind, nil)
      }
      return (content.kind, what)
    }
  }

  @Test func issuedAndVerified() async throws {
    let fixture = try await ServerFixture()
    let ledger = fixture.ledger
    try await fixture.serve { peer async throws in
      try await Self.tell(peer)
      let answer = try await peer.post(
        "/v1/certificates", try Self.order(#","page":true,"silence":60"#))
      #expect(answer.status == 201, "\(answer.text)")
      let json = try answer.json
      let issued = try #require(json["issued"] as? NSDictionary)
      #expect(
        Set(issued.allKeys.compactMap { $0 as? String })
          == ["certificate", "request", "result", "size", "record", "byteCount"])
      #expect(issued["result"] as? String == "ERASED_WITHIN_SCOPE")
      #expect(issued["request"] as? String == Self.request)
      let file = Array(try #require(json["file"] as? String).utf8)
      #expect(issued["byteCount"] as? Int == file.count)
      let key = ledger.reader().verifierKey
      #expect(try Verified.isValid(file, key: key))
      #expect(try !Verified.isValid(file.dropLast(2) + [0x41, 0x0A], key: key))
      #expect((json["page"] as? String)?.hasPrefix("<!DOCTYPE html>") == true)
      #expect(json["warnings"] as? [String] == [])
      // Its hash is on record.
      let record = try #require(issued["record"] as? UInt64)
      let content = try ledger.reader().record(at: record).header.content
      #expect(content.kind == "ledger/exported")
      #expect(content.attributes["sha256"] == .bytes(SHA256Hasher.hash(file).bytes.copied()))
    }
  }

  @Test func whoGotOneIsOnRecordOnceAMinute() async throws {
    var fixture = try await ServerFixture()
    let tokens = try fixture.setUpTokens()
    let ledger = fixture.ledger
    try await fixture.serve { peer async throws in
      try await Self.tell(peer, tokens)
      for role in Role.allCases where role != .legal {
        let refused = try await peer.post(
          "/v1/certificates", try Self.order(), .bearer(tokens[role]))
        #expect(refused.status == 403)
      }
      #expect(try Self.kinds(ledger).allSatisfy { $0.kind != "ledger/exported" })
      for _ in 0..<2 {
        let answer = try await peer.post(
          "/v1/certificates", try Self.order(), .bearer(tokens[.legal]))
        #expect(answer.status == 201, "\(answer.text)")
        #expect(try answer.json["page"] == nil)
      }
      let exported = try Self.kinds(ledger).filter { $0.kind == "ledger/exported" }
      #expect(exported.map(\.what) == [nil, "certificate", nil])
      let reader = ledger.reader()
      let record = try #require(
        try Self.kinds(ledger).firstIndex { $0.what == "certificate" })
      let content = try reader.record(at: UInt64(record)).header.content
      #expect(content.entities.map(\.name) == ["svc-legal"])
    }
  }

  @Test func everythingMissingIsNamedAtOnce() async throws {
    let fixture = try await ServerFixture()
    let ledger = fixture.ledger
    try await fixture.serve { peer async throws in
      try await Self.tell(peer)
      let size = ledger.size
      let answer = try await peer.post(
        "/v1/certificates", try Self.order(facts: #"{"scope":[],"outOfScope":[]}"#))
      #expect(answer.status == 400)
      let message =
        (try answer.json["error"] as? NSDictionary)?["message"] as? String ?? ""
      for line in [
        "no certificate can be given:", "A2 issuer: missing", "B1 request: missing",
        "E4 performedBy: missing", "J1 signer: missing",
      ] {
        #expect(message.contains(line), "\(line) in \(message)")
      }
      let empty = try Self.facts().replacing(
        #"[{"what": "paper files", "reason": "not processed by the pipelines"}]"#, with: "[]")
      let refused = try await peer.post("/v1/certificates", try Self.order(facts: empty))
      #expect(refused.status == 400)
      #expect(refused.text.contains("D2 outOfScope: must not be empty"), "\(refused.text)")
      #expect(ledger.size == size)
      let unknown = try await peer.post("/v1/certificates", try Self.order(request: "r-2"))
      #expect(unknown.status == 404)
      #expect(
        unknown.text.contains(
          "no record is about the request 'r-2'; its id is compared as bytes"))
      #expect(try Self.kinds(ledger).allSatisfy { $0.kind != "ledger/exported" })
    }
  }

  @Test(arguments: [
    "", "{}", "[]", #"{"request":"r"}"#, #"{"request":1,"facts":{}}"#,
    #"{"request":"r","facts":[]}"#, #"{"request":"r","facts":null}"#,
    #"{"request":"r","facts":{},"output":"/x"}"#,
  ])
  func badRequestsAreRefused(body: String) async throws {
    let fixture = try await ServerFixture()
    let answer = try await fixture.serve { try await $0.post("/v1/certificates", body) }
    #expect(answer.status == 400, "\(answer.status) \(answer.text)")
    #expect(fixture.ledger.size == 1)
  }

  @Test(arguments: [
    (#","silence":-1"#, "silence"), (#","silence":18446744073709551615"#, "silence"),
    (#","silence":"1""#, "silence"), (#","page":1"#, "page"),
    (#","attestation":"x""#, "attestation and cosigners belong together"),
    (#","cosigners":["a"]"#, "'a' is no verifier key"), (#","cosigners":"a""#, "cosigners"),
    (#","cosigners":[1]"#, "cosigner"),
  ])
  func badMembersAreNamed(more: String, words: String) async throws {
    let fixture = try await ServerFixture()
    let answer = try await fixture.serve { try await $0.post("/v1/certificates", Self.order(more)) }
    #expect(answer.status == 400, "\(answer.status) \(answer.text)")
    #expect(answer.text.contains(words), "\(answer.text)")
    #expect(fixture.ledger.size == 1)
  }
}
