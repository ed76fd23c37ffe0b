internal import LedgerFormat

/// What became of one node.
struct ClosureVerdict {
  var state: ClosureState
  var reason: ClosureReason
  var records: [UInt64]
  /// The version that decides; -1 if none does.
  var version: Int32 = -1
}

extension ClosureEngine {
  /// The state of a node, decided in this order: what is certain of its current versions, then
  /// what runs, silence and gaps leave open.
  mutating func verdict(on node: Int) -> ClosureVerdict {
    if node == root, namesUnknownVersion {
      return ClosureVerdict(state: .unknown, reason: .versionUnknown, records: [])
    }
    graph.findCurrent(of: node)
    let current = graph.used.sorted { isBefore($0, $1) }
    let level = current.map { graph.vertices[Int($0)].level }.max() ?? .clean
    let deciding =
      current.last { graph.vertices[Int($0)].level == level && isCompleted($0) }
      ?? current.last { graph.vertices[Int($0)].level == level }
    var verdict =
      level <= .masked
      ? clean(current, level, deciding) : tainted(current, level, deciding)
    verdict.version = deciding ?? -1
    if level > .masked, let exemptions = exemptions(of: node, from: current) {
      return ClosureVerdict(
        state: .exempt, reason: .exempted, records: exemptions, version: verdict.version)
    }
    if let open = openVerdict(of: node) { return open.with(verdict.version) }
    if level <= .masked, let gap = gapVerdict(of: node) { return gap.with(verdict.version) }
    return verdict
  }

  /// The records that exempt all that is in question of the current versions; nil if none do.
  private func exemptions(of node: Int, from current: [Int32]) -> [UInt64]? {
    let all = graph.nodes[node].exemptions
    if let whole = all[.none] { return whole }
    guard !all.isEmpty else { return nil }
    var records: Set<UInt64> = []
    for vertex in current where graph.vertices[Int(vertex)].level > .masked {
      guard let found = all[graph.vertices[Int(vertex)].version] else { return nil }
      records.formUnion(found)
    }
    return records.sorted()
  }

  private func isBefore(_ left: Int32, _ right: Int32) -> Bool {
    let (first, second) = (
      graph.activity(of: Int(left)).terminal, graph.activity(of: Int(right)).terminal
    )
    return first == second ? left < right : first < second
  }

  private func isCompleted(_ vertex: Int32) -> Bool {
    graph.activity(of: Int(vertex)).outcome == .completed
  }

  /// The record of a version: its terminal record, or the first while there is none.
  func record(of vertex: Int32) -> UInt64 {
    let activity = graph.activity(of: Int(vertex))
    return activity.terminal == Activity.openTerminal || activity.terminal < 0
      ? activity.first : UInt64(activity.terminal)
  }

  /// The same as a list; empty for content that no record wrote.
  private func records(of vertex: Int32) -> [UInt64] {
    graph.vertices[Int(vertex)].effect == .base ? [] : [record(of: vertex)]
  }

  private func clean(
    _ current: [Int32], _ level: TaintLevel, _ deciding: Int32?
  ) -> ClosureVerdict {
    // A failed run says nothing about what is there.
    let completed = current.filter { isCompleted($0) }
    // What took away one version is not what is there.
    let last = completed.last { !graph.vertices[Int($0)].isLimitedToVersion }
    guard let last = last ?? completed.last ?? deciding else {
      return ClosureVerdict(state: .clean, reason: .writtenFromClean, records: [])
    }
    let records = [record(of: last)]
    switch graph.vertices[Int(last)].effect {
    case .drop: return ClosureVerdict(state: .dropped, reason: .dropped, records: records)
    case .moved: return ClosureVerdict(state: .dropped, reason: .renamed, records: records)
    default: break
    }
    if level == .masked {
      return ClosureVerdict(
        state: .masked, reason: .masked, records: [record(of: deciding ?? last)])
    }
    let reason: ClosureReason =
      switch graph.vertices[Int(last)].effect {
      case .full: .overwrittenFromClean
      case .truncate, .erased: .removed
      default: .writtenFromClean
      }
    return ClosureVerdict(state: .clean, reason: reason, records: records)
  }

