import LedgerFormat
import Provenance
import Testing

/// Upstream and downstream are walks over the same versions and edges.
@Suite struct LineageDirectionTests {
  /// A version or a run, by what the records say of it.
  private struct End: Hashable {
    var kind: LineageNode.Kind
    var entity: EntityKey
    var version: String?
    var run: String?
    var record: UInt64?

    init(_ node: LineageNode) {
      kind = node.kind
      entity = node.entity
      version = node.version
      run = node.run
      record = node.record
    }

    var text: String { "\(entity.name)@\(version ?? run ?? record.map { "#\($0)" } ?? "-")" }
  }

  private struct Edge: Hashable {
    var from: End
    var to: End
    var basis: LineageBasis
    var isMasked: Bool
    var isIndirect: Bool

    var text: String { "\(from.text) -> \(to.text) \(basis)" }
  }

  /// The edges between versions and runs. What stands for several versions is passed through: which
  /// of them are put together depends on who asks.
  private func edges(_ graph: LineageGraph) -> Set<Edge> {
    var into: [Int: [Int]] = [:]
    for edge in graph.edges where graph.nodes[edge.to].kind == .several {
      into[edge.to, default: []].append(edge.from)
    }
    var found: Set<Edge> = []
    for edge in graph.edges where graph.nodes[edge.to].kind != .several {
      var sources = [edge.from]
      while let source = sources.popLast() {
        guard graph.nodes[source].kind != .several else {
          sources += into[source] ?? []
          continue
        }
        found.insert(
          Edge(
            from: End(graph.nodes[source]), to: End(graph.nodes[edge.to]), basis: edge.basis,
            isMasked: edge.isMasked, isIndirect: edge.isIndirect))
      }
    }
    return found
  }

  private func ends(_ graph: LineageGraph) -> Set<End> {
    Set(graph.nodes.filter { $0.kind != .several }.map { End($0) })
  }

  private func lineage(
    _ estate: Estate, _ key: EntityKey, _ direction: LineageQuery.Direction
  ) -> LineageGraph {
    LineageGraph.compute(
      LineageQuery(entity: key, direction: direction, size: estate.next), from: estate.index)
  }

  /// Where both walks came by, they saw the same edges.
  @Test(arguments: 0..<4) func bothDirectionsSeeTheSameEdges(_ seed: Int) {
    var random = SeededRandom("lineage in both directions, \(seed)")
    var comparedCount = 0
    for round in 0..<300 {
      let estate = Estate.random(&random)
      let down = lineage(estate, Estate.key("raw"), .downstream)
      let (downEdges, downEnds) = (edges(down), ends(down))
      for key in Set(down.nodes.filter { $0.kind == .version }.map(\.entity)) {
        let up = lineage(estate, key, .upstream)
        let (upEdges, upEnds) = (edges(up), ends(up))
        let into = downEdges.filter { upEnds.contains($0.to) }
        let outOf = upEdges.filter { downEnds.contains($0.from) }
        let place: Comment = "seed \(random.seed) round \(round) \(key.name)\n\(estate.text)"
        #expect(into.subtracting(upEdges).map(\.text) == [], place)
        #expect(outOf.subtracting(downEdges).map(\.text) == [], place)
        comparedCount += into.count + outOf.count
      }
    }
    #expect(comparedCount > 1_000)
  }

  /// A version that nobody is known to have written may be what was there when a run that only read
  /// it had begun. Upstream, nothing else leads to that run.
  @Test func aVersionMayBeAsOldAsTheRunThatFirstNamedIt() {
    var estate = Estate()
    estate.run("old", at: 10, until: 15, to: [.init("d", .overwrite)])
    estate.run("new", at: 45, until: 52, to: [.init("d", .overwrite)])
    estate.run("reader", at: 50, until: 55, from: ["d@v1"], to: [.init("a")])
    estate.run("late", at: 75, until: 82, from: ["d@v1"], to: [.init("b")])
    for (key, direction) in [("b", LineageQuery.Direction.upstream), ("d", .downstream)] {
      let graph = lineage(estate, Estate.key(key), direction)
      let written = edges(graph).filter { $0.to.run == "late" && $0.to.kind == .run }
      #expect(Set(written.map(\.from.run)) == ["old", "new"], "\(direction)")
    }
  }

  /// A chain as long as no estate has one: neither direction goes down the stack with it, and each
  /// level is there once.
  @Test func aHundredThousandLevels() throws {
    let depth = 100_000
    var index = LineageIndex()
    for level in 0..<depth {
      var content = RecordContent(kind: "derivation", source: "test")
      content.eventTime = Estate.time(level)
      content.entities = [
        Estate.entity("t\(level)", .input),
        Estate.entity("t\(level + 1)", .output, .dataset, EntityFacts(writeMode: .overwrite)),
      ]
      index.append(
        index: UInt64(level), recordedTime: Estate.time(level + 1), content: content)
    }
    let size = UInt64(depth)
    let down = LineageGraph.compute(
      LineageQuery(entity: Estate.key("t0"), direction: .downstream, size: size), from: index)
    let up = LineageGraph.compute(
      LineageQuery(entity: Estate.key("t\(depth)"), direction: .upstream, size: size), from: index)
    for graph in [down, up] {
      #expect(graph.nodes.map(\.depth).max() ?? 0 >= depth - 1)
      #expect(Set(graph.nodes.map(\.entity)).count >= depth)
      #expect(graph.edges.count >= depth - 1)
    }
    let closure = Closure.compute(
      ClosureQuery(
        root: Estate.key("t0"), origin: .record(0), size: size, time: Estate.time(depth + 1),
        silenceMicroseconds: 0), from: index)
    #expect(closure.depth == depth && closure.descendants.count == depth)
    #expect(closure.descendants.last?.entity == Estate.key("t\(depth)"))
  }

  /// That one version was erased does not have each later append list all that were before.
  @Test func anErasedVersionDoesNotMultiplyEdges() {
    let count = 2_000
    var estate = Estate()
    for number in 0..<count {
      estate.run("r\(number)", at: 10 + number, to: [.init("t@v\(number)", .append)])
      if number == count / 2 { estate.erase("t@v5", at: 11 + number) }
    }
    var index = LineageIndex()
    for record in estate.records {
      index.append(
        index: record.index, recordedTime: record.recordedTime, content: record.content)
    }
    let graph = LineageGraph.compute(
      LineageQuery(entity: Estate.key("t"), direction: .downstream, size: estate.next),
      from: index)
    #expect(graph.nodes.count >= count)
    #expect(graph.edges.count >= count && graph.edges.count < 50 * count)
  }
}
