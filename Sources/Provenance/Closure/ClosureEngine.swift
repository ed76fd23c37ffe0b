internal import LedgerFormat

extension Closure {
  /// Computes the closure of `query` from the records that `source` hands out.
  ///
  /// The source is asked breadth first: for the root and its other identifiers, the jobs and the
  /// runs that touched them, then for what those wrote, and so on without limit of depth; last for
  /// the runs of these jobs that seem not to have ended. Each entity once.
  ///
  /// - Throws: what the source throws.
  /// - Complexity: about linear in the records of the entities asked for.
  public static func compute<Source: LineageSource>(
    _ query: ClosureQuery, from source: Source
  ) throws(Source.Failure) -> Closure {
    try compute(query, source: source)
  }

  private static func compute<Source: LineageSource>(
    _ query: ClosureQuery, source: Source
  ) throws(Source.Failure) -> Closure {
    var engine = ClosureEngine(query: query, source: source)
    try engine.spread()
    return engine.result()
  }
}

extension Closure {
  /// The same from an index in memory, compiled for just that.
  public static func compute(_ query: ClosureQuery, from index: LineageIndex) -> Closure {
    compute(query, source: index)
  }

  /// The same from a history that may fail in any way, compiled for just that.
  ///
  /// - Throws: what the source throws.
  public static func compute(
    _ query: ClosureQuery, from history: LineageHistory<any Error>
  ) throws -> Closure {
    try compute(query, source: history)
  }
}

/// Spreads what the root had over the versions, then states what became of each node.
struct ClosureEngine<Source: LineageSource> {
  let query: ClosureQuery
  var graph: VersionGraph<Source>
  var root = 0
  /// A version is asked about that no record names.
  private(set) var namesUnknownVersion = false
  /// The depth of each node.
  var depths: [Int] = []
  /// The record that counts as the erasure.
  var erasure: Int64?
  var openRuns = OpenRuns()
  /// Producers with gaps in their numbering since the origin.
  var gaps: [SequenceGap] = []

  init(query: ClosureQuery, source: Source) {
    self.query = query
    graph = VersionGraph(
      source: source, firstRecord: query.firstRecord, size: query.size,
      followsFormerVersions: true)
  }

  mutating func spread() throws(Source.Failure) {
    var queue: [Int32] = []
    try seed(&queue)
    var reached: [EntityID] = []
    spread(&queue, &reached)
    var depth = 0
    while !reached.isEmpty {
      depth += 1
      let layer = reached
      reached.removeAll(keepingCapacity: true)
      for entity in layer where graph.nodeOfEntity[entity] < 0 {
        let node = try graph.expand(entity, .readers)
        depths.append(depth)
        for write in graph.nodes[node].writes where graph.vertices[Int(write)].level > .clean {
          queue.append(write)
        }
        for former in graph.formers(of: node) where graph.vertices[Int(former)].level > .clean {
          queue.append(former)
        }
      }
      spread(&queue, &reached)
    }
    erasure = query.erasure.map { Int64(clamping: $0) } ?? firstRemoval()
    openRuns = try graph.findOpenRuns(
      at: query.time, silenceMicroseconds: query.silenceMicroseconds)
    gaps = graph.source.sequenceGaps.filter {
      $0.recordAfter < query.size && $0.recordAfter >= originRecord
    }
  }

  /// Passes on what is new until nothing is left to ask for, or what is left is in `reached`.
  private mutating func spread(_ queue: inout [Int32], _ reached: inout [EntityID]) {
    graph.propagate(&queue, reached: &reached)
    while reached.isEmpty {
      graph.linkFormerVersions(&queue)
      if queue.isEmpty { return }
      graph.propagate(&queue, reached: &reached)
    }
  }

  /// Expands the root and taints the versions in question.
  private mutating func seed(_ queue: inout [Int32]) throws(Source.Failure) {
    let entity = graph.source.identifier(of: query.root)
    switch query.origin {
    case .record(let index):
      root = try graph.expand(entity, .readers, base: [.content(at: index)], isRoot: true)
      for write in graph.nodes[root].writes where graph.vertices[Int(write)].effect == .base {
        // Where the names may be those of several things, another's content may be another's.
        let isRoot =
          graph.nodes[root].isOneThing || graph.vertices[Int(write)].entity == entity
        taint(write, isRoot ? .tainted : .unknown, &queue)
      }
    case .versions(let texts):
      root = try graph.expand(entity, .readers, base: texts.map { .version($0) })
      for text in texts {
        let version = graph.source.facts.knownVersion(text)
        let written = graph.nodes[root].writes.filter {
          graph.vertices[Int($0)].version == version && graph.vertices[Int($0)].hasContent
        }
        for write in written { taint(write, .tainted, &queue) }
        namesUnknownVersion = namesUnknownVersion || written.isEmpty
      }
    }
    depths.append(0)
  }

  private mutating func taint(_ write: Int32, _ level: TaintLevel, _ queue: inout [Int32]) {
    graph.vertices[Int(write)].level = level
    queue.append(write)
  }

  private var originRecord: UInt64 {
    if case .record(let index) = query.origin { index } else { query.firstRecord }
  }

  /// The first write to the root that removed what was in question, or may have.
  private func firstRemoval() -> Int64? {
    let writes = graph.nodes[root].writes.map { graph.vertices[Int($0)] }
    func terminal(_ vertex: Vertex) -> Int64 { graph.activities[Int(vertex.activity)].terminal }
    // What was there before any record lies before the record after its own.
    let firstTainted = writes.filter { $0.level == .tainted }
      .map { $0.effect == .base ? terminal($0) + 1 : terminal($0) }.min()
    guard let firstTainted else { return nil }
    let removal = writes.first {
      $0.level != .tainted && ($0.mayRemove || $0.effect == .erased)
        && terminal($0) >= firstTainted
    }
    return removal.map(terminal)
  }
}
