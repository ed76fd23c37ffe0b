import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import Testing

/// One thing that a client does. Add kinds of work as further steps.
struct WorkStep: Sendable {
  let name: String
  let run: @Sendable (inout CrashClient) async throws -> Void

  init(_ name: String, _ run: @escaping @Sendable (inout CrashClient) async throws -> Void) {
    self.name = name
    self.run = run
  }
}

/// Who works: a disk, the ledger open on it, and what the client knows.
struct CrashClient {
  var fixture: EngineFixture
  var written = WrittenLedger()
  var ledger: Ledger?

  func opened() throws -> Ledger { try #require(ledger) }
}

/// The whole life of a ledger in phases; between two of them it is closed.
enum CrashWorkload {
  static let phases: [[WorkStep]] = [
    [
      WorkStep("create") { $0.written.vkey = try await $0.fixture.create() }
    ],
    [
      open, send(1), send(5), checkpoint, produce([2, 1, 3]), index, sendOld(0..<4), send(3),
      checkpoint, conflict, refusedStep, close,
    ],
    [open, send(2), checkpoint, produce([1, 4, 1, 2]), send(2), index, index, send(1), close],
    [openAcceptingSteps, send(1), acceptedStep, send(4), sendOld(3..<9), checkpoint, close],
    [open, send(1), rotate, send(1), erase([7, 30]), backUp, sendOld(28..<33), index, close],
  ]

  static let open = WorkStep("open") { $0.ledger = try $0.fixture.open() }

  static let openAcceptingSteps = WorkStep("open, accepting clock steps") {
    var options = $0.fixture.options
    options.acceptsClockStep = true
    $0.ledger = try Ledger.open(at: EngineFixture.location, options: options)
  }

  static let close = WorkStep("close") {
    try await $0.opened().close()
    $0.ledger = nil
  }

  static let checkpoint = WorkStep("checkpoint") { try await $0.written.checkpoint($0.opened()) }

  /// An index record, signed at exactly its size.
  static let index = WorkStep("index") {
    try $0.written.note(try await $0.opened().index())
  }

  static let rotate = WorkStep("rotate the key") { try await $0.written.rotate($0.opened()) }

  static func erase(_ numbers: [Int]) -> WorkStep {
    WorkStep("erase \(numbers)") { try await $0.written.erase(numbers, in: $0.opened()) }
  }

  static let backUp = WorkStep("back up") {
    _ = try $0.fixture.reader().backUp(to: WrittenLedger.backup.directory)
  }

  /// One batch.
  static func send(_ count: Int) -> WorkStep {
    WorkStep("send \(count)") { try await $0.written.send(count, to: $0.opened()) }
  }

  /// Several producers at once: the first gets a group of its own, the others share one.
  static func produce(_ counts: [Int]) -> WorkStep {
    WorkStep("produce \(counts)") {
      try await $0.written.produce(counts, to: $0.opened(), clock: $0.fixture.clock)
    }
  }

  /// Records sent before, again: the same receipts, marked as duplicates.
  static func sendOld(_ numbers: Range<Int>) -> WorkStep {
    WorkStep("send \(numbers) again") { client in
      try await client.written.sendAgain(numbers, to: client.opened())
    }
  }

  /// The id of an old record with another body.
  static let conflict = WorkStep("conflict") {
    let ledger = try $0.opened()
    var batch = ledger.makeBatch()
    try batch.append(
      EngineFixture.content(1), bodies: [LongRecordTests.plain([1])],
      duplicates: .identifier("id-1"))
    let outcomes = try await ledger.append(batch)
    guard case .conflict = outcomes.first else { throw EngineFixture.Unexpected.conflict }
  }

  /// Somebody sets the clock, is told, and sets it back.
  static let refusedStep = WorkStep("refused clock step") {
    $0.fixture.clock.step(microseconds: 7_200_000_000)
    let ledger = try $0.opened()
    await #expect(throws: LedgerError.self) {
      try await EngineFixture.append(0..<1, to: ledger)
    }
    $0.fixture.clock.step(microseconds: -7_200_000_000)
  }

  static let acceptedStep = WorkStep("accepted clock step") {
    $0.fixture.clock.step(microseconds: 7_200_000_000)
  }
}

/// A moment at which the ledger is closed, to start from many times.
struct CrashStart: Sendable {
  let phase: Int
  let disk: SimulatedFileSystem
  let wall: Int64
  let written: WrittenLedger
  /// Operations of the phase that begins here, and how many of them are writes.
  var operationCount = 0
  var writeCount = 0

  /// A client of its own, at this moment.
  func client() -> CrashClient {
    var fixture = EngineFixture()
    fixture.disk = disk.snapshot()
    fixture.disk.watch("/l/checkpoint")
    fixture.clock = ManualClock(wall: wall)
    fixture.segmentByteCountTarget = 2_600
    return CrashClient(fixture: fixture, written: written)
  }

  /// Works through the phase.
  ///
  /// - Returns: the client with what it knows now, and what stopped it.
  func run(_ prepare: (SimulatedFileSystem) -> Void = { _ in }) async
    -> (client: CrashClient, failure: (any Error)?)
  {
    var client = client()
    prepare(client.fixture.disk)
    do {
      for step in CrashWorkload.phases[phase] { try await step.run(&client) }
      return (client, nil)
    } catch {
      return (client, error)
    }
  }

  /// The start of every phase, by doing all the work once.
  static func all(seed: UInt64) async throws -> [CrashStart] {
    var starts: [CrashStart] = []
    var next = CrashStart(
      phase: 0, disk: SimulatedFileSystem(seed: seed), wall: 1_790_000_000_000_000,
      written: WrittenLedger())
    for phase in CrashWorkload.phases.indices {
      let (client, failure) = await next.run()
      if let failure { throw failure }
      try client.written.check(client.fixture.reader(), isComplete: true)
      next.operationCount = client.fixture.disk.operationCount()
      next.writeCount = client.fixture.disk.operationCount(among: [.write])
      starts.append(next)
      next = CrashStart(
        phase: phase + 1, disk: client.fixture.disk.snapshot(),
        wall: client.fixture.clock.now().microseconds, written: client.written)
    }
    return starts
  }
}
