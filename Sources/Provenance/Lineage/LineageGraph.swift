public import LedgerFormat

/// What lineage is asked for.
public struct LineageQuery: Sendable {
  public enum Direction: String, CaseIterable, Sendable {
    /// What it was made from.
    case upstream
    /// What was made from it.
    case downstream
  }

  public var entity: EntityKey
  /// Nil: upstream, the versions that are current; downstream, all versions.
  public var version: String?
  public var direction: Direction
  /// Only records with a lower index are read.
  public var size: UInt64
  /// Records before this one are not read.
  public var firstRecord: UInt64 = 0
  /// The most edges from the start; nil for no limit. What lies behind is marked as cut.
  public var depthMax: Int?

  public init(
    entity: EntityKey, version: String? = nil, direction: Direction, size: UInt64
  ) {
    self.entity = entity
    self.version = version
    self.direction = direction
    self.size = size
  }
}

/// Versions and what flowed between them, as far as a query reaches.
public struct LineageGraph: Hashable, Sendable {
  /// The starts come first, then by distance from them.
  public var nodes: [LineageNode]
  /// In the direction of the data.
  public var edges: [LineageEdge]
  /// How many of the nodes are starts.
  public var startCount: Int
  public var direction: LineageQuery.Direction
  public var size: UInt64
  /// Every entity whose complete history was used, in the order of asking.
  public var asked: [EntityKey]

  /// Whether a limit of depth kept something out.
  public var isCut: Bool { nodes.contains(where: \.isCut) }
}

/// A version; or a run where all its inputs flow into its outputs; or several versions at once.
public struct LineageNode: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    case version
    /// A run, between its inputs and the outputs for which nothing better than all inputs is known.
    case run
    /// Versions of one entity, of which any may have been read or which one run wrote, in no known
    /// order. Edges between it and them have the basis `kept`.
    case several
    /// All versions of an entity, in a graph that does not tell them apart.
    case entity
  }

  public var kind: Kind
  public var entity: EntityKey
  public var version: String?
  public var run: String?
  public var job: EntityKey?
  /// The terminal record of the run, or its first while there is none; nil for content that no
  /// record wrote.
  public var record: UInt64?
  /// The run has not ended, failed or was aborted.
  public var isUnfinished: Bool
  /// There is more behind it, which a limit of depth kept out.
  public var isCut: Bool
  /// How many edges it is from a start.
  public var depth: Int
}

/// An edge; `from` and `to` are places in the list of nodes.
public struct LineageEdge: Hashable, Sendable {
  public var from: Int
  public var to: Int
  public var basis: LineageBasis
  public var isMasked: Bool
  public var isIndirect: Bool
}

extension LineageGraph {
  /// The same without telling versions apart: one node per entity, one edge per pair and basis,
  /// runs left out.
  ///
  /// An edge is masked or indirect if all that it stands for are.
  public func collapsed() -> LineageGraph {
    var collapse = LineageCollapse(graph: self)
    return collapse.collapsed()
  }
}

/// Merges versions into entities.
private struct LineageCollapse {
  private struct Ends: Hashable {
    var from: Int
    var to: Int
    var basis: LineageBasis
  }

  let graph: LineageGraph
  private var nodes: [LineageNode] = []
  private var places: [EntityKey: Int] = [:]
  private var edges: [LineageEdge] = []
  private var edgePlaces: [Ends: Int] = [:]

  init(graph: LineageGraph) { self.graph = graph }

  mutating func collapsed() -> LineageGraph {
    for node in graph.nodes where node.kind != .run { add(node) }
    let inputs = sourcesOfRuns()
    for edge in graph.edges {
      let from = graph.nodes[edge.from]
      guard graph.nodes[edge.to].kind != .run else { continue }
      if from.kind == .run {
        for input in inputs[edge.from] ?? [] {
          add(from: input, to: edge.to, like: edge)
        }
      } else {
        add(from: edge.from, to: edge.to, like: edge)
      }
    }
    let starts = Set(graph.nodes.prefix(graph.startCount).map(\.entity)).count
    return LineageGraph(
      nodes: nodes, edges: edges, startCount: starts, direction: graph.direction,
      size: graph.size, asked: graph.asked)
  }

  /// One version of each entity that flows into a run: others would give the same edges.
  private func sourcesOfRuns() -> [Int: [Int]] {
    var sources: [Int: [Int]] = [:]
    var seen: [Int: Set<EntityKey>] = [:]
    for edge in graph.edges where graph.nodes[edge.to].kind == .run {
      if seen[edge.to, default: []].insert(graph.nodes[edge.from].entity).inserted {
        sources[edge.to, default: []].append(edge.from)
      }
    }
    return sources
  }

  private mutating func add(_ node: LineageNode) {
    if let place = places[node.entity] {
      nodes[place].isCut = nodes[place].isCut || node.isCut
      return
    }
    places[node.entity] = nodes.count
    nodes.append(
      LineageNode(
        kind: .entity, entity: node.entity, isUnfinished: false, isCut: node.isCut,
        depth: node.depth))
  }

  private mutating func add(from: Int, to: Int, like edge: LineageEdge) {
    guard let source = places[graph.nodes[from].entity],
      let target = places[graph.nodes[to].entity]
    else { return }
    // That a dataset kept its own content is no lineage between datasets.
    if source == target, edge.basis == .kept || edge.basis == .sameVersion { return }
    let ends = Ends(from: source, to: target, basis: edge.basis)
    if let place = edgePlaces[ends] {
      edges[place].isMasked = edges[place].isMasked && edge.isMasked
      edges[place].isIndirect = edges[place].isIndirect && edge.isIndirect
      return
    }
    edgePlaces[ends] = edges.count
    edges.append(
      LineageEdge(
        from: source, to: target, basis: edge.basis, isMasked: edge.isMasked,
        isIndirect: edge.isIndirect))
  }
}
