internal import LedgerFormat

/// Asking the source, each entity once.
extension VersionGraph {
  /// All events that name the entity and lie in the range of records.
  mutating func ask(_ entity: EntityID) throws(Source.Failure) -> [UInt32] {
    if let known = answers[entity] { return known }
    asked.append(entity)
    var numbers = try source.events(naming: entity)
    let facts = source.facts
    if !numbers.allSatisfy({ isInRange(facts.events[Int($0)].index) }) {
      numbers.removeAll { !isInRange(facts.events[Int($0)].index) }
    }
    answers[entity] = numbers
    return numbers
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
    var isAscending = true
    while place >= 0 {
      let number = runEvents[place].event
      if let last = numbers.last,
        facts.events[Int(last)].index > facts.events[Int(number)].index
      {
        isAscending = false
      }
      numbers.append(number)
      place = Int(runEvents[place].next)
    }
    if !isAscending {
      numbers.sort { facts.events[Int($0)].index < facts.events[Int($1)].index }
    }
  }

  /// Asks for the jobs of the runs among `numbers`, and for those runs whose records their jobs
  /// cannot hold in full.
  mutating func completeRuns(among numbers: [UInt32]) throws(Source.Failure) {
    absorb(numbers)
    for number in numbers {
      let facts = source.facts
      let event = facts.events[Int(number)]
      guard event.kind == .run, let run = facts.first(.run, of: event),
        activityOfRun[run] < 0
      else { continue }
      if let job = facts.first(.job, of: event) { try askForJob(job) }
    }
    var events: [UInt32] = []
    for number in numbers {
      let run: EntityID
      do {
        let facts = source.facts
        let event = facts.events[Int(number)]
        guard event.kind == .run, let found = facts.first(.run, of: event),
          activityOfRun[found] < 0, answers[found] == nil
        else { continue }
        run = found
        if !asksEveryRun, isWhole(run, facts, &events) { continue }
      }
      let more = try ask(run)
      absorb(more)
      for number in more {
        let facts = source.facts
        let event = facts.events[Int(number)]
        if event.kind == .run, let job = facts.first(.job, of: event) { try askForJob(job) }
      }
    }
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
