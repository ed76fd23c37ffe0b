import LedgerFormat
import LedgerVerifier
import Ledgerstone
import Provenance
import Testing

/// What is held cannot be erased, and the refusal says why.
@Suite struct HoldTests {
  private static let scopes: [(name: String, scope: HoldRequest.Scope)] = [
    ("everything", .everything),
    ("entity", .entity(type: .dataset, namespace: "warehouse", name: "table")),
    ("bodies", .bodies([BodySlot(record: 1, body: 0)])),
    ("subject", .subject("carol")),
  ]

  @Test(arguments: 0..<4) func refusedUntilReleased(number: Int) async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    let receipt = try await ErasureFixture.append([("x", "carol")], to: ledger)
    let hold = try await ledger.placeHold(
      HoldRequest(scope: Self.scopes[number].scope, basis: "case 7", decidedBy: "counsel"))
    let placed = try fixture.reader().record(at: hold.index).header.content
    #expect(placed.kind == "hold/placed")
    #expect(placed.attributes["scope"] == .text(Self.scopes[number].name))
    #expect(placed.attributes["basis"] == .text("case 7"))
    #expect(placed.attributes["decidedBy"] == .text("counsel"))
    for (request, targets): (String, [ErasureRequest.Target]) in [
      ("r1", [.subject("carol")]), ("r2", [.body(BodySlot(record: receipt.index, body: 0))]),
    ] {
      let report = try await ErasureFixture.erase(request, targets, ledger)
      #expect(report.outcome == .refused && report.planRecord == nil)
      #expect(report.holds == [hold.index] && report.basis == "case 7")
      let outcome = try fixture.reader().record(at: report.outcomeRecord).header.content
      #expect(outcome.attributes["outcome"] == .text("REFUSED"))
      #expect(outcome.attributes["basis"] == .text("case 7"))
      #expect(outcome.slots == [])
    }
    // Nothing is fenced afterwards.
    try await ErasureFixture.append([("y", "carol")], to: ledger)
    let released = try await ledger.releaseHold(hold.index, basis: "ended", decidedBy: "counsel")
    let release = try fixture.reader().record(at: released.index).header.content
    #expect(release.kind == "hold/released")
    let twice = await #expect(throws: LedgerError.self) {
      try await ledger.releaseHold(hold.index, basis: "ended", decidedBy: "counsel")
    }
    #expect(twice?.code == .conflict)
    let report = try await ErasureFixture.erase("after", [.subject("carol")], ledger)
    #expect(report.outcome == .erased)
    #expect(report.bodyCount == (number == 3 ? 3 : 2))
    try await ledger.close()
    #expect(try fixture.verify().status == .valid)
  }

  @Test func theSameRequestIsTriedAnew() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    try await ErasureFixture.append([("x", "carol")], to: ledger)
    let hold = try await ledger.placeHold(
      HoldRequest(scope: .everything, basis: "b", decidedBy: "d"))
    #expect(try await ErasureFixture.erase("r", [.subject("carol")], ledger).outcome == .refused)
    #expect(try await ErasureFixture.erase("r", [.subject("carol")], ledger).outcome == .refused)
    _ = try await ledger.releaseHold(hold.index, basis: "e", decidedBy: "d")
    #expect(try await ErasureFixture.erase("r", [.subject("carol")], ledger).outcome == .erased)
    try await ledger.close()
    #expect(try fixture.verify().status == .valid)
  }

  @Test func whatIsNotHeldCanBeErased() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    let receipt = try await ErasureFixture.append([("x", "carol"), ("y", "dora")], to: ledger)
    for scope: HoldRequest.Scope in [
      .entity(type: .dataset, namespace: "warehouse", name: "other"),
      .entity(type: .model, namespace: "warehouse", name: "table"),
      .bodies([BodySlot(record: receipt.index, body: 1)]), .subject("dora"),
    ] {
      _ = try await ledger.placeHold(HoldRequest(scope: scope, basis: "b", decidedBy: "d"))
    }
    #expect(try await ErasureFixture.erase("r", [.subject("carol")], ledger).outcome == .erased)
    #expect(try await ErasureFixture.erase("r2", [.subject("dora")], ledger).outcome == .refused)
    try await ledger.close()
  }

  @Test func holdsThatAreNone() async throws {
    let fixture = try ErasureFixture()
    let ledger = try await fixture.create()
    for (basis, role) in [("", "d"), ("b", "")] {
      let error = await #expect(throws: LedgerError.self) {
        try await ledger.placeHold(
          HoldRequest(scope: .everything, basis: basis, decidedBy: role))
      }
      #expect(error?.code == .invalid)
    }
    for (index, code) in [(0, LedgerError.Code.notFound), (99, .notFound)] {
      let error = await #expect(throws: LedgerError.self) {
        try await ledger.releaseHold(UInt64(index), basis: "b", decidedBy: "d")
      }
      #expect(error?.code == code)
    }
    let error = await #expect(throws: LedgerError.self) {
      try await ledger.placeHold(
        HoldRequest(
          scope: .bodies([BodySlot(record: 0, body: 0)]), basis: "b", decidedBy: "d"))
    }
    #expect(error?.code == .notFound)
    #expect(try fixture.reader().size == 1)
    try await ledger.close()
  }
}
