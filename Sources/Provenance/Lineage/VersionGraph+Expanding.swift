internal import LedgerFormat

/// Making a node of an entity.
extension VersionGraph {
  /// What to look for around a node.
  enum Surroundings {
    /// Its versions, and everything that read them.
    case readers
    /// Its versions only.
    case writers
  }

  /// The node of the entity, made if it is not there.
  ///
  /// - Parameter base: content of the node that no record wrote.
  mutating func expand(
    _ entity: EntityID, _ surroundings: Surroundings, base: [Base] = [], isRoot: Bool = false
  ) throws(Source.Failure) -> Int {
    if nodeOfEntity[entity] >= 0 { return nodeOfEntity[entity] }
    let number = nodes.count
    nodes.append(try gather(entity))
    for member in nodes[number].members { nodeOfEntity[member] = number }
    let touching = surroundings == .readers ? nodes[number].events : eventsOfWriters(number)
    let survey = try completeRuns(among: touching)
    nodes[number].others = survey.others
    makeActivities(of: number, survey)
    if !survey.others.isEmpty || dropsVersions {
      limitDrops(of: number)
      findErasures(ofVersionsOf: number)
    }
    for content in base { add(content, to: number) }
    orderWrites(of: number)
    try addKeptEdges(in: number, isRoot: isRoot)
    if surroundings == .readers {
      for activity in nodes[number].activities { try resolve(number, readBy: Int(activity)) }
      try addDisclosures(of: number)
    }
    return number
  }

  /// All identifiers of the entity, and every record that names one of them.
  private mutating func gather(_ entity: EntityID) throws(Source.Failure) -> VersionNode {
    var node = VersionNode(members: [entity])
    var primaries: [EntityID] = []
    var next = 0
    while next < node.members.count {
      let member = node.members[next]
      next += 1
      let numbers = try ask(member)
      let facts = source.facts
      for number in numbers where facts.marks[Int(number)].hasPairs {
        for place in facts.events[Int(number)].pairs.range {
          let pair = facts.pairs[place]
          guard !pair.isRename, pair.entity == member || pair.other == member else { continue }
          if !primaries.contains(pair.entity) { primaries.append(pair.entity) }
          for other in [pair.entity, pair.other] where !node.members.contains(other) {
            node.members.append(other)
          }
        }
      }
      node.events = node.events.isEmpty ? numbers : merged(node.events, numbers, facts)
    }
    node.isOneThing = node.members.count <= 2 || primaries.count == 1
    if !node.isOneThing { node.ambiguous = ambiguous(node.members, node.events) }
    return node
  }

  /// The identifiers that more than one other was joined with as an alias: nothing tells which of
  /// them a write under it went to, so that none takes the place of another.
  private func ambiguous(_ members: [EntityID], _ events: [UInt32]) -> Set<EntityID> {
    let facts = source.facts
    var pointing: [EntityID: EntityID] = [:]
    var found: Set<EntityID> = []
    for number in events where facts.marks[Int(number)].hasPairs {
      for place in facts.events[Int(number)].pairs.range {
        let pair = facts.pairs[place]
        guard !pair.isRename, pair.entity != pair.other else { continue }
        if let known = pointing[pair.other], known != pair.entity {
          found.insert(pair.other)
        }
        pointing[pair.other] = pair.entity
      }
    }
    return found.intersection(members)
  }

