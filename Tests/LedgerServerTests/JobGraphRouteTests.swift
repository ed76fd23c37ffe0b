import Foundation
import HummingbirdTesting
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import SegmentStorage
import Testing

@testable import LedgerServer

/// The graph of jobs and datasets in the form of Marquez.
@Suite struct JobGraphRouteTests {
  private static func event(
    _ job: String, _ number: Int, inputs: [String], outputs: [String], namespace: String = "w"
  ) -> String {
    func list(_ names: [String]) -> String {
      names.map { #"{"namespace":"\#(namespace)","name":"\#($0)"}"# }.joined(separator: ",")
    }
    return #"{"eventTime":"2026-01-02T03:04:05Z","eventType":"COMPLETE","producer":"p","#
      + #""run":{"runId":"01890a5d-ac96-774b-bcce-\#(String(format: "%012d", number))"},"#
      + #""job":{"namespace":"n","name":"\#(job)"},"inputs":[\#(list(inputs))],"#
      + #""outputs":[\#(list(outputs))]}"#
  }

  private struct Edge: Hashable {
    var origin: String
    var destination: String

    init(_ origin: String, _ destination: String) {
      (self.origin, self.destination) = (origin, destination)
    }

    init?(_ edge: NSDictionary) {
      guard let origin = edge["origin"] as? String,
        let destination = edge["destination"] as? String
      else { return nil }
      self.init(origin, destination)
    }
  }

  private static func edges(_ node: NSDictionary, _ name: String) -> [Edge] {
    (node[name] as? [NSDictionary] ?? []).compactMap(Edge.init)
  }

  @Test func nodesAndEdgesAreThoseOfTheEvents() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      for event in [
        Self.event("load", 1, inputs: ["raw"], outputs: ["clean"]),
        Self.event("sum", 2, inputs: ["clean", "rates"], outputs: ["total"]),
        Self.event("other", 3, inputs: ["x"], outputs: ["y"]),
      ] {
        #expect(try await peer.post("/api/v1/lineage", event).status == 201)
      }
      let answer = try await peer.get("/api/v1/lineage?nodeId=dataset:w:raw")
      #expect(answer.status == 200, "\(answer.text)")
      let nodes = try #require(try answer.json["graph"] as? [NSDictionary])
      #expect(
        nodes.compactMap { $0["id"] as? String } == [
          "dataset:w:clean", "dataset:w:rates", "dataset:w:raw", "dataset:w:total", "job:n:load",
          "job:n:sum",
        ])
      let wanted = [
        Edge("dataset:w:raw", "job:n:load"), Edge("job:n:load", "dataset:w:clean"),
        Edge("dataset:w:clean", "job:n:sum"), Edge("dataset:w:rates", "job:n:sum"),
        Edge("job:n:sum", "dataset:w:total"),
      ]
      // Each edge stands once where it begins and once where it ends.
      for name in ["inEdges", "outEdges"] {
        let edges = nodes.flatMap { Self.edges($0, name) }
        #expect(edges.count == wanted.count && Set(edges) == Set(wanted), "\(name)")
      }
      for node in nodes {
        let id = try #require(node["id"] as? String)
        #expect(Self.edges(node, "inEdges").allSatisfy { $0.destination == id })
        #expect(Self.edges(node, "outEdges").allSatisfy { $0.origin == id })
        #expect(node["type"] as? String == (id.hasPrefix("job") ? "JOB" : "DATASET"))
        let data = try #require(node["data"] as? NSDictionary)
        let name = try #require(data["name"] as? String)
        #expect(id.hasSuffix(":" + name))
        #expect((data["id"] as? NSDictionary)?["name"] as? String == name)
      }
      let job = try #require(nodes.last?["data"] as? NSDictionary)
      let run = try #require(job["latestRun"] as? NSDictionary)
      #expect(run["state"] as? String == "COMPLETED")
      #expect(run["id"] as? String == "01890a5d-ac96-774b-bcce-000000000002")
      let near = try await peer.get("/api/v1/lineage?nodeId=job:n:load&depth=0")
      #expect(try (near.json["graph"] as? [NSDictionary])?.count == 3)
    }
  }

  /// An identifier that an answer gives is taken as a question, whatever the namespace looks like.
  @Test(arguments: [
    ("postgres://host:5432", "shop.public.orders"), ("s3://bucket", "a/b:c"), ("w", "50%25 off"),
    ("duckdb://x.duckdb", "main.t@1"), ("urn:x:y", "z"),
  ])
  func identifiersAreTakenBack(namespace: String, name: String) async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      let event = Self.event("j", 1, inputs: [name], outputs: [], namespace: namespace)
      #expect(try await peer.post("/api/v1/lineage", event).status == 201)
      let id = "dataset:\(namespace):\(name)"
      let encoded = try #require(
        id.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
      let answer = try await peer.get("/api/v1/lineage?nodeId=\(encoded)&depth=1")
      #expect(answer.status == 200, "\(answer.text)")
      let nodes = try #require(try answer.json["graph"] as? [NSDictionary])
      #expect(nodes.compactMap { $0["id"] as? String } == [id, "job:n:j"])
    }
  }

  @Test(arguments: ["dataset:w:nothing", "job:n:nothing", "job:w:in", "dataset:n:j"])
  func whatNobodyNamesIs404(node: String) async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      #expect(try await peer.post("/api/v1/lineage", Event.numbered(1)).status == 201)
      let answer = try await peer.get("/api/v1/lineage?nodeId=\(node)")
      #expect(answer.status == 404)
      #expect(answer.errorCode == "notFound")
    }
  }
}
