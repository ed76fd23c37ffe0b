import LedgerFormat
import LedgerVerifier
import Testing

/// Tombstones against plans and outcomes.
struct ErasureTests {
  private func builder(
    slots: [BodySlot], erased: [BodySlot], plan: UInt64 = 8, hasOutcome: Bool
  ) throws -> EvidenceBuilder {
    var builder = try EvidenceBuilder.withEvents(7)
    var planned = RecordContent(kind: "erasure/plan", source: "local")
    planned.slots = slots
    builder.append(planned)
    for slot in erased {
      builder.change(Int(slot.record)) { $0.bodies[Int(slot.body)].erasedBy = plan }
    }
    if hasOutcome {
      var outcome = RecordContent(kind: "erasure/outcome", source: "local")
      outcome.references = [RecordReference(relation: .answers, index: 8)]
      builder.append(outcome)
    }
    return builder
  }

  private let slots = [BodySlot(record: 3, body: 0), BodySlot(record: 6, body: 1)]

  private func report(_ builder: EvidenceBuilder) throws -> VerificationReport {
    let count = builder.records.count
    return verify(try builder.build(.init(segments: [0..<8], active: 8..<count)), builder)
  }

  @Test func completed() throws {
    let report = try report(try builder(slots: slots, erased: slots, hasOutcome: true))
    #expect(report.status == .valid, "\(report.lines)")
    #expect(report.summary.erasedBodyCount == 2)
    #expect(report.summary.bodyCount == 4)
    #expect(!report.remarkCodes.contains(.erasureInProgress))
  }

  @Test func inProgress() throws {
    for erased in [[], [slots[0]], slots] {
      let report = try report(try builder(slots: slots, erased: erased, hasOutcome: false))
      #expect(report.status == .valid)
      #expect(report.remarkCodes.contains(.erasureInProgress))
    }
  }

  @Test func reintroduced() throws {
    let report = try report(try builder(slots: slots, erased: [slots[0]], hasOutcome: true))
    #expect(report.codes == [.bodyReintroduced])
    #expect(report.firstRecords == 6...6)
  }

  /// What is missing or unreadable is not known to be there again.
  @Test func bodiesThatAreMissingAreNotReintroduced() throws {
    let builder = try builder(slots: slots, erased: slots, hasOutcome: true)
    let count = builder.records.count
    let whole = try builder.build(.init(segments: [0..<8], active: 8..<count))
    let path = "bodies/00000000000000000000.body"
    let bytes = try #require(whole.files[path])
    var damages: [(String, [UInt8]?)] = [("missing", nil), ("empty", [])]
    for position in stride(from: 0, to: bytes.count, by: 7) {
      var changed = bytes
      changed[position] ^= 1
      damages.append(("byte \(position)", changed))
    }
    for (name, changed) in damages {
      var evidence = whole
      evidence.files[path] = changed
      let report = verify(evidence, builder)
      #expect(report.status == .notValid, "\(name)")
      #expect(!report.codes.contains(.bodyReintroduced), "\(name): \(report.lines)")
    }
  }

  @Test func tombstoneThatNoPlanLists() throws {
    let other = BodySlot(record: 2, body: 0)
    let report = try report(try builder(slots: slots, erased: slots + [other], hasOutcome: true))
    #expect(report.codes == [.erasureUnplanned])
    #expect(report.firstRecords == 2...2)
  }

  @Test func tombstoneThatNamesAnotherRecord() throws {
    for plan in [0, 7, 9, 100] as [UInt64] {
      let report = try report(
        try builder(slots: slots, erased: slots, plan: plan, hasOutcome: false))
      #expect(report.codes == [.erasureUnplanned, .erasureUnplanned], "\(plan)")
    }
  }

  /// The newest outcome of a plan counts: what stood elsewhere may have been erased since.
  @Test func residual() throws {
    for codes in [["RESIDUAL"], ["RESIDUAL", "ERASED"], ["ERASED", "RESIDUAL"], ["ERASED"]] {
      var builder = try builder(slots: slots, erased: slots, hasOutcome: false)
      for code in codes {
        var outcome = RecordContent(kind: "erasure/outcome", source: "local")
        outcome.references = [RecordReference(relation: .answers, index: 8)]
        outcome.attributes["outcome"] = .text(code)
        builder.append(outcome)
      }
      let report = try report(builder)
      #expect(report.status == .valid, "\(report.lines)")
      #expect(report.remarkCodes.contains(.erasureResidual) == (codes.last == "RESIDUAL"))
    }
  }
}
