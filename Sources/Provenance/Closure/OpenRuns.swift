internal import LedgerFormat

/// The runs without a terminal event, among all runs of the jobs that were asked for.
struct OpenRuns {
  struct Run {
    var run: EntityID
    /// Those that its events name, the last named last.
    var jobs: [EntityID]
    /// The record seen first.
    var record: UInt64
    /// The earlier of its claimed and its recorded time.
    var since: Timestamp
    var isSilent: Bool
    var namesOutputs: Bool
  }

  /// By first record.
  var runs: [Run] = []
  /// Places in `runs` of those that name no output, by job: they may write what the job wrote
  /// before.
  var unboundByJob: [EntityID: [Int]] = [:]
  /// Places in `runs` by run.
  var places: [EntityID: Int] = [:]
}

extension VersionGraph {
  /// Finds the open runs and says which of them are silent at `time`. Their ends may be recorded
  /// under another job, so that they are asked for by name.
  mutating func findOpenRuns(
    at time: Timestamp, silenceMicroseconds: Int64
  ) throws(Source.Failure) -> OpenRuns {
    var seenCount = 0
    while seenCount < runs.runs.count {
      let unfinished = runs.runs[seenCount...].filter { !runs.hasEnded($0) }
      seenCount = runs.runs.count
      try complete(unfinished) { (_, _) in }
    }
    let facts = source.facts
    var found: [OpenRuns.Run] = []
    var events: [UInt32] = []
    for run in runs.runs {
      let known = runs.activity(of: run)
      if known >= 0, activities[known].outcome != .open { continue }
      if known < 0, runs.hasEnded(run) { continue }
      runs.events(of: run, facts, into: &events)
      found.append(openRun(run, events, facts, time, silenceMicroseconds))
    }
    found.sort { $0.record < $1.record }
    var result = OpenRuns()
    for (place, run) in found.enumerated() {
      result.places[run.run] = place
      guard !run.namesOutputs else { continue }
      for job in run.jobs { result.unboundByJob[job, default: []].append(place) }
    }
    result.runs = found
    return result
  }

  private func openRun(
    _ run: EntityID, _ events: [UInt32], _ facts: LineageFacts, _ time: Timestamp,
    _ silenceMicroseconds: Int64
  ) -> OpenRuns.Run {
    let first = facts.events[Int(events[0])]
    var since = first.recordedTime
    var jobs: [EntityID] = []
    var namesOutputs = false
    for number in events {
      let event = facts.events[Int(number)]
      if let claimed = event.eventTime { since = min(since, claimed) }
      for job in facts.all(.job, of: number) where jobs.last != job { jobs.append(job) }
      namesOutputs =
        namesOutputs || facts.first(.output, of: event) != nil || event.edges.count > 0
    }
    let (elapsed, isEndless) = time.microseconds.subtractingReportingOverflow(
      since.microseconds)
    return OpenRuns.Run(
      run: run, jobs: jobs, record: first.index, since: since,
      isSilent: isEndless || elapsed > silenceMicroseconds, namesOutputs: namesOutputs)
  }
}
