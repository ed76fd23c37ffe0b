import Foundation
import Hummingbird
import HummingbirdTesting
import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import SegmentStorage
import Testing

@testable import LedgerServer

/// The description and what is served are the same.
@Suite struct OpenAPITests {
  @Test(arguments: [false, true]) func everyRouteIsDescribedAndNoOther(
    takesEntries: Bool
  ) async throws {
    var fixture = try await ServerFixture()
    fixture.configuration.takesEntries = takesEntries
    let operations =
      OpenAPIDocument.operations + (takesEntries ? [OpenAPIDocument.adding] : [])
    let described = Set(
      operations.map { "\($0.method.rawValue.uppercased()) \($0.path)" })
    let served = Set(
      try fixture.service().routes().map { method, path in
        "\(method.rawValue) \(path == "/tile/**" ? "/tile/{path}" : path)"
      })
    #expect(described == served)
    #expect(described.count == operations.count)
    let answer = try await fixture.serve { try await $0.get("/openapi.json") }
    #expect(answer.text.contains(#""/add""#) == takesEntries)
    #expect(
      try await fixture.serve { try await $0.post("/add", "x") }.status
        == (takesEntries ? 200 : 404))
  }

  @Test func theDocumentIsJSONAndItsReferencesLeadSomewhere() throws {
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(OpenAPIDocument.text)) as? NSDictionary)
    #expect(root["openapi"] as? String == "3.0.3")
    let text = String(decoding: OpenAPIDocument.text, as: UTF8.self)
    var count = 0
    for match in text.matches(of: /"\$ref": ?"#\/([^"]+)"/) {
      var place: NSDictionary? = root
      for part in match.output.1.split(separator: "/") {
        place = place?[String(part)] as? NSDictionary
      }
      #expect(place != nil, "\(match.output.1)")
      count += 1
    }
    #expect(count > 50)
  }

  @Test func otherMethodsAreRefusedByName() async throws {
    let fixture = try await ServerFixture()
    try await fixture.serve { peer async throws in
      for (method, path) in [
        (HTTPRequest.Method.delete, "/v1/records/0"), (.put, "/api/v1/lineage"),
        (.get, "/v1/checkpoint"), (.post, "/checkpoint"), (.patch, "/health"),
        (.post, "/tile/0/000"),
      ] {
        let answer = try await peer.send(method, path, nil, [:])
        #expect(answer.status == 405, "\(method) \(path)")
        #expect(answer.headers[.allow] != nil)
      }
      let head = try await peer.send(.head, "/health", nil, [:])
      #expect(head.status == 200)
      #expect(head.bytes.isEmpty)
    }
  }
}
