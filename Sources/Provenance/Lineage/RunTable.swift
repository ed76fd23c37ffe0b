internal import LedgerFormat

/// To which run and job an event belongs. Kept apart from the rest of it, so that a walk over a
/// million events finds several in one cache line.
struct EventMark: Sendable {
  private var rawRun: UInt32
  private var rawJob: UInt32
  let isTerminal: Bool
  let isRun: Bool
  /// The event names more than one run or more than one job, each of which it belongs to.
  let namesSeveral: Bool
  /// The event states symlinks or renames.
  let hasPairs: Bool

  init(_ event: LineageEvent, run: EntityID?, job: EntityID?, namesSeveral: Bool) {
    rawRun = run?.rawValue ?? .max
    rawJob = job?.rawValue ?? .max
    self.namesSeveral = namesSeveral
    isRun = event.kind == .run
    hasPairs = event.pairs.count > 0
    isTerminal = event.eventType?.isTerminal == true
  }

  /// The first run that the event names.
  var run: EntityID? { rawRun == .max ? nil : EntityID(rawValue: rawRun) }
  /// The first job that it names.
  var job: EntityID? { rawJob == .max ? nil : EntityID(rawValue: rawJob) }
}

/// The runs that were met, with their events.
struct RunTable {
  /// In the order they were met.
  private(set) var runs: [EntityID] = []
  /// (event number, place of the next) of the events of a run.
  private var events: [(number: UInt32, next: Int32)] = []
  /// By entity; together, as a look-up needs most of it.
  private var states: [State] = []

  private struct State {
    var firstEvent: Int32 = -1
    var lastEvent: Int32 = -1
    var activity: Int32 = -1
    /// The survey that met the run last.
    var survey: Int32 = 0
    /// A terminal event was met.
    var hasEnded = false
    /// It was asked for by its own name, so that there are no more events of it.
    var isComplete = false
  }

  /// Makes room for events of that many entities.
  mutating func reserve(entityCount: Int) {
    guard states.count < entityCount else { return }
    let count = max(entityCount, states.count * 2)
    states += Array(repeating: State(), count: count - states.count)
  }

  /// Files an event under its run.
  mutating func add(_ number: UInt32, _ mark: EventMark, to run: EntityID) {
    let place = Int32(events.count)
    events.append((number, -1))
    var state = states[run.place]
    if state.firstEvent < 0 {
      state.firstEvent = place
      runs.append(run)
    } else {
      events[Int(state.lastEvent)].next = place
    }
    state.lastEvent = place
    state.hasEnded = state.hasEnded || mark.isTerminal
    states[run.place] = state
  }

  /// Whether a terminal event of the run was met.
  func hasEnded(_ run: EntityID) -> Bool { states[run.place].hasEnded }

  func isComplete(_ run: EntityID) -> Bool { states[run.place].isComplete }

  mutating func setComplete(_ run: EntityID) { states[run.place].isComplete = true }

  /// The activity made of the run; -1 if there is none.
  func activity(of run: EntityID) -> Int { Int(states[run.place].activity) }

  mutating func setActivity(_ activity: Int, of run: EntityID) {
    states[run.place].activity = Int32(activity)
  }

  /// Whether the survey, numbered from 1, meets the run for the first time.
  mutating func meet(_ run: EntityID, in survey: Int32) -> Bool {
    guard states[run.place].survey != survey else { return false }
    states[run.place].survey = survey
    return true
  }

  /// The events of a run seen so far, ascending by record.
  func events(of run: EntityID, _ facts: LineageFacts, into numbers: inout [UInt32]) {
    numbers.removeAll(keepingCapacity: true)
    var place = states[run.place].firstEvent
    while place >= 0 {
      let (number, next) = events[Int(place)]
      numbers.append(number)
      place = next
    }
    // They come from two or three ascending lists.
    func isBefore(_ left: UInt32, _ right: UInt32) -> Bool {
      facts.events[Int(left)].index < facts.events[Int(right)].index
    }
    let isSorted = numbers.indices.dropLast().allSatisfy {
      isBefore(numbers[$0], numbers[$0 + 1])
    }
    if !isSorted { numbers.sort(by: isBefore) }
  }
}
