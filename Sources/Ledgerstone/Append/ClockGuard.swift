internal import LedgerFormat

/// Decides which time a group is recorded under; a pure state machine over clock readings.
///
/// Recorded time never decreases. A step of the wall clock of more than an hour against the
/// monotonic clock, either way, refuses the group, and so does a wall clock that at opening is
/// more than an hour behind the last record.
struct ClockGuard {
  /// One hour in microseconds.
  static let stepMax: Int64 = 3_600_000_000

  private(set) var lastRecorded: Timestamp
  private var wall: Timestamp
  private var monotonic: Int64

  enum Verdict: Equatable {
    case record(Timestamp)
    case stepped(byMicroseconds: Int64)
  }

  /// - Parameter lastRecorded: the newest record's time; the epoch for an empty ledger.
  init(lastRecorded: Timestamp, wall: Timestamp, monotonic: Int64) {
    self.lastRecorded = lastRecorded
    self.wall = wall
    self.monotonic = monotonic
  }

  /// At opening: how far the wall clock is behind the last record, if that is too far.
  var stepAtOpening: Int64? {
    let behind = lastRecorded.microseconds - wall.microseconds
    return behind > Self.stepMax ? -behind : nil
  }

  /// The time for a group assembled now.
  mutating func reading(wall now: Timestamp, monotonic elapsed: Int64) -> Verdict {
    let expected = wall.microseconds + (elapsed - monotonic)
    let step = now.microseconds - expected
    guard abs(step) <= Self.stepMax else { return .stepped(byMicroseconds: step) }
    // Small drift is followed, so that it does not add up to a step over months.
    wall = now
    monotonic = elapsed
    lastRecorded = max(lastRecorded, now)
    return .record(lastRecorded)
  }

  /// Takes the wall clock as it is now.
  mutating func accept(wall now: Timestamp, monotonic elapsed: Int64) {
    wall = now
    monotonic = elapsed
  }
}
