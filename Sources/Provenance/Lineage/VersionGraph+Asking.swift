internal import LedgerFormat

/// Asking the source, each entity once.
extension VersionGraph {
  /// All events that name the entity and lie in the range of records; kept, as a dataset may
  /// be a job's neighbour and a node of its own.
  mutating func ask(_ entity: EntityID) throws(Source.Failure) -> [UInt32] {
    if let known = answers[entity] { return known }
    let numbers = try askOnce(entity)
    answers[entity] = numbers
    return numbers
  }

  /// The same, not kept: for runs, of which there may be a million.
  private mutating func askOnce(_ entity: EntityID) throws(Source.Failure) -> [UInt32] {
    if isAsked[entity] < 0 { asked.append(entity) }
    isAsked[entity] = 1
    let numbers = try source.events(naming: entity)
    let facts = source.facts
    let isWhole = numbers.allSatisfy { isInRange(facts.events[Int($0)].index) }
    return isWhole ? numbers : numbers.filter { isInRange(facts.events[Int($0)].index) }
  }

  private func isInRange(_ index: UInt64) -> Bool { index >= firstRecord && index < size }

  /// Files the events of runs under their runs.
  mutating func absorb(_ numbers: [UInt32]) {
    let facts = source.facts
    if isAbsorbed.count < facts.events.count {
      isAbsorbed += Array(repeating: false, count: facts.events.count - isAbsorbed.count)
    }
    for number in numbers where !isAbsorbed[Int(number)] {
      isAbsorbed[Int(number)] = true
      let event = facts.events[Int(number)]
      guard event.kind == .run, let run = facts.first(.run, of: event) else { continue }
      runEvents.append((number, -1))
      let place = runEvents.count - 1
      if runFirst[run] < 0 {
        runFirst[run] = place
        runs.append(run)
      } else {
        runEvents[runLast[run]].next = Int32(place)
      }
      runLast[run] = place
      if activityOfRun[run] >= 0 { isOutdated = true }
    }
  }

  /// The events of a run seen so far, ascending.
  func eventsOfRun(_ run: EntityID, _ facts: LineageFacts, into numbers: inout [UInt32]) {
    numbers.removeAll(keepingCapacity: true)
    var place = runFirst[run]
    while place >= 0 {
      let (number, next) = runEvents[place]
      // Nearly in order, as it comes from two or three ascending lists.
      let index = facts.events[Int(number)].index
      var slot = numbers.count
      while slot > 0, facts.events[Int(numbers[slot - 1])].index > index { slot -= 1 }
      numbers.insert(number, at: slot)
      place = Int(next)
    }
  }

  /// Asks for the jobs of the runs among `numbers`, and for those runs whose records their jobs
  /// cannot hold in full.
  mutating func completeRuns(among numbers: [UInt32]) throws(Source.Failure) {
    absorb(numbers)
    for job in newJobs(of: numbers) { try askForJob(job) }
    for run in runsInParts(among: numbers) {
      let more = try askOnce(run)
      absorb(more)
      for job in newJobs(of: more) { try askForJob(job) }
    }
  }

  /// The jobs of runs that no activity was made of yet, which were not asked for.
  private func newJobs(of numbers: [UInt32]) -> [EntityID] {
    let facts = source.facts
    var found: [EntityID] = []
    var last: EntityID?
    for number in numbers {
      let event = facts.events[Int(number)]
      guard event.kind == .run, let job = facts.first(.job, of: event), job != last else {
        continue
      }
      last = job
      if policies[job] == nil { found.append(job) }
    }
    return found
  }

  /// The runs of whose records some may be missing.
  private func runsInParts(among numbers: [UInt32]) -> [EntityID] {
    let facts = source.facts
    var events: [UInt32] = []
    var found: [EntityID] = []
    for number in numbers {
      let event = facts.events[Int(number)]
      guard event.kind == .run, let run = facts.first(.run, of: event),
        activityOfRun[run] < 0
      else { continue }
      if !asksEveryRun, isWhole(run, facts, &events) { continue }
      if isAsked[run] < 0 { found.append(run) }
    }
    return found
  }

  /// A run is an execution of one job, so its job's records hold the run's. Only if START or
  /// the terminal event is missing, or the run names two jobs, there may be more.
  private func isWhole(
    _ run: EntityID, _ facts: LineageFacts, _ events: inout [UInt32]
  ) -> Bool {
    eventsOfRun(run, facts, into: &events)
    var hasStart = false
    var hasEnd = false
    var job: EntityID?
    for number in events {
      let event = facts.events[Int(number)]
      hasStart = hasStart || event.eventType == .start
      hasEnd = hasEnd || event.eventType?.isTerminal == true
      guard let named = facts.first(.job, of: event) else { return false }
      if let job, job != named { return false }
      job = named
    }
    return hasStart && hasEnd
  }

  private mutating func askForJob(_ job: EntityID) throws(Source.Failure) {
    guard policies[job] == nil else { return }
    policies[job] = []
    let numbers = try ask(job)
    absorb(numbers)
    let facts = source.facts
    for number in numbers {
      let event = facts.events[Int(number)]
      guard event.kind == .policyWriteMode else { continue }
      for mention in facts.mentions(of: event)
      where mention.role == .scope && mention.entity == job {
        guard let mode = mention.writeMode else { continue }
        policies[job, default: []].append((event.index, mode))
      }
    }
  }

  /// The write mode that a policy declared for the job before the record.
  func declaredMode(of job: EntityID?, before record: Int64) -> WriteMode? {
    guard let job, let declared = policies[job] else { return nil }
    return declared.last { Int64(clamping: $0.record) < record }?.mode
  }
}

extension LineageFacts {
  /// The first entity that the event names as `role`.
  func first(_ role: EntityRole, of event: LineageEvent) -> EntityID? {
    for place in event.mentions.range where mentions[place].role == role {
      return mentions[place].entity
    }
    return nil
  }
}

extension EventType {
  var isTerminal: Bool { self == .complete || self == .abort || self == .fail }
}
