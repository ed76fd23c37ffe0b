internal import LedgerFormat

/// Asking the source, each entity once.
extension VersionGraph {
  /// All events that name the entity and lie in the range of records; kept, as a dataset may
  /// be a job's neighbour and a node of its own.
  mutating func ask(_ entity: EntityID) throws(Source.Failure) -> [UInt32] {
    let known = answerOfEntity[entity]
    if known >= 0 { return answers[known] }
    let numbers = try askOnce(entity)
    answerOfEntity[entity] = answers.count
    answers.append(numbers)
    return numbers
  }

  /// The same, not kept: for runs, of which there may be a million.
  private mutating func askOnce(_ entity: EntityID) throws(Source.Failure) -> [UInt32] {
    if isAsked[entity] < 0 { asked.append(entity) }
    isAsked[entity] = 1
    let numbers = try source.events(naming: entity)
    guard let first = numbers.first, let last = numbers.last else { return numbers }
    let facts = source.facts
    func isInRange(_ number: UInt32) -> Bool {
      let index = facts.events[Int(number)].index
      return index >= firstRecord && index < size
    }
    // They are in order.
    return isInRange(first) && isInRange(last) ? numbers : numbers.filter(isInRange)
  }

  /// Files the events of runs under their runs.
  mutating func absorb(_ numbers: [UInt32]) {
    let facts = source.facts
    runs.reserve(entityCount: facts.entityCount)
    if isAbsorbed.count < facts.events.count {
      isAbsorbed += Array(repeating: false, count: facts.events.count - isAbsorbed.count)
    }
    for number in numbers where !isAbsorbed[Int(number)] {
      isAbsorbed[Int(number)] = true
      let mark = facts.marks[Int(number)]
      guard mark.isRun, let run = mark.run else { continue }
      guard mark.namesSeveral else {
        runs.add(number, mark, to: run)
        continue
      }
      for run in facts.all(.run, of: number) { runs.add(number, mark, to: run) }
    }
  }

  /// Asks for the runs that `numbers` belong to, each by its own name, and for their jobs.
  ///
  /// A job's records are not enough: nothing keeps a producer from recording a run under two jobs.
  ///
  /// - Returns: what the events belong to.
  mutating func completeRuns(among numbers: [UInt32]) throws(Source.Failure) -> EventSurvey {
    absorb(numbers)
    let survey = survey(numbers)
    for job in survey.newJobs { try askForJob(job) }
    try complete(survey.subjects.compactMap(\.run)) { (graph, more) throws(Source.Failure) in
      for job in graph.survey(more).newJobs { try graph.askForJob(job) }
    }
    return survey
  }

  /// Asks for each of the runs, unless that was done, and files what it names.
  ///
  /// - Parameter visit: is given the events of each run that had to be asked for.
  mutating func complete(
    _ wanted: [EntityID],
    _ visit: (inout Self, [UInt32]) throws(Source.Failure) -> Void
  ) throws(Source.Failure) {
    let runs = wanted.filter { !self.runs.isComplete($0) }
    for start in stride(from: 0, to: runs.count, by: Self.expectedCountMax) {
      let part = Array(runs[start..<min(start + Self.expectedCountMax, runs.count)])
      try source.expect(part)
      for run in part where !self.runs.isComplete(run) {
        let more = try askOnce(run)
        self.runs.setComplete(run)
        absorb(more)
        try visit(&self, more)
      }
    }
  }

  /// Of how many runs a source is told at once: of a million it should not keep the answers.
  private static var expectedCountMax: Int { 8_192 }

  /// One pass over the events, so that each is fetched once.
  private mutating func survey(_ numbers: [UInt32]) -> EventSurvey {
    let facts = source.facts
    var survey = EventSurvey()
    surveyCount += 1
    var lastJob: EntityID?
    for number in numbers {
      let mark = facts.marks[Int(number)]
      guard mark.isRun else {
        survey.subjects.append(.init(number: number, run: nil))
        survey.others.append(number)
        continue
      }
      if mark.namesSeveral {
        for job in facts.all(.job, of: number) where isJobAsked[job] < 0 {
          survey.newJobs.append(job)
        }
        let named = facts.all(.run, of: number)
        for run in named where runs.meet(run, in: surveyCount) {
          survey.subjects.append(.init(number: number, run: run))
        }
        if named.isEmpty {
          survey.subjects.append(.init(number: number, run: nil))
          survey.others.append(number)
        }
        continue
      }
      if let job = mark.job, job != lastJob {
        lastJob = job
        if isJobAsked[job] < 0 { survey.newJobs.append(job) }
      }
      if let run = mark.run {
        guard runs.meet(run, in: surveyCount) else { continue }
        survey.subjects.append(.init(number: number, run: run))
      } else {
        survey.subjects.append(.init(number: number, run: nil))
        survey.others.append(number)
      }
    }
    return survey
  }

  private mutating func askForJob(_ job: EntityID) throws(Source.Failure) {
    guard isJobAsked[job] < 0 else { return }
    isJobAsked[job] = 1
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

  /// Every entity that the event names as `role`, each once.
  func all(_ role: EntityRole, of event: UInt32) -> [EntityID] {
    var found: [EntityID] = []
    for place in events[Int(event)].mentions.range where mentions[place].role == role {
      found.append(mentions[place].entity)
    }
    var seen: Set<EntityID> = []
    return found.filter { seen.insert($0).inserted }
  }
}

/// What a list of events belongs to.
struct EventSurvey {
  /// A run with its first event in the list, or an event that belongs to no run.
  struct Subject {
    var number: UInt32
    var run: EntityID?
  }

  /// In the order of the list.
  var subjects: [Subject] = []
  /// Those that belong to no run, or name none.
  var others: [UInt32] = []
  /// Jobs of runs that were not asked for when the list was gone through.
  var newJobs: [EntityID] = []
}

extension EventType {
  var isTerminal: Bool { self == .complete || self == .abort || self == .fail }
}