  private func tainted(
    _ current: [Int32], _ level: TaintLevel, _ deciding: Int32?
  ) -> ClosureVerdict {
    guard let deciding else { preconditionFailure("a level comes from a version") }
    let own = records(of: deciding)
    let vertex = graph.vertices[Int(deciding)]
    let terminal = graph.activity(of: Int(deciding)).terminal
    if let clean = current.last(where: { isCleanRemoval($0, of: deciding) }),
      graph.activity(of: Int(clean)).terminal > terminal
    {
      return ClosureVerdict(
        state: .unknown, reason: .concurrentWrites, records: own + records(of: clean))
    }
    if level == .unknown { return unknown(deciding, own) }
    if let removal = removal(before: deciding) {
      return ClosureVerdict(
        state: .reintroduced, reason: .writtenAgain,
        records: records(of: removal) + own)
    }
    guard let erasure, terminal > erasure else {
      return ClosureVerdict(state: .notRebuilt, reason: .notWrittenSince, records: own)
    }
    let records = ([UInt64(erasure)] + own).sorted()
    switch vertex.effect {
    case .keep:
      return ClosureVerdict(state: .appended, reason: .keptEarlierContent, records: records)
    case .statement, .renamed, .base:
      return ClosureVerdict(state: .notRebuilt, reason: .notWrittenSince, records: records)
    default:
      return ClosureVerdict(
        state: .rebuiltFromStale, reason: .rebuiltFromTainted, records: records)
    }
  }

  private func unknown(_ deciding: Int32, _ own: [UInt64]) -> ClosureVerdict {
    let vertex = graph.vertices[Int(deciding)]
    let cause = cause(of: Int(deciding))
    var reason: ClosureReason =
      switch vertex.effect {
      case .unknown: .writeModeUnknown
      case .full: .originUnknown
      case .failed: .runFailed
      case .open: .runInFlight
      default: .sourceUnknown
      }
    if cause >= 0, [.unknown, .full].contains(vertex.effect) {
      let basis = graph.edges[Int(cause)].basis
      if basis != .kept, basis != .sameVersion { reason = .sourceUnknown }
    }
    return ClosureVerdict(state: .unknown, reason: reason, records: own)
  }

  /// Whether `vertex` removed what `other` wrote, if it came after it.
  private func isCleanRemoval(_ vertex: Int32, of other: Int32) -> Bool {
    let removal = graph.vertices[Int(vertex)]
    let removed = graph.vertices[Int(other)]
    guard removal.level <= .masked, removal.effect.removes, isCompleted(vertex) else {
      return false
    }
    if removal.isLimitedToVersion, removal.version != removed.version { return false }
    return removal.entity == removed.entity
      || nodeOf(vertex).map { graph.nodes[$0].isOneThing } == true
  }

  /// The last clean removal that is provably behind a version in question and before this one.
  private func removal(before deciding: Int32) -> Int32? {
    let write = graph.activity(of: Int(deciding))
    guard let node = nodeOf(deciding), graph.vertices[Int(deciding)].effect != .base else {
      return nil
    }
    // When the first version in question had ended for certain.
    var endMin = Int64.max
    var found: Int32?
    for other in graph.nodes[node].writes {
      let earlier = graph.activity(of: Int(other))
      guard earlier.terminal < write.terminal else { break }
      if graph.vertices[Int(other)].level >= .unknown {
        endMin = min(endMin, earlier.end)
      } else if endMin <= earlier.start, isCleanRemoval(other, of: deciding),
        earlier.end <= write.start
      {
        found = other
      }
    }
    return found
  }

  func nodeOf(_ vertex: Int32) -> Int? {
    let node = graph.nodeOfEntity[graph.vertices[Int(vertex)].entity]
    return node < 0 ? nil : node
  }

  /// A run that writes the node, or may, and has not ended.
  private func openVerdict(of node: Int) -> ClosureVerdict? {
    let places = openRunPlaces(of: node)
    guard !places.isEmpty else { return namelessVerdict(of: node) }
    let silent = places.filter { openRuns.runs[$0].isSilent }
    let records = (silent.isEmpty ? places : silent).map { openRuns.runs[$0].record }
    return silent.isEmpty
      ? ClosureVerdict(state: .inFlight, reason: .runInFlight, records: records)
      : ClosureVerdict(state: .unknown, reason: .producerSilent, records: records)
  }

