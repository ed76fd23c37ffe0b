internal import LedgerFormat

/// Telling the result in names.
extension ClosureEngine {
  mutating func result() -> Closure {
    var all: [Descendant] = []
    all.reserveCapacity(graph.nodes.count)
    // One that was only asked for because it had versions under another name is none.
    for node in graph.nodes.indices where node == root || isInQuestion(node) {
      all.append(descendant(node))
    }
    let first = all.remove(at: root)
    all.sort {
      ($0.depth, $1.entity.bytes.count) == ($1.depth, $0.entity.bytes.count)
        ? $0.entity.bytes.lexicographicallyPrecedes($1.entity.bytes)
        : ($0.depth, $0.entity.bytes.count) < ($1.depth, $1.entity.bytes.count)
    }
    let facts = graph.source.facts
    return Closure(
      root: first, descendants: all, disclosures: disclosures(),
      silentProducers: silentProducers(), runsUnderWay: runsUnderWay(), rootSources: rootSources(),
      asked: graph.asked.map { facts.key(of: $0) }, origin: query.origin,
      firstRecord: query.firstRecord, size: query.size, time: query.time,
      silenceMicroseconds: query.silenceMicroseconds,
      erasure: erasure.map { UInt64(clamping: $0) }, inferredCount: inferredCount())
  }

  private func isInQuestion(_ node: Int) -> Bool {
    graph.nodes[node].writes.contains { graph.vertices[Int($0)].level > .clean }
  }

  private mutating func descendant(_ number: Int) -> Descendant {
    let verdict = verdict(on: number)
    graph.findCurrent(of: number)
    let current = Set(graph.used)
    let facts = graph.source.facts
    let node = graph.nodes[number]
    var versions: [DescendantVersion] = []
    for write in node.writes where graph.vertices[Int(write)].level > .clean {
      versions.append(version(write, isCurrent: current.contains(write), facts))
    }
    let via = verdict.version >= 0 ? via(verdict.version, facts) : nil
    return Descendant(
      entity: facts.key(of: node.members[0]),
      aliases: node.members.dropFirst().map { facts.key(of: $0) }, depth: depths[number],
      state: verdict.state, reason: verdict.reason, records: verdict.records, via: via,
      versions: versions)
  }

  private func version(
    _ write: Int32, isCurrent: Bool, _ facts: LineageFacts
  ) -> DescendantVersion {
    let vertex = graph.vertices[Int(write)]
    let activity = graph.activity(of: Int(write))
    return DescendantVersion(
      version: facts.text(of: vertex.version),
      run: activity.run.map { facts.key(of: $0).name },
      record: vertex.effect == .base ? nil : record(of: write),
      level: vertex.level.published, isCurrent: isCurrent, basis: basis(of: Int(write)),
      via: via(write, facts))
  }

  /// The edge by which a version got its level, seen through the junction of several versions
  /// that one run wrote; -1 if there is none.
  func cause(of vertex: Int) -> Int32 {
    let cause = graph.vertices[vertex].cause
    guard cause >= 0 else { return cause }
    let from = graph.vertices[Int(graph.edges[Int(cause)].from)]
    return from.joinsVersions ? from.cause : cause
  }

  private func basis(of vertex: Int) -> LineageBasis? {
    let cause = cause(of: vertex)
    return cause < 0 ? nil : graph.edges[Int(cause)].basis
  }

  /// The version at the other end of the edge that decided, seen through junctions.
  private func via(_ deciding: Int32, _ facts: LineageFacts) -> DescendantVia? {
    var cause = cause(of: Int(deciding))
    guard cause >= 0 else { return nil }
    let edge = graph.edges[Int(cause)]
    var isIndirect = edge.isIndirect
    var from = edge.from
    while graph.vertices[Int(from)].effect == .junction {
      cause = graph.vertices[Int(from)].cause
      guard cause >= 0 else { return nil }
      isIndirect = isIndirect || graph.edges[Int(cause)].isIndirect
      from = graph.edges[Int(cause)].from
    }
    let vertex = graph.vertices[Int(from)]
    return DescendantVia(
      entity: facts.key(of: vertex.entity),
      record: vertex.effect == .base ? nil : record(of: from), basis: edge.basis,
      isIndirect: isIndirect)
  }

  private func disclosures() -> [Disclosure] {
    let facts = graph.source.facts
    var found: [Disclosure] = []
    for node in graph.nodes {
      for (number, sink) in node.disclosures {
        let vertex = graph.vertices[Int(sink)]
        guard vertex.level >= .unknown else { continue }
        let event = facts.events[Int(number)]
        found.append(
          Disclosure(
            record: event.index, entity: facts.key(of: vertex.entity),
            recipients: facts.mentions(of: event).filter { $0.role == .recipient }
              .map { facts.key(of: $0.entity) },
            purpose: facts.details(ofEvent: Int(number))?.text("purpose"),
            level: vertex.level.published))
      }
    }
    return found.sorted {
      ($0.record, $1.entity.bytes.count) == ($1.record, $0.entity.bytes.count)
        ? $0.entity.bytes.lexicographicallyPrecedes($1.entity.bytes)
        : ($0.record, $0.entity.bytes.count) < ($1.record, $1.entity.bytes.count)
    }
  }

  private func silentProducers() -> [SilentProducer] {
    let facts = graph.source.facts
    var found: [SilentProducer] = openRuns.runs.filter(\.isSilent).map { open in
      .run(
        job: open.jobs.last.map { facts.key(of: $0) }, run: facts.key(of: open.run),
        record: open.record, since: open.since)
    }
    var named: Set<SequenceGap> = []
    for node in graph.nodes.indices { named.formUnion(gapsOfProducers(of: node)) }
    found += gaps.filter { named.contains($0) }.map { .gap($0) }
    return found
  }

  /// What they will write is not known, so that it may be anything.
  private func runsUnderWay() -> [RunUnderWay] {
    let facts = graph.source.facts
    return openRuns.runs.filter { !$0.isSilent && !$0.namesOutputs }.map { open in
      RunUnderWay(
        job: open.jobs.last.map { facts.key(of: $0) }, run: facts.key(of: open.run),
        record: open.record, since: open.since)
    }
  }

  /// The entities outside the closure that flowed into the root.
  private func rootSources() -> [EntityKey] {
    let facts = graph.source.facts
    var seen: Set<EntityID> = []
    var found: [EntityKey] = []
    for write in graph.nodes[root].writes where graph.vertices[Int(write)].effect != .base {
      for flow in graph.flows[graph.activity(of: Int(write)).flows]
      where graph.nodeOfEntity[flow.source] != root && seen.insert(flow.source).inserted {
        found.append(facts.key(of: flow.source))
      }
    }
    return found.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  private func inferredCount() -> Int {
    var count = 0
    for vertex in graph.vertices.indices
    where graph.vertices[vertex].effect != .junction && basis(of: vertex) == .inferred {
      count += 1
    }
    return count
  }
}

extension TaintLevel {
  var published: ClosureLevel {
    switch self {
    case .masked: .masked
    case .clean, .unknown: .unknown
    case .tainted: .tainted
    }
  }
}
