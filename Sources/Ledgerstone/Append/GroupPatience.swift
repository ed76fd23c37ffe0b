/// How long a small group waits for callers that were just answered and will be back with their
/// next record; a pure state machine over counts and times.
///
/// Each of n callers that append one record at a time waits for its own to be durable. The first
/// ones to be back would fill a group of few, whose synchronisation all others then wait for: n
/// callers would share two or more synchronisations instead of one. A single caller never waits.
///
/// Times are of the ledger's clock, and the wait is one of real time: with a clock that stands
/// still nobody waits. Commands in the queue count as callers. Callers that come independently of
/// each other wait in vain now and then, at most half of what a synchronisation takes.
struct GroupPatience {
  /// A wait is a part of what the last small group took to become durable, and never longer.
  static let waitMicrosecondsMax: Int64 = 500

  /// As many were taken together last, or fewer if a wait for them was in vain.
  private(set) var expectedCount = 1
  private(set) var lastCommitMicroseconds: Int64 = 0

  /// How long to wait for more than `count` requests; nil if it is not worth it.
  func wait(having count: Int) -> (count: Int, microseconds: Int64)? {
    let microseconds = min(lastCommitMicroseconds / 2, Self.waitMicrosecondsMax)
    guard count < expectedCount, microseconds > 0 else { return nil }
    return (expectedCount, microseconds)
  }

  /// Notes how many requests were taken together.
  mutating func noteTaken(_ count: Int, hasWaitedInVain: Bool) {
    expectedCount = hasWaitedInVain ? max(count, 1) : max(count, expectedCount)
  }

  /// Notes how long a small group took to become durable.
  mutating func noteCommit(microseconds: Int64) {
    lastCommitMicroseconds = max(0, microseconds)
  }
}