  /// Both lists in one, each event once, ascending by record.
  private func merged(
    _ left: [UInt32], _ right: [UInt32], _ facts: LineageFacts
  ) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(left.count + right.count)
    var (first, second) = (0, 0)
    func index(_ number: UInt32) -> UInt64 { facts.events[Int(number)].index }
    while first < left.count || second < right.count {
      if second == right.count
        || first < left.count && index(left[first]) <= index(right[second])
      {
        if second < right.count, left[first] == right[second] { second += 1 }
        result.append(left[first])
        first += 1
      } else {
        result.append(right[second])
        second += 1
      }
    }
    return result
  }

  private func eventsOfWriters(_ number: Int) -> [UInt32] {
    let facts = source.facts
    let node = nodes[number]
    return node.events.filter { number in
      let event = facts.events[Int(number)]
      let mentions = facts.mentions(of: event)
      return mentions.contains { mention in
        node.members.contains(mention.entity)
          && [.output, .target, .related, .previous].contains(mention.role)
      }
        || facts.edges[event.edges.range].contains { edge in
          node.members.contains(mentions[mentions.startIndex + Int(edge.target)].entity)
        }
    }
  }

  private mutating func makeActivities(of number: Int, _ survey: EventSurvey) {
    let members = nodes[number].members
    let facts = source.facts
    let evidence = ErasureEvidence(
      events: survey.others, members: members, areOneThing: nodes[number].isOneThing, facts: facts)
    nodes[number].unverified = evidence.unverified
    nodes[number].exemptions =
      Exemptions(events: survey.others, members: members, facts: facts).records
    var made: [Int32] = []
    made.reserveCapacity(survey.subjects.count)
    var scratch: [UInt32] = []
    for subject in survey.subjects {
      if let run = subject.run {
        made.append(Int32(makeRun(run, facts, &scratch)))
        continue
      }
      let event = subject.number
      switch facts.events[Int(event)].kind {
      // An event of a run that it does not name is a run of its own.
      case .run, .derivation, .job, .dataset, .datasetCreated, .datasetAltered,
        .datasetRenamed, .datasetDropped:
        made.append(Int32(makeRecord(event, facts)))
      default: break
      }
    }
    for removal in evidence.removals {
      made.append(Int32(makeErasure(removal.event, of: removal.target)))
    }
    nodes[number].activities = made
  }

  /// Edges from versions to those that kept their content, and from a version to its like.
  private mutating func addKeptEdges(in number: Int, isRoot: Bool) throws(Source.Failure) {
    for write in nodes[number].writes {
      let vertex = vertices[Int(write)]
      guard let cap = keptCap(vertex, isRoot: isRoot) ?? statedCap(vertex, in: number)
      else { continue }
      try findUsed(
        of: number, by: Int(vertices[Int(write)].activity),
        Reading(entity: vertices[Int(write)].entity, includesOwn: false))
      for earlier in used {
        addEdge(from: Int(earlier), to: Int(write), cap: cap, basis: .kept)
      }
    }
    addVersionEdges(in: number)
  }

  /// Edges from each explicit version to the same version written again, by a later record, unless
  /// an erasure of just that version came between for certain.
  private mutating func addVersionEdges(in number: Int) {
    var lasts: [VersionID: LastWrites] = [:]
    for write in nodes[number].writes {
      let vertex = vertices[Int(write)]
      guard vertex.version != .none, vertex.hasContent else { continue }
      let activity = activities[Int(vertex.activity)]
      var last = lasts[vertex.version] ?? LastWrites(terminal: activity.terminal)
      if activity.terminal != last.terminal {
        let completed = last.writes.filter { self.activity(of: Int($0)).outcome == .completed }
        last = LastWrites(
          terminal: activity.terminal, before: joined(last.writes),
          completedBefore: completed.isEmpty ? last.completedBefore : joined(completed),
          terminalBefore: last.terminal, endBefore: last.end, end: last.end)
      }
      last.writes.append(write)
      last.end = max(last.end, activity.end)
      lasts[vertex.version] = last
      // What replaces all has nothing of a try that failed, and may not be the version at all that
      // only START names.
      let before = vertex.removesAll ? last.completedBefore : last.before
      if before >= 0, !(vertex.removesAll && vertex.isVersionOfStart),
        !isErased(vertex, of: number, from: last, before: activity)
      {
        addEdge(from: Int(before), to: Int(write), cap: .tainted, basis: .sameVersion)
      }
    }
  }

  private func isErased(
    _ vertex: Vertex, of number: Int, from last: LastWrites, before activity: Activity
  ) -> Bool {
    erasures(
      of: vertex.version, vertex.entity, in: number, behind: last.terminalBefore, last.endBefore
    ).contains { $0.terminal < activity.terminal && $0.end <= activity.start }
  }

  /// One vertex for several versions of one entity.
  mutating func joined(_ writes: [Int32]) -> Int32 {
    guard writes.count > 1 else { return writes[0] }
    let entity = vertices[Int(writes[0])].entity
    let junction = addVertex(Vertex(activity: -1, entity: entity, effect: .junction))
    for write in writes {
      addEdge(from: Int(write), to: junction, cap: .tainted, basis: .kept)
    }
    return Int32(junction)
  }

  /// How much of earlier content a write may have kept; nil for nothing.
  private func keptCap(_ vertex: Vertex, isRoot: Bool) -> TaintLevel? {
    switch vertex.effect {
    case .keep, .renamed: .tainted
    // A version of the root is in question as such, unless something may have been removed.
    case .unknown: isRoot && !vertex.mayRemove ? .tainted : .unknown
    // A full overwrite cleans if it is on record where the content came from.
    case .full: vertex.hasOrigin ? nil : .unknown
    // A snapshot has what was there; that a run goes on writing says nothing of what it read.
    case .open: isRoot ? .tainted : vertex.version == .none ? nil : .unknown
    case .failed: vertex.version == .none ? nil : .unknown
    case .drop, .moved, .truncate, .erased, .statement, .base, .junction: nil
    }
  }

  /// The same of a statement: a version that nobody is known to have made has what was there.
  private func statedCap(_ vertex: Vertex, in number: Int) -> TaintLevel? {
    guard vertex.effect == .statement, vertex.version != .none,
      !activities[Int(vertex.activity)].isDesign
    else { return nil }
    let isMade = nodes[number].versioned[vertex.version, default: []].contains {
      vertices[Int($0)].isCertainOfVersion
    }
    return isMade ? nil : .tainted
  }

  /// Turns the flows from the node into the activity's writes into edges between versions.
  mutating func resolve(_ number: Int, readBy activity: Int) throws(Source.Failure) {
    let range = activities[activity].flows
    guard !range.isEmpty else { return }
    for member in nodes[number].members {
      var place = flows[range].partitioningIndex {
        $0.source.rawValue >= member.rawValue
      }
      var known: VersionID?
      while place < range.upperBound, flows[place].source == member {
        let flow = flows[place]
        if flow.takesVersions {
          let versions = versionJunction(of: number)
          if versions >= 0 {
            addEdge(from: Int(versions), to: Int(flow.target), cap: flow.cap, basis: flow.basis)
          }
          place += 1
          continue
        }
        if known != flow.version {
          try findUsed(of: number, by: activity, Reading(entity: member, version: flow.version))
          known = flow.version
        }
        for version in used {
          addEdge(
            from: Int(version), to: Int(flow.target), cap: flow.cap, basis: flow.basis,
            isIndirect: flow.isIndirect)
        }
        // What could not be read may be the version, so that it is any.
        if activities[activity].isIncomplete, flow.version == .none {
          let content = contentJunction(of: number)
          if content >= 0 {
            addEdge(
              from: Int(content), to: Int(flow.target), cap: min(flow.cap, .unknown),
              basis: flow.basis, isIndirect: flow.isIndirect)
          }
        }
        place += 1
      }
    }
  }

  private mutating func addDisclosures(of number: Int) throws(Source.Failure) {
    let facts = source.facts
    for event in nodes[number].others {
      let fact = facts.events[Int(event)]
      guard fact.kind == .disclosure else { continue }
      activities.append(instant(fact, job: nil))
      for mention in facts.mentions(of: fact)
      where mention.role == .target && nodes[number].members.contains(mention.entity) {
        let sink = addVertex(
          Vertex(
            activity: Int32(activities.count - 1), entity: mention.entity,
            version: mention.version, effect: .junction))
        try findUsed(
          of: number, by: activities.count - 1,
          Reading(entity: mention.entity, version: mention.version))
        for version in used {
          addEdge(from: Int(version), to: sink, cap: .tainted, basis: .explicit)
        }
        nodes[number].disclosures.append((event, Int32(sink)))
      }
    }
  }
}

/// The writes of one explicit version by the record that wrote it last.
private struct LastWrites {
  var terminal: Int64
  var writes: [Int32] = []
  /// What stands for those of the record before; -1 for nothing.
  var before: Int32 = -1
  /// The same of the completed ones.
  var completedBefore: Int32 = -1
  var terminalBefore = Int64.min
  /// When all before had ended, and when these have, too.
  var endBefore = Int64.min
  var end = Int64.min
}
