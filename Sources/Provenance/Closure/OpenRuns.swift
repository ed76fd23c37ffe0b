internal import LedgerFormat

/// The runs without a terminal event, among all runs of the jobs that were asked for.
struct OpenRuns {
  struct Run {
    var run: EntityID
    var job: EntityID?
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
  /// Finds the open runs and says which of them are silent at `time`.
  func findOpenRuns(at time: Timestamp, silenceMicroseconds: Int64) -> OpenRuns {
    let facts = source.facts
    var found: [OpenRuns.Run] = []
    var events: [UInt32] = []
    for run in runs.runs {
      let known = runs.activity(of: run)
      if known >= 0, activities[known].outcome != .open { continue }
      if known < 0, runs.parts(of: run).contains(.end) { continue }
      runs.events(of: run, facts, into: &events)
      found.append(openRun(run, events, facts, time, silenceMicroseconds))
    }
    found.sort { $0.record < $1.record }
    var result = OpenRuns()
    for (place, run) in found.enumerated() {
      result.places[run.run] = place
      if !run.namesOutputs, let job = run.job {
        result.unboundByJob[job, default: []].append(place)
      }
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
    var job: EntityID?
    var namesOutputs = false
    for number in events {
      let event = facts.events[Int(number)]
      if let claimed = event.eventTime { since = min(since, claimed) }
      job = facts.marks[Int(number)].job ?? job
      namesOutputs =
        namesOutputs || facts.first(.output, of: event) != nil || event.edges.count > 0
    }
    let (elapsed, isEndless) = time.microseconds.subtractingReportingOverflow(
      since.microseconds)
    return OpenRuns.Run(
      run: run, job: job, record: first.index, since: since,
      isSilent: isEndless || elapsed > silenceMicroseconds, namesOutputs: namesOutputs)
  }
}
