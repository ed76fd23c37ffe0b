import LedgerTestSupport
import Ledgerstone
import SegmentStorage
import Testing

/// Too little of something the system gives: room on the disk, or descriptors. Work stops with an
/// error that says so, what was acknowledged stays, and the ledger goes on once there is more.
@Suite struct ShortageTests {
  /// Works through a phase with less than it needs, then checks the disk as found and after a cut.
  ///
  /// - Returns: whether the phase was stopped.
  private static func run(
    _ start: CrashStart, _ place: String, _ limit: (SimulatedFileSystem) -> Void,
    _ lift: (SimulatedFileSystem) -> Void
  ) async -> Bool {
    let (client, failure) = await start.run(limit)
    if let failure {
      let code = (failure as? LedgerError)?.code
      #expect(code == .storage || code == .poisoned, "\(place): \(failure)")
    }
    if let ledger = client.ledger { _ = try? await ledger.close() }
    for survival in [nil, SimulatedSurvival.anySubset, .onlySynchronized] {
      var survivor = client.fixture
      var written = client.written
      survivor.disk =
        survival.map { client.fixture.disk.crashed(seed: 1, survival: $0) }
        ?? client.fixture.disk.snapshot()
      lift(survivor.disk)
      do {
        try written.noteAll(client.fixture.disk.contentsSeen(at: "/l/checkpoint"))
        try await CrashOracle.check(survivor, written)
      } catch {
        Issue.record(error, "\(place), then \(String(describing: survival))")
      }
    }
    return failure != nil
  }

  @Test func ofRoom() async throws {
    var stopCount = 0
    for start in try await CrashStart.all(seed: 11) {
      for budget in stride(from: 0, through: 24_000, by: start.phase == 0 ? 131 : 1_009) {
        let isStopped = await Self.run(start, "phase \(start.phase), \(budget) bytes free") {
          $0.freeSizeBytes = budget
        } _: {
          $0.freeSizeBytes = nil
        }
        if isStopped { stopCount += 1 }
        if start.phase == 0 && !isStopped { break }
      }
    }
    #expect(stopCount > 20)
  }

  @Test func ofDescriptors() async throws {
    for start in try await CrashStart.all(seed: 12) {
      var count = 0
      while await Self.run(
        start, "phase \(start.phase), \(count) descriptors",
        { [count] in $0.openFileCountMax = count }, { $0.openFileCountMax = nil })
      {
        count += 1
        try #require(count < 40, "a ledger needs few descriptors")
      }
      #expect(count > 2)
    }
  }
}
