internal import LedgerFormat

extension LineageGraph {
  /// Computes the lineage that `query` asks for from the records that `source` hands out.
  ///
  /// - Throws: what the source throws.
  /// - Complexity: about linear in the records of the entities asked for.
  public static func compute<Source: LineageSource>(
    _ query: LineageQuery, from source: Source
  ) throws(Source.Failure) -> LineageGraph {
    try compute(query, source: source)
  }

  /// The same from a history that may fail in any way, compiled for just that.
  ///
  /// - Throws: what the source throws.
  public static func compute(
    _ query: LineageQuery, from history: LineageHistory<any Error>
  ) throws -> LineageGraph {
    try compute(query, source: history)
  }

  private static func compute<Source: LineageSource>(
    _ query: LineageQuery, source: Source
  ) throws(Source.Failure) -> LineageGraph {
    var engine = LineageEngine(query: query, source: source)
    try engine.walk()
    return engine.result()
  }
}

/// Walks the version graph from a start, breadth first, without limit and without recursion.
struct LineageEngine<Source: LineageSource> {
  let query: LineageQuery
  var graph: VersionGraph<Source>
  /// Vertices in the order they were reached, with their depths.
  private var reached: [Int32] = []
  private var depths: [Int] = []
  private var places: [Int32: Int] = [:]
  private var cut: Set<Int32> = []
  private var startCount = 0
  /// The edges into each vertex, as far as they were made when last looked.
  private var firstIn: [Int32] = []
  private var nextIn: [Int32] = []
  private var resolved: Set<Resolved> = []

  private struct Resolved: Hashable {
    var node: Int
    var activity: Int32
  }

  init(query: LineageQuery, source: Source) {
    self.query = query
    graph = VersionGraph(source: source, firstRecord: query.firstRecord, size: query.size)
  }

  mutating func walk() throws(Source.Failure) {
    let entity = graph.source.identifier(of: query.entity)
    let node = try expand(entity)
    for vertex in starts(of: node) { reach(vertex, depth: 0) }
    startCount = reached.count
    var next = 0
    while next < reached.count {
      let vertex = reached[next]
      let depth = depths[next]
      next += 1
      let isAtLimit = query.depthMax.map { depth >= $0 } ?? false
      if isAtLimit, graph.vertices[Int(vertex)].effect != .junction {
        // What is behind may not have been asked for, so that it is cut even if there is none.
        cut.insert(vertex)
        continue
      }
      if query.direction == .downstream {
        try goDown(from: vertex, depth)
      } else {
        try goUp(from: vertex, depth)
      }
    }
  }

  private mutating func expand(_ entity: EntityID) throws(Source.Failure) -> Int {
    try graph.expand(
      entity, query.direction == .downstream ? .readers : .writers,
      base: [.content(at: query.firstRecord)])
  }

  private mutating func starts(of node: Int) -> [Int32] {
    let facts = graph.source.facts
    if let text = query.version {
      guard let version = facts.knownVersion(text) else { return [] }
      if let written = graph.nodes[node].versioned[version] { return written }
      graph.findCurrent(of: node)
      return graph.used
    }
    if query.direction == .downstream { return graph.nodes[node].writes }
    graph.findCurrent(of: node)
    return graph.used
  }

  private mutating func reach(_ vertex: Int32, depth: Int) {
    guard places[vertex] == nil else { return }
    places[vertex] = reached.count
    reached.append(vertex)
    depths.append(depth)
  }

  /// A junction is no step.
  private func depth(behind vertex: Int32, _ depth: Int) -> Int {
    graph.vertices[Int(vertex)].effect == .junction ? depth : depth + 1
  }

  private mutating func goDown(from vertex: Int32, _ depth: Int) throws(Source.Failure) {
    let entity = graph.vertices[Int(vertex)].entity
    if graph.vertices[Int(vertex)].effect != .junction, graph.nodeOfEntity[entity] < 0 {
      _ = try expand(entity)
    }
    var targets: [Int32] = []
    var place = graph.vertices[Int(vertex)].firstEdge
    while place >= 0 {
      let edge = graph.edges[Int(place)]
      if !isDisclosure(edge.to), !isOwnLoop(edge) { targets.append(edge.to) }
      place = edge.next
    }
    for target in targets.reversed() { reach(target, depth: self.depth(behind: vertex, depth)) }
  }

