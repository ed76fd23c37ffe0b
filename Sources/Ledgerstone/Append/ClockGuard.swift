internal import LedgerFormat

/// Decides which time a group is recorded under; a pure state machine over clock readings.
///
/// Recorded time never decreases. A step of the wall clock of more than an hour against the
/// monotonic clock, either way, refuses the group, and so does a wall clock that at opening is
/// more than an hour behind the last record, or behind what was accepted since that.
struct ClockGuard {
  /// One hour in microseconds.
  static let stepMax: Int64 = 3_600_000_000

  private(set) var lastRecorded: Timestamp
  private var wall: Timestamp
  private var monotonic: Int64
  /// What the wall clock should show at opening at the least.
  private let leastAtOpening: Timestamp
  /// The step found at opening, until the clock is set or the step is accepted.
  private var isBehindAtOpening: Bool

  enum Verdict: Equatable {
    case record(Timestamp)
    case stepped(byMicroseconds: Int64)
  }

  /// - Parameters:
  ///   - lastRecorded: the newest record's time; the epoch for an empty ledger.
  ///   - accepted: what the clock showed when a step was last accepted, if no later time was
  ///     recorded since.
  init(
    lastRecorded: Timestamp, accepted: Timestamp? = nil, wall: Timestamp, monotonic: Int64
  ) {
    self.lastRecorded = lastRecorded
    self.wall = wall
    self.monotonic = monotonic
    leastAtOpening = min(lastRecorded, accepted ?? lastRecorded)
    isBehindAtOpening = Self.isBehind(wall, leastAtOpening)
  }

  /// Whether a clock that shows `wall` when the ledger is opened is too far behind `least`.
  static func isBehind(_ wall: Timestamp, _ least: Timestamp) -> Bool {
    least.microseconds - wall.microseconds > stepMax
  }

  /// The time for a group assembled now.
  mutating func reading(wall now: Timestamp, monotonic elapsed: Int64) -> Verdict {
    // How long the ledger was closed is not known, so after a refused opening any time that is not
    // behind what was to be expected then is as good as it would have been.
    let step =
      isBehindAtOpening
      ? min(0, now.microseconds - leastAtOpening.microseconds)
      : now.microseconds - (wall.microseconds + (elapsed - monotonic))
    guard abs(step) <= Self.stepMax else { return .stepped(byMicroseconds: step) }
    // Small drift is followed, so that it does not add up to a step over months.
    return .record(accept(wall: now, monotonic: elapsed))
  }

  /// Takes the wall clock as it is now, and gives the time to record.
  mutating func accept(wall now: Timestamp, monotonic elapsed: Int64) -> Timestamp {
    wall = now
    monotonic = elapsed
    isBehindAtOpening = false
    lastRecorded = max(lastRecorded, now)
    return lastRecorded
  }
}
