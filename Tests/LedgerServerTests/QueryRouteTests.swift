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

/// What the ledger knows of entities.
@Suite struct QueryRouteTests {
  private func filled() async throws -> ServerFixture {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      for number in 0..<5 {
        #expect(
          try await peer.post("/api/v1/lineage", Event.numbered(number)).status == 201)
      }
      #expect(try await peer.post("/v1/records", Event.access(7)).status == 201)
    }
    return fixture
  }

  @Test func historyComesInPages() async throws {
    let fixture = try await filled()
    try await fixture.serve { peer async throws in
      func indexes(_ query: String) async throws -> ([Int], Int?) {
        let answer = try await peer.get("/v1/history?entity=dataset:w:in" + query)
        #expect(answer.status == 200, "\(answer.text)")
        let records = try #require(try answer.json["records"] as? [NSDictionary])
        return (
          records.compactMap { $0["index"] as? Int }, try answer.json["next"] as? Int
        )
      }
      #expect(try await indexes("") == ([1, 2, 3, 4, 5], nil))
      #expect(try await indexes("&limit=2") == ([1, 2], 2))
      #expect(try await indexes("&limit=2&after=2") == ([3, 4], 4))
      #expect(try await indexes("&after=18446744073709551615") == ([], nil))
      #expect(try await indexes("&kind=access") == ([], nil))
      #expect(try await indexes("&since=3&until=5") == ([3, 4], nil))
      #expect(try await indexes("&since=2999-01-01T00:00:00Z") == ([], nil))
    }
  }

  @Test func lineageInItsForms() async throws {
    let fixture = try await filled()
    try await fixture.serve { peer async throws in
      let path = "/v1/lineage?entity=dataset:w:in&direction=downstream&collapsed=true"
      let json = try await peer.get(path)
      let nodes = try #require(try json.json["nodes"] as? [NSDictionary])
      #expect(Set(nodes.compactMap { $0["entity"] as? String }).contains("dataset:w:out"))
      let dot = try await peer.get(path + "&form=dot")
      #expect(dot.text.hasPrefix("digraph"))
      #expect(try await peer.get(path + "&form=text").status == 200)
      let cut = try await peer.get(path + "&depth=1&asOf=2")
      #expect(cut.status == 200)
    }
  }

  @Test func closureSaysWhatBecameOfIt() async throws {
    let fixture = try await filled()
    try await fixture.serve { peer async throws in
      let answer = try await peer.get("/v1/closure?entity=dataset:w:in&since=0")
      #expect(answer.status == 200)
      #expect(answer.text.contains("dataset:w:out"))
    }
  }

  @Test func namesAreListed() async throws {
    let fixture = try await filled()
    try await fixture.serve { peer async throws in
      let all = try await peer.get("/v1/entities?prefix=dataset")
      #expect(
        try all.json["entities"] as? [String] == [
          "dataset:w:in", "dataset:w:out", "dataset:w:t7",
        ])
      let some = try await peer.get("/v1/entities?prefix=dataset&limit=2")
      #expect(try some.json["next"] as? String == "dataset:w:out")
      let rest = try await peer.get("/v1/entities?prefix=dataset&after=dataset:w:out")
      #expect(try rest.json["entities"] as? [String] == ["dataset:w:t7"])
    }
  }

  @Test(arguments: [
    "/v1/history", "/v1/history?entity=", "/v1/history?entity=nonsense",
    "/v1/history?entity=table:a:b", "/v1/history?entity=dataset:w:in&limit=0",
    "/v1/history?entity=dataset:w:in&limit=1001", "/v1/history?entity=dataset:w:in&limit=+1",
    "/v1/history?entity=dataset:w:in&since=soon", "/v1/history?entity=dataset:w:in&since=99",
    "/v1/history?entity=dataset:w:in&after=x", "/v1/lineage?entity=dataset:w:in",
    "/v1/lineage?entity=dataset:w:in&direction=sideways",
    "/v1/lineage?entity=dataset:w:in&direction=upstream&depth=0",
    "/v1/lineage?entity=dataset:w:in&direction=upstream&collapsed=yes",
    "/v1/lineage?entity=dataset:w:in&direction=upstream&form=png",
    "/v1/closure?entity=dataset:w:in", "/v1/closure?entity=dataset:w:in@1&since=0",
    "/v1/closure?entity=dataset:w:in&since=0&erasure=99",
    "/v1/closure?entity=dataset:w:in&since=0&silence=-1",
    "/v1/closure?entity=dataset:w:in&since=0&at=noon", "/v1/entities?prefix=nothing",
    "/v1/entities?limit=0", "/v1/entities?after=x", "/v1/completeness",
    "/api/v1/lineage", "/api/v1/lineage?nodeId=", "/api/v1/lineage?nodeId=w",
    "/api/v1/lineage?nodeId=run::x", "/api/v1/lineage?nodeId=datasetField:w:in:a",
    "/api/v1/lineage?nodeId=dataset:in", "/api/v1/lineage?nodeId=dataset:w:in&depth=-1",
    "/api/v1/lineage?nodeId=dataset:w:in&depth=1001",
    "/api/v1/lineage?nodeId=dataset:w:in&depth=x",
    "/v1/completeness?entity=dataset:w:in&since=x", "/v1/omission?entity=dataset:w:in",
  ])
  func badQuestionsAreRefused(path: String) async throws {
    let fixture = try await filled()
    _ = try await fixture.ledger.index()
    let answer = try await fixture.serve { try await $0.get(path) }
    #expect(answer.status == 400, "\(answer.status) \(answer.text)")
    #expect(answer.errorCode == "invalid")
  }
}
