import Foundation
import Testing

@testable import Provenance

/// The facts of a certificate: the example of the documentation, and everything that may lack.
@Suite struct CertificateFactsTests {
  /// The example in `Certificate.md`.
  static func example() throws -> [UInt8] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent(
        "Sources/Provenance/Documentation.docc/Certificate.md"), encoding: .utf8)
    let block = try #require(text.components(separatedBy: "```json\n").dropFirst().first)
    return Array((block.components(separatedBy: "```").first ?? "").utf8)
  }

  private func object() throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(Self.example())) as? [String: Any])
  }

  private func problems(_ object: Any) throws -> [CertificateProblem] {
    let json = Array(try JSONSerialization.data(withJSONObject: object))
    do throws(CertificateFacts.Fault) {
      _ = try CertificateFacts(parsing: json)
      return []
    } catch {
      return error.problems
    }
  }

  @Test func theExampleOfTheDocumentation() throws {
    let facts = try CertificateFacts(parsing: Self.example())
    #expect(facts.scope.map(\.entity.text) == ["dataset:clinic:raw.bookings"])
    #expect(facts.warnings == [])
    var writer = JSONWriter()
    facts.write(to: &writer)
    // Written and read again it is the same, and the same bytes.
    var again = JSONWriter()
    try CertificateFacts(parsing: writer.bytes).write(to: &again)
    #expect(again.bytes == writer.bytes)
    let back = try JSONSerialization.jsonObject(with: Data(writer.bytes)) as? NSDictionary
    #expect(back == NSDictionary(dictionary: try object()))
  }

  /// Every path to a member, lists entered at their first element.
  private static func paths(_ value: Any, _ path: [String] = []) -> [[String]] {
    if let object = value as? [String: Any] {
      return object.flatMap { name, inner in [path + [name]] + paths(inner, path + [name]) }
    }
    if let list = value as? [Any], let first = list.first { return paths(first, path + ["0"]) }
    return []
  }

  private static func changing(
    _ value: Any, _ path: ArraySlice<String>, to replacement: Any?
  ) -> Any {
    guard let name = path.first else { return replacement ?? NSNull() }
    if var list = value as? [Any] {
      list[0] = changing(list[0], path.dropFirst(), to: replacement)
      return list
    }
    guard var object = value as? [String: Any], let inner = object[name] else { return value }
    if path.count == 1, replacement == nil {
      object[name] = nil
    } else {
      object[name] = changing(inner, path.dropFirst(), to: replacement)
    }
    return object
  }

  @Test func everyRequiredFieldIsMissed() throws {
    let object = try object()
    let optional: Set<String> = ["keyCopies", "subject.reference"]
    for path in Self.paths(object) {
      let found = try problems(Self.changing(object, path[...], to: nil))
      let isMissed = found.contains { problem in
        let stated = (problem.path ?? "").replacing("[0]", with: ".0")
        return stated == path.joined(separator: ".") && problem.reason.hasPrefix("missing")
      }
      #expect(isMissed != optional.contains(path.joined(separator: ".")), "\(path) \(found)")
    }
  }

  @Test func everyFieldOfAnotherKindIsRefused() throws {
    let object = try object()
    let wrong: [Any] = [
      17, true, "", String(repeating: "x", count: 4_097), [["x": "y"]] as [[String: String]],
      ["x": "y"],
    ]
    for path in Self.paths(object) {
      for value in wrong {
        let found = try problems(Self.changing(object, path[...], to: value))
        #expect(!found.isEmpty, "\(path) as \(value)")
      }
    }
  }

  @Test func allAreNamedAtOnce() throws {
    let problems = try problems([String: Any]())
    let codes = Set(problems.map(\.code))
    #expect(
      codes == ["A2", "B1", "C1", "D1", "D2", "D3", "E4", "F1", "F2", "G2", "J1"])
    let request = try self.problems(
      Self.changing(try object(), ["request"], to: [String: Any]()))
    #expect(Set(request.map(\.code)) == ["B1", "B2", "B3", "B4", "B5"])
  }

  @Test func contradictions() throws {
    let object = try object()
    let empty = [Any]()
    let cases: [([String], Any, String)] = [
      (["outOfScope"], empty, "D2"), (["scope"], empty, "D1"),
      (["verifiedBy", "name"], "privacy-desk", "F2"),
      (["issuer", "role"], "data-broker", "G3"),
      (["recipients"], [["who": "a partner"]], "G2"),
      (
        ["outOfScope"],
        [["what": "x", "reason": "y", "entity": "dataset:clinic:raw.bookings"]], "D2"
      ),
      (
        ["scope"],
        [
          ["entity": "dataset:a:b", "location": "x"], ["entity": "dataset:a:b", "location": "y"],
        ], "D1"
      ),
      (["issuer", "role"], "owner", "A2"), (["scope", "0", "entity"], "dataset:a:b@1", "D1"),
      (["scope", "0", "entity"], "dataset:a%3a:b", "D1"), (["data", "from"], "2026-02-30", "D3"),
      (["data", "from"], "yesterday", "D3"),
    ]
    for (path, value, code) in cases {
      let found = try problems(Self.changing(object, path[...], to: value))
      #expect(found.map(\.code) == [code], "\(path) \(found)")
    }
    var unknown = object
    unknown["more"] = "x"
    #expect(try problems(unknown).map(\.path) == ["more"])
  }

  @Test(arguments: ["", "[]", "null", "{", "{\"issuer\":{},\"issuer\":{}}", "\"x\""])
  func noObject(json: String) {
    #expect(throws: CertificateFacts.Fault.self) {
      _ = try CertificateFacts(parsing: Array(json.utf8))
    }
  }

  @Test func warnsOfPersons() throws {
    let named = Self.changing(
      try object(), ["verification", "method"], to: "count of a.person@example.org")
    let facts = try CertificateFacts(
      parsing: Array(try JSONSerialization.data(withJSONObject: named)))
    #expect(facts.warnings.count == 1 && facts.warnings[0].hasPrefix("verification.method"))
  }

  @Test func pagesEscapeEverything() {
    let hostile = "<script>alert('1')</script>&\"\u{202E}\u{0}\u{85}\u{2028}ü"
    let escaped = HTMLWriter.escaped(hostile)
    #expect(
      escaped
        == "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;\u{FFFD}\u{FFFD}\u{FFFD}"
        + "\u{FFFD}ü")
  }

  @Test func longNamesKeepBothEnds() {
    #expect(LineageDrawing.shortened("abcdefghij", to: 10) == "abcdefghij")
    #expect(LineageDrawing.shortened("abcdefghijk", to: 10) == "abcde…hijk")
  }
}
