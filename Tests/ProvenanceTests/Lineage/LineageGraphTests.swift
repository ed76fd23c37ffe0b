import Foundation
import LedgerFormat
import Provenance
import Testing

@Suite struct LineageGraphTests {
  private func lineage(
    _ estate: Estate, _ name: String, _ direction: LineageQuery.Direction,
    version: String? = nil, _ change: (inout LineageQuery) -> Void = { _ in }
  ) -> LineageGraph {
    var query = LineageQuery(
      entity: Estate.key(name), version: version, direction: direction, size: estate.next)
    change(&query)
    return LineageGraph.compute(query, from: estate.index)
  }

  private func names(_ graph: LineageGraph) -> Set<String> {
    Set(graph.nodes.filter { $0.kind != .run }.map(\.entity.name))
  }

  /// (from, to, basis) of the graph without versions.
  private func pairs(_ graph: LineageGraph) -> Set<String> {
    let collapsed = graph.collapsed()
    return Set(
      collapsed.edges.map {
        "\(collapsed.nodes[$0.from].entity.name)>\(collapsed.nodes[$0.to].entity.name)"
          + " \($0.basis.codeName)\($0.isMasked ? " masked" : "")"
      })
  }

  private var tree: Estate {
    var estate = Estate()
    estate.run("c1", at: 10, from: ["raw", "rates"], to: [.init("curated", .overwrite)])
    estate.run(
      "r1", at: 20, from: ["curated", "other"], to: [.init("report", .overwrite)],
      edges: [("report", "curated", .explicit, [])])
    estate.run(
      "m1", at: 20, from: ["curated"], to: [.init("masked", .overwrite)],
      edges: [("masked", "curated", .column, .masked)])
    return estate
  }

  @Test func downstreamFollowsEveryBasis() {
    let graph = lineage(tree, "raw", .downstream)
    #expect(
      pairs(graph) == [
        "raw>curated inferred", "curated>report explicit", "curated>masked column masked",
      ])
    #expect(!graph.isCut)
  }

  @Test func upstreamLeavesOutWhatWasNotUsed() {
    let graph = lineage(tree, "report", .upstream)
    #expect(
      pairs(graph) == [
        "raw>curated inferred", "rates>curated inferred", "curated>report explicit",
      ])
    #expect(!graph.asked.contains(Estate.key("masked")))
    #expect(!graph.asked.contains(Estate.key("other")))
  }

  @Test func versionsAreToldApart() {
    var estate = Estate()
    estate.run("w1", at: 1, from: ["a"], to: [.init("d@v1", .overwrite)])
    estate.run("w2", at: 10, from: ["b"], to: [.init("d@v2", .overwrite)])
    #expect(names(lineage(estate, "d", .upstream, version: "v1")) == ["a", "d"])
    #expect(names(lineage(estate, "d", .upstream, version: "v2")) == ["b", "d"])
    #expect(names(lineage(estate, "d", .upstream)) == ["b", "d"])
    #expect(lineage(estate, "d", .upstream, version: "v3").nodes.isEmpty)
    let graph = lineage(estate, "d", .upstream, version: "v1")
    #expect(graph.nodes.first?.version == "v1" && graph.nodes.first?.run == "w1")
    #expect(graph.nodes.first?.record == 1)
  }

  @Test func aRenameIsFollowedBothWays() {
    var estate = Estate()
    estate.run("w", at: 1, from: ["a"], to: [.init("old", .overwrite)])
    estate.record(
      .datasetRenamed, at: 10, [Estate.entity("new", .target), Estate.entity("old", .previous)]
    ) { $0.renames = [EntityPair(entity: 0, other: 1)] }
    estate.run("x", at: 20, from: ["new"], to: [.init("b")])
    #expect(names(lineage(estate, "a", .downstream)) == ["a", "old", "new", "b"])
    #expect(names(lineage(estate, "b", .upstream)) == ["a", "old", "new", "b"])
  }

  @Test func aLimitOfDepthIsSaid() {
    let graph = lineage(tree, "raw", .downstream) { $0.depthMax = 1 }
    #expect(names(graph) == ["raw", "curated"])
    #expect(graph.isCut)
    #expect(LineageText.text(graph).contains("[cut]"))
  }

  @Test func theTreeOfACycleEnds() {
    var estate = Estate()
    estate.run("a1", at: 10, from: ["b"], to: [.init("a", .overwrite)])
    estate.run("b1", at: 20, from: ["a"], to: [.init("b", .overwrite)])
    estate.run("a2", at: 30, from: ["b"], to: [.init("a", .overwrite)])
    let graph = lineage(estate, "a", .downstream).collapsed()
    #expect(
      LineageText.text(graph) == """
        dataset:n:a
        └─ dataset:n:b [inferred]
           └─ dataset:n:a [inferred] [cycle]

        """)
  }

  @Test func theTreeIsReadable() {
    var estate = tree
    estate.run("s", at: 40, from: ["report", "masked"], to: [.init("sum", .overwrite)])
    estate.run("t", at: 50, from: ["sum"], to: [.init("end", .overwrite)])
    let graph = lineage(estate, "curated", .downstream).collapsed()
    #expect(
      LineageText.text(graph) == """
        dataset:n:curated
        ├─ dataset:n:report
        │  └─ dataset:n:sum [inferred]
        │     └─ dataset:n:end [inferred]
        └─ dataset:n:masked [column, masked]
           └─ dataset:n:sum [inferred] [see above]

        """)
  }

  @Test func versionsInATreeNameTheirRuns() {
    var estate = Estate()
    estate.run("w", job: "j", at: 1, from: ["a"], to: [.init("b@1", .append)])
    let text = LineageText.text(lineage(estate, "b", .upstream))
    #expect(
      text == """
        dataset:n:b@1 (run w, record 1)
        ├─ run::w (job job:n:j, record 1) [inferred]
        │  └─ dataset:n:a (no record of its origin) [inferred]
        └─ dataset:n:b (no record of its origin) [kept]

        """)
  }

  /// A job that reads and writes one table does not go round in it.
  @Test func aTableThatIsRewrittenIsNoCycle() throws {
    var estate = Estate()
    estate.run("w", job: "j", at: 1, from: ["a", "t"], to: [.init("t", .overwrite), .init("u")])
    #expect(
      LineageText.text(lineage(estate, "t", .upstream)) == """
        dataset:n:t (run w, record 1)
        └─ run::w (job job:n:j, record 1) [inferred]
           ├─ dataset:n:a (no record of its origin) [inferred]
           └─ dataset:n:t (no record of its origin) [inferred]

        """)
    let down = lineage(estate, "t", .downstream)
    let run = try #require(down.nodes.firstIndex { $0.kind == .run })
    #expect(down.edges.filter { $0.to == run }.map { down.nodes[$0.from].record } == [nil])
    #expect(Set(down.nodes.filter { $0.depth > 0 }.map(\.entity.name)) == ["w", "u"])
  }

  @Test func theJSONIsStable() {
    var estate = Estate()
    estate.run("w", job: "j", at: 1, to: [.init("b", .overwrite)])
    let text = LineageJSON.text(lineage(estate, "b", .upstream))
    #expect(
      text
        == #"{"direction":"upstream","size":2,"cut":false,"starts":1,"nodes":[{"kind":"version","#
        + #""entity":"dataset:n:b","version":null,"run":"w","job":"job:n:j","record":1,"#
        + #""unfinished":false,"cut":false,"depth":0},{"kind":"version","#
        + #""entity":"dataset:n:b","version":null,"run":null,"job":null,"record":null,"#
        + #""unfinished":false,"cut":false,"depth":1}],"edges":[{"from":1,"to":0,"#
        + #""basis":"kept","masked":false,"indirect":false}],"#
        + #""asked":["dataset:n:b","job:n:j","run::w"],"columns":null,"columnsMissing":null}"#)
  }

  @Test func anUnknownEntityHasOnlyItself() {
    let graph = lineage(Estate(), "nothing", .upstream)
    #expect(graph.edges.isEmpty && graph.asked == [Estate.key("nothing")])
  }

  @Test func deepAndWideGraphsNeedNoStack() {
    var estate = Estate()
    for step in 0..<5_000 {
      estate.run("r\(step)", at: step, from: ["d\(step)"], to: [.init("d\(step + 1)", .overwrite)])
    }
    estate.run("w", at: 1, from: ["d0"], to: (0..<10_000).map { .init("o\($0)") })
    let down = lineage(estate, "d0", .downstream)
    #expect(names(down).count == 15_001)
    #expect(names(lineage(estate, "d5000", .upstream)).count == 5_001)
    #expect(LineageText.text(down.collapsed()).utf8.count > 0)
    #expect(LineageDOT.text(down.collapsed()).utf8.count > 0)
  }
}