  /// An event that writes the node, does not say that it ended, and names no run that could.
  private func namelessVerdict(of node: Int) -> ClosureVerdict? {
    let open = graph.nodes[node].writes.lazy.filter { write in
      let number = Int(graph.vertices[Int(write)].activity)
      return graph.activities[number].outcome == .open && graph.activities[number].isRun
        && graph.activities[number].run == nil
    }
    guard !open.isEmpty else { return nil }
    return ClosureVerdict(
      state: .unknown, reason: .runInFlight, records: Set(open.map { record(of: $0) }).sorted())
  }

  private func openRunPlaces(of node: Int) -> [Int] {
    guard !openRuns.runs.isEmpty else { return [] }
    var places: Set<Int> = []
    var jobs: Set<EntityID> = []
    for number in activitiesWriting(node) {
      let activity = graph.activities[Int(number)]
      if let job = activity.job { jobs.insert(job) }
      if activity.hasSeveralJobs { jobs.formUnion(self.jobs(of: activity)) }
      if let run = activity.run, let place = openRuns.places[run] { places.insert(place) }
    }
    let facts = graph.source.facts
    let members = graph.nodes[node].members
    for number in graph.nodes[node].others {
      let event = facts.events[Int(number)]
      guard event.kind == .job, let job = facts.marks[Int(number)].job else { continue }
      let isWriter = facts.mentions(of: event).contains {
        $0.role == .output && members.contains($0.entity)
      }
      if isWriter { jobs.insert(job) }
    }
    for job in jobs { places.formUnion(openRuns.unboundByJob[job] ?? []) }
    return places.sorted()
  }

  /// Each once: one may have written many versions.
  private func activitiesWriting(_ node: Int) -> [Int32] {
    var seen: Set<Int32> = []
    // A run that reads may state where content came from; it writes nothing.
    let writes = graph.nodes[node].writes.filter {
      graph.vertices[Int($0)].effect != .statement || graph.activity(of: Int($0)).run == nil
    }
    return writes.map { graph.vertices[Int($0)].activity }
      .filter { seen.insert($0).inserted }
  }

  /// All jobs that the events of a run name.
  private func jobs(of activity: Activity) -> [EntityID] {
    let facts = graph.source.facts
    var events: [UInt32] = []
    if let run = activity.run { graph.runs.events(of: run, facts, into: &events) }
    return events.flatMap { facts.all(.job, of: $0) }
  }

  /// A producer of the node whose own numbering has gaps: what is missing may have written it.
  private func gapVerdict(of node: Int) -> ClosureVerdict? {
    let found = gapsOfProducers(of: node)
    guard !found.isEmpty else { return nil }
    return ClosureVerdict(
      state: .unknown, reason: .sequenceGap,
      records: Set(found.flatMap { [$0.recordBefore, $0.recordAfter] }).sorted())
  }

  func gapsOfProducers(of node: Int) -> [SequenceGap] {
    guard !gaps.isEmpty else { return [] }
    let facts = graph.source.facts
    var producers: Set<LineageProducer> = []
    for number in activitiesWriting(node) {
      let activity = graph.activities[Int(number)]
      guard let run = activity.run else { continue }
      var events: [UInt32] = []
      graph.runs.events(of: run, facts, into: &events)
      for event in events {
        producers.insert(facts.producers[Int(facts.events[Int(event)].producer)])
      }
    }
    for number in graph.nodes[node].others {
      let event = facts.events[Int(number)]
      let isWriter = facts.mentions(of: event).contains {
        [.target, .output, .related, .previous].contains($0.role)
      }
      if isWriter {
        producers.insert(facts.producers[Int(event.producer)])
      }
    }
    return gaps.filter { producers.contains($0.producer) }
  }
}

extension ClosureVerdict {
  fileprivate func with(_ version: Int32) -> ClosureVerdict {
    var copy = self
    copy.version = version
    return copy
  }
}
