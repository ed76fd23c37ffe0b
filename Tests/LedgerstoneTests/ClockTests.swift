import LedgerFormat
import LedgerTestSupport
import Provenance
import SegmentStorage
import Synchronization
import Testing

@testable import Ledgerstone

/// A clock that steps is refused, and recorded time never goes back.
@Suite struct ClockTests {
  static let hour: Int64 = 3_600_000_000

  /// One reading after construction: what is expected of it, in microseconds after the epoch.
  struct Reading: Sendable, CustomTestStringConvertible {
    var name: String
    var lastRecorded: Int64
    var wallBefore: Int64
    var elapsed: Int64
    var wall: Int64
    var accepted: Int64?
    var expected: ClockGuard.Verdict
    var testDescription: String { name }
  }

  static let start: Int64 = 1_000_000_000_000_000

  static func at(_ offset: Int64) -> ClockGuard.Verdict {
    .record(Timestamp(microseconds: start + offset))
  }

  static let readings: [Reading] = {
    func row(
      _ name: String, last: Int64 = 0, before: Int64 = 0, elapsed: Int64 = 0, wall: Int64,
      accepted: Int64? = nil, _ expected: ClockGuard.Verdict
    ) -> Reading {
      Reading(
        name: name, lastRecorded: start + last, wallBefore: start + before, elapsed: elapsed,
        wall: start + wall, accepted: accepted.map { start + $0 }, expected: expected)
    }
    return [
      row("no time has passed", wall: 0, at(0)),
      row("a day has passed", elapsed: 24 * hour, wall: 24 * hour, at(24 * hour)),
      row("an hour ahead is drift", wall: hour, at(hour)),
      row("over an hour ahead", wall: hour + 1, .stepped(byMicroseconds: hour + 1)),
      row("an hour behind is drift, time stands still", wall: -hour, at(0)),
      row("over an hour behind", wall: -hour - 1, .stepped(byMicroseconds: -hour - 1)),
      row(
        "the wall stands while time passes", elapsed: 2 * hour, wall: 0,
        .stepped(byMicroseconds: -2 * hour)),
      row("opened a little behind", last: hour, wall: 1, at(hour)),
      row(
        "opened far behind", last: hour + 2, wall: 1, .stepped(byMicroseconds: -hour - 1)),
      row(
        "opened far behind, still behind", last: 5 * hour, elapsed: hour, wall: hour,
        .stepped(byMicroseconds: -4 * hour)),
      row("opened far behind, then set right", last: 5 * hour, wall: 5 * hour, at(5 * hour)),
      row(
        "opened far behind, set right after a year in a drawer", last: 5 * hour,
        wall: 8_760 * hour, at(8_760 * hour)),
      row("opened far behind, set nearly right", last: 5 * hour, wall: 4 * hour, at(5 * hour)),
      row(
        "opened far ahead: nothing to compare with", before: 9 * hour, wall: 9 * hour,
        at(9 * hour)),
      row(
        "opened far behind, which was accepted: time stands still", last: 5 * hour, wall: 1,
        accepted: 0, at(5 * hour)),
      row(
        "opened an hour behind what was accepted", last: 5 * hour, before: -hour, wall: -hour,
        accepted: 0, at(5 * hour)),
      row(
        "opened further behind than was accepted", last: 5 * hour, before: -hour - 1,
        wall: -hour - 1, accepted: 0, .stepped(byMicroseconds: -hour - 1)),
      row(
        "opened further behind than was accepted, then set as it was", last: 5 * hour,
        before: -2 * hour, wall: hour, accepted: 0, at(5 * hour)),
      row(
        "a step forward that was accepted allows nothing", last: 5 * hour, wall: 0,
        accepted: 5 * hour, .stepped(byMicroseconds: -5 * hour)),
      row(
        "nor does a clock that stood ahead of the record", last: 5 * hour, wall: 0,
        accepted: 9 * hour, .stepped(byMicroseconds: -5 * hour)),
    ]
  }()