/// Names that could break out of a quoted string.
@Suite struct LineageDOTTests {
  static let names = [
    "plain", "a\"b", "a\\b", "a\\", "\\\"", "a\nb", "a\tb", "<b>", "a&lt;b", "é😀", "a;b{c}",
    "-> x", "\u{7F}\u{85}", "\\N\\G\\l", "\u{2028}", "a\u{0}b",
  ]

  private var graph: LineageGraph {
    var estate = Estate()
    for name in Self.names {
      estate.run("r \(name)", job: "j \(name)", at: 1, from: ["raw"], to: [.init(name)])
    }
    return LineageGraph.compute(
      LineageQuery(entity: Estate.key("raw"), direction: .downstream, size: estate.next),
      from: estate.index)
  }

  /// Read back by the rules of the DOT language: in a quoted string only `\"` is an escape.
  @Test func everyQuotedStringEnds() throws {
    for line in LineageDOT.text(graph).split(separator: "\n") where line.contains("label=") {
      var isQuoted = false
      var outside = ""
      var previous: Unicode.Scalar = " "
      for scalar in line.unicodeScalars {
        if scalar == "\"", !(isQuoted && previous == "\\") {
          isQuoted.toggle()
        } else if !isQuoted {
          outside.unicodeScalars.append(scalar)
        }
        // A pair of backslashes is over.
        previous = previous == "\\" && scalar == "\\" ? " " : scalar
      }
      #expect(!isQuoted, "\(line)")
      let allowed = outside.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || "0123456789 []=,;->".unicodeScalars.contains($0))
      }
      #expect(allowed, "\(outside)")
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
    }
  }

  @Test func graphvizReadsIt() throws {
    let path = "/usr/bin/dot"
    guard FileManager.default.isExecutableFile(atPath: path) else {
      FileHandle.standardError.write(Data("Graphviz is absent; its test is left out\n".utf8))
      return
    }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["-Tplain"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    let graph = graph
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(LineageDOT.text(graph).utf8))
    try input.fileHandleForWriting.close()
    let plain = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let lines = plain.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("node ") } == graph.nodes.count)
    #expect(lines.count { $0.hasPrefix("edge ") } == graph.edges.count)
  }
}
