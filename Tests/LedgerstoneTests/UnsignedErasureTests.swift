import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

@testable import Ledgerstone

/// Bodies that somebody without the key removed by a plan that nothing has signed.
@Suite struct UnsignedErasureTests {
  private static let slots = [BodySlot(record: 2, body: 0), BodySlot(record: 4, body: 0)]

  /// A ledger of 21 records and a plan, sealed and closed, with the bodies of `removed` gone.
  private func fixture(
    signsPlan: Bool, removed: [BodySlot], plan number: UInt64 = 21
  ) async throws -> EngineFixture {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    try await EngineFixture.append(0..<20, to: ledger)
    _ = try await ledger.checkpoint()
    var plan = RecordContent(kind: "erasure/plan", source: "ledgerstone")
    plan.slots = Self.slots
    var batch = ledger.makeBatch()
    try batch.append(plan)
    _ = try await ledger.append(batch)
    if signsPlan { _ = try await ledger.checkpoint() }
    let log = try ledger.sealAndWait(forgetting: [])
    if !removed.isEmpty { _ = try log.eraseBodies(removed, plan: number) }
    try await ledger.close()
    return fixture
  }

  @Test func areNotMadeAnErasureByTheNextSignature() async throws {
    for removed in [Self.slots, [Self.slots[0]], [Self.slots[1]]] {
      let fixture = try await fixture(signsPlan: false, removed: removed)
      let before = fixture.disk.contents("/l/checkpoint")
      let error = #expect(throws: LedgerError.self) { try fixture.open() }
      #expect(error?.code == .corrupt)
      #expect(error?.message.contains("by the plan in record 21, which nothing has signed") == true)
      #expect(fixture.disk.contents("/l/checkpoint") == before)
      // It is there to be looked at.
      #expect(try fixture.reader().size == 22)
    }
  }

  @Test func nothingElseIsRefused() async throws {
    for (signsPlan, removed, plan) in [
      (false, [], 21), (true, Self.slots, 21), (true, [], 21),
      // Which `verify` reports.
      (false, Self.slots, 3),
    ] as [(Bool, [BodySlot], UInt64)] {
      let fixture = try await fixture(signsPlan: signsPlan, removed: removed, plan: plan)
      let ledger = try fixture.open()
      _ = try await ledger.checkpoint()
      try await ledger.close()
    }
  }
}
