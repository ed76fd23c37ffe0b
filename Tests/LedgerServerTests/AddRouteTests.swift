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

/// Entries of any bytes.
@Suite struct AddRouteTests {
  @Test func theIndexIsAnsweredAndACheckpointFollows() async throws {
    var fixture = try await ServerFixture()
    fixture.configuration.takesEntries = true
    let ledger = fixture.ledger
    let before = try ledger.reader().checkpointSize()
    try await fixture.serve(.live) { peer async throws in
      for (number, entry) in [[], [0x00, 0xFF], Array("two".utf8)].enumerated() {
        let answer = try await peer.post("/add", entry, [:])
        #expect(answer.status == 200)
        #expect(answer.text == String(number + 1))
        #expect(answer.headers[.contentType] == "text/plain; charset=utf-8")
        #expect(
          try ledger.reader().body(record: UInt64(number + 1), body: 0) == entry)
      }
      // Nobody asks for one, and none is due.
      for _ in 0..<6_000 where try ledger.reader().checkpointSize() < 4 {
        try await Task.sleep(for: .milliseconds(10))
      }
      let size = try ledger.reader().checkpointSize()
      #expect(before == 1 && size == 4)
      #expect(try await peer.get("/tile/entries/000.p/4").status == 200)
    }
  }

  @Test func twoAlikeAreTwoEntries() async throws {
    var fixture = try await ServerFixture()
    fixture.configuration.takesEntries = true
    try await fixture.serve { peer async throws in
      #expect(try await peer.post("/add", "x", [:]).text == "1")
      #expect(try await peer.post("/add", "x", [:]).text == "2")
    }
  }

  @Test func withoutTheSettingThereIsNone() async throws {
    let fixture = try await ServerFixture()
    let answer = try await fixture.serve { try await $0.post("/add", "x", [:]) }
    #expect(answer.status == 404)
    #expect(fixture.ledger.size == 1)
  }

  @Test func badEntriesAreRefused() async throws {
    var fixture = try await ServerFixture()
    fixture.configuration.takesEntries = true
    fixture.configuration.limits.bodyByteCount = 1_024
    try await fixture.serve { peer async throws in
      let long = [UInt8](repeating: 1, count: 1_025)
      #expect(try await peer.post("/add", long, [:]).status == 413)
      #expect(try await peer.post("/add", "x", [.contentEncoding: "br"]).status == 415)
      #expect(try await peer.post("/add", "x", [.contentEncoding: "gzip"]).status == 400)
      #expect(try await peer.get("/add").status == 405)
    }
    #expect(fixture.ledger.size == 1)
  }
}