  /// A sink that stands for what was disclosed has no edges and no run.
  private func isDisclosure(_ vertex: Int32) -> Bool {
    let sink = graph.vertices[Int(vertex)]
    return sink.effect == .junction && sink.firstEdge < 0 && sink.activity >= 0
      && graph.activity(of: Int(vertex)).run == nil
  }

  /// A run may read what it wrote; where all its inputs flow into that, the way back says nothing.
  private func isOwnLoop(_ edge: VersionEdge) -> Bool {
    let (from, to) = (graph.vertices[Int(edge.from)], graph.vertices[Int(edge.to)])
    return from.isInferredOnly && from.effect != .junction && from.activity == to.activity
      && to.effect == .junction && !to.joinsVersions
  }

  private mutating func goUp(from vertex: Int32, _ depth: Int) throws(Source.Failure) {
    let activity = graph.vertices[Int(vertex)].activity
    if activity >= 0 {
      for flow in graph.flows[graph.activities[Int(activity)].flows]
      where flow.target == vertex {
        let node = try expand(flow.source)
        if resolved.insert(Resolved(node: node, activity: activity)).inserted {
          try graph.resolve(node, readBy: Int(activity))
        }
      }
    }
    indexEdges()
    var sources: [Int32] = []
    var place = firstIn[Int(vertex)]
    while place >= 0 {
      let edge = graph.edges[Int(place)]
      if !isOwnLoop(edge) { sources.append(edge.from) }
      place = nextIn[Int(place)]
    }
    for source in sources.reversed() { reach(source, depth: self.depth(behind: vertex, depth)) }
  }

  private mutating func indexEdges() {
    if firstIn.count < graph.vertices.count {
      firstIn += Array(repeating: -1, count: graph.vertices.count - firstIn.count)
    }
    for place in nextIn.count..<graph.edges.count {
      let target = Int(graph.edges[place].to)
      nextIn.append(firstIn[target])
      firstIn[target] = Int32(place)
    }
  }

  func result() -> LineageGraph {
    let facts = graph.source.facts
    var edges: [LineageEdge] = []
    for edge in graph.edges {
      guard let from = places[edge.from], let to = places[edge.to], !isOwnLoop(edge) else {
        continue
      }
      edges.append(
        LineageEdge(
          from: from, to: to, basis: edge.basis, isMasked: edge.cap == .masked,
          isIndirect: edge.isIndirect))
    }
    edges.sort { $0.from == $1.from ? $0.to < $1.to : $0.from < $1.from }
    var nodes: [LineageNode] = []
    for (place, vertex) in reached.enumerated() {
      nodes.append(node(vertex, depth: depths[place], facts))
    }
    return LineageGraph(
      nodes: nodes, edges: edges, startCount: startCount, direction: query.direction,
      size: query.size, asked: graph.asked.map { facts.key(of: $0) })
  }

  private func node(_ number: Int32, depth: Int, _ facts: LineageFacts) -> LineageNode {
    let vertex = graph.vertices[Int(number)]
    guard vertex.activity >= 0 else {
      return LineageNode(
        kind: .several, entity: facts.key(of: vertex.entity), isUnfinished: false,
        isCut: false, depth: depth)
    }
    let activity = graph.activity(of: Int(number))
    let isRun = vertex.effect == .junction && !vertex.joinsVersions
    let record =
      activity.terminal == Activity.openTerminal
      ? activity.first : UInt64(clamping: activity.terminal)
    return LineageNode(
      kind: vertex.joinsVersions ? .several : isRun ? .run : .version,
      entity: facts.key(of: isRun ? activity.run ?? vertex.entity : vertex.entity),
      version: vertex.effect == .junction ? nil : facts.text(of: vertex.version),
      run: activity.run.map { facts.key(of: $0).name },
      job: activity.job.map { facts.key(of: $0) },
      record: vertex.effect == .base ? nil : record,
      isUnfinished: !activity.isDone, isCut: cut.contains(number), depth: depth)
  }
}