  @Test(arguments: readings) func oneReading(_ row: Reading) {
    var clockGuard = ClockGuard(
      lastRecorded: Timestamp(microseconds: row.lastRecorded),
      accepted: row.accepted.map { Timestamp(microseconds: $0) },
      wall: Timestamp(microseconds: row.wallBefore), monotonic: 77)
    let verdict = clockGuard.reading(
      wall: Timestamp(microseconds: row.wall), monotonic: 77 + row.elapsed)
    #expect(verdict == row.expected)
  }

  @Test func driftIsFollowedAndDoesNotAddUp() {
    var clockGuard = ClockGuard(
      lastRecorded: Timestamp(microseconds: 0), wall: Timestamp(microseconds: Self.start),
      monotonic: 0)
    for step in 1...100 {
      let wall = Timestamp(microseconds: Self.start + Int64(step) * Self.hour / 2)
      #expect(clockGuard.reading(wall: wall, monotonic: 0) == .record(wall))
    }
  }

  @Test func aRefusedStepIsForgottenOnceTheClockIsRight() {
    var clockGuard = ClockGuard(
      lastRecorded: Timestamp(microseconds: 0), wall: Timestamp(microseconds: Self.start),
      monotonic: 0)
    let far = Timestamp(microseconds: Self.start + 3 * Self.hour)
    for _ in 0..<3 {
      #expect(
        clockGuard.reading(wall: far, monotonic: 5) == .stepped(byMicroseconds: 3 * Self.hour - 5))
    }
    let right = Timestamp(microseconds: Self.start + 6)
    #expect(clockGuard.reading(wall: right, monotonic: 6) == .record(right))
  }

  // MARK: The ledger

  @Test(arguments: [2 * hour, -2 * hour]) func aStepRefusesAppends(step: Int64) async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    try await EngineFixture.append(0..<2, to: ledger)
    fixture.clock.step(microseconds: step)
    for _ in 0..<2 {
      let error = await #expect(throws: LedgerError(.clock, "")) {
        try await EngineFixture.append(2..<3, to: ledger)
      }
      #expect(error?.message.contains("7200 s") == true)
      #expect(error?.message.contains("--accept-clock") == true)
    }
    #expect(try fixture.reader().size == 3)
    fixture.clock.step(microseconds: -step)
    let receipts = try await EngineFixture.append(2..<3, to: ledger)
    #expect(receipts.map(\.index) == [3])
    try await ledger.close()
    #expect(try fixture.reader().size == 4)
  }

  @Test func timeNeverDecreases() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var last = Timestamp(microseconds: 0)
    for number in 0..<20 {
      fixture.clock.step(microseconds: number.isMultiple(of: 3) ? -40_000_000 : 15_000_000)
      let receipt = try await EngineFixture.append(number..<number + 1, to: ledger)[0]
      #expect(receipt.recordedTime >= last)
      last = receipt.recordedTime
    }
    try await ledger.close()
  }

  @Test func openedBehindTheLastRecord() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    fixture.clock.step(microseconds: -Self.hour - 1)
    let ledger = try fixture.open()
    await #expect(throws: LedgerError(.clock, "")) {
      try await EngineFixture.append(0..<1, to: ledger)
    }
    #expect(try await ledger.checkpoint() == fixture.reader().checkpoint)
    // Right again, a month after the last record: no need to open anew.
    fixture.clock.step(microseconds: 31 * 24 * Self.hour)
    try await EngineFixture.append(0..<1, to: ledger)
    try await ledger.close()
    #expect(try fixture.reader().size == 2)
  }

  @Test(arguments: [5 * hour, -5 * hour]) func anAcceptedStepIsRecordedOnce(
    step: Int64
  ) async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    var options = fixture.options
    options.acceptsClockStep = true
    let ledger = try Ledger.open(at: EngineFixture.location, options: options)
    let before = try await EngineFixture.append(0..<1, to: ledger)[0]
    fixture.clock.step(microseconds: step)
    let receipts = try await EngineFixture.append(1..<3, to: ledger)
    #expect(receipts.map(\.index) == [3, 4])
    try await EngineFixture.append(3..<4, to: ledger)
    try await ledger.close()
    let reader = try fixture.reader()
    #expect(reader.size == 6)
    let kinds = try (0..<reader.size).map { try reader.record(at: $0).header.content.kind }
    #expect(kinds == ["ledger/created", "access", "ledger/clock", "access", "access", "access"])
    let note = try reader.record(at: 2).header
    let clock = before.recordedTime.microseconds + step
    #expect(
      note.content.attributes
        == ["stepMicroseconds": .integer(step), "clockMicroseconds": .integer(clock)])
    #expect(note.content.source == "ledgerstone")
    #expect(
      note.recordedTime.microseconds
        == before.recordedTime.microseconds + max(0, step))
  }

  /// Once accepted and recorded, a step backwards is known to every later opening: recorded time
  /// stands still until the clock has caught up, and a further step is refused anew.
  @Test(arguments: [1 << 20, 1_500]) func anAcceptedStepHoldsAcrossOpenings(
    segmentByteCountTarget: Int
  ) async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = segmentByteCountTarget
    _ = try await fixture.create()
    var options = fixture.options
    func append(_ number: Int, accepting: Bool = false) async throws -> Timestamp {
      options.acceptsClockStep = accepting
      let ledger = try Ledger.open(at: EngineFixture.location, options: options)
      do {
        let receipt = try await EngineFixture.append(number..<number + 1, to: ledger)[0]
        try await ledger.close()
        return receipt.recordedTime
      } catch {
        try await ledger.close()
        throw error
      }
    }
    let last = try await append(0)
    fixture.clock.step(microseconds: -5 * Self.hour)
    await #expect(throws: LedgerError(.clock, "")) { try await append(1) }
    #expect(try await append(1, accepting: true) == last)
    for number in 2..<12 {
      fixture.clock.advance(microseconds: 60_000_000)
      #expect(try await append(number) == last)
    }
    // A further step, and what was accepted before does not cover it.
    fixture.clock.step(microseconds: -2 * Self.hour)
    await #expect(throws: LedgerError(.clock, "")) { try await append(12) }
    #expect(try await append(12, accepting: true) == last)
    #expect(try await append(13) == last)
    // Caught up: from here on the old steps allow nothing.
    fixture.clock.advance(microseconds: 8 * Self.hour)
    let later = try await append(14)
    #expect(later > last)
    fixture.clock.step(microseconds: -5 * Self.hour)
    await #expect(throws: LedgerError(.clock, "")) { try await append(15) }
    let reader = try fixture.reader()
    let kinds = try (0..<reader.size).map { try reader.record(at: $0).header.content.kind }
    #expect(kinds.count { $0 == "ledger/clock" } == 2)
    #expect(kinds.count { $0 == "access" } == 15)
  }

  /// A clock that steps when it is read for the second group of one batch.
  private final class SteppingClock: LedgerClock {
    private let readings: Mutex<Int>
    private let stepAt: Int

    init(stepAt: Int) {
      readings = Mutex(0)
      self.stepAt = stepAt
    }

    func now() -> Timestamp {
      let count = readings.withLock { count in
        count += 1
        return count
      }
      let step = count >= stepAt ? 2 * ClockTests.hour : 0
      return Timestamp(microseconds: 1_790_000_000_000_000 + step)
    }

    func monotonicMicroseconds() -> Int64 { 0 }
  }

  @Test func aStepBetweenTwoGroupsOfOneBatch() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    for (stepAt, expected) in [(3, "the first 1 of 2 records were appended"), (2, "nothing")] {
      var options = fixture.options
      // One reading at opening, then one for each group.
      options.clock = SteppingClock(stepAt: stepAt)
      let before = try fixture.reader().size
      let ledger = try Ledger.open(at: EngineFixture.location, options: options)
      var batch = ledger.makeBatch()
      for number in 0..<2 {
        try batch.append(
          EngineFixture.content(number),
          bodies: [LongRecordTests.plain([UInt8](repeating: 7, count: 5 << 20))])
      }
      let error = await #expect(throws: LedgerError(.clock, "")) { try await ledger.append(batch) }
      #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
      #expect(error?.message.contains("--accept-clock") == true)
      try await ledger.close()
      let appended = try fixture.reader().size - before
      #expect(appended == (stepAt == 3 ? 1 : 0), "what the message says is so")
    }
  }
}
