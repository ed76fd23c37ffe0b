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
      runs.add(number, mark, to: run)
      if runs.activity(of: run) >= 0 { isOutdated = true }
    }
  }

  /// Asks for the jobs of the runs among `numbers`, and for those runs whose records their jobs
  /// cannot hold in full.
  ///
  /// - Returns: what the events belong to.
  mutating func completeRuns(among numbers: [UInt32]) throws(Source.Failure) -> EventSurvey {
    absorb(numbers)
    let survey = survey(numbers)
    for job in survey.newJobs { try askForJob(job) }
    let runs = runsInParts(among: survey)
    for start in stride(from: 0, to: runs.count, by: Self.expectedCountMax) {
      let part = Array(runs[start..<min(start + Self.expectedCountMax, runs.count)])
      try source.expect(part)
      for run in part {
        let more = try askOnce(run)
        absorb(more)
        for job in self.survey(more).newJobs { try askForJob(job) }
      }
    }
    return survey
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
        survey.firsts.append(number)
        survey.others.append(number)
        continue
      }
      if let job = mark.job, job != lastJob {
        lastJob = job
        if isJobAsked[job] < 0 { survey.newJobs.append(job) }
      }
      guard let run = mark.run, runs.meet(run, in: surveyCount) else { continue }
      survey.firsts.append(number)
    }
    return survey
  }

  /// The runs of whose records some may be missing.
  ///
  /// A run is an execution of one job, so its job's records hold the run's. Only if START or the
  /// terminal event is missing, or the run names two jobs, there may be more.
  private func runsInParts(among survey: EventSurvey) -> [EntityID] {
    let facts = source.facts
    return survey.firsts.compactMap { number in
      let mark = facts.marks[Int(number)]
      guard mark.isRun, let run = mark.run, runs.activity(of: run) < 0,
        asksEveryRun || runs.parts(of: run) != [.start, .end], isAsked[run] < 0
      else { return nil }
      return run
    }
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
}

/// What a list of events belongs to.
struct EventSurvey {
  /// The first event of each run, and all that belong to no run, in the order of the list.
  var firsts: [UInt32] = []
  /// Those that belong to no run.
  var others: [UInt32] = []
  /// Jobs of runs that were not asked for when the list was gone through.
  var newJobs: [EntityID] = []
}

extension EventType {
  var isTerminal: Bool { self == .complete || self == .abort || self == .fail }
}
