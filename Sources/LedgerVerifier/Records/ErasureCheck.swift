internal import LedgerFormat

/// Compares tombstones with the erasure plans and outcomes among the records.
struct ErasureCheck {
  private var plans: [UInt64: Set<BodySlot>] = [:]
  /// The parts of plans above the checkpoint, by the plan: their records, and what they list.
  private var unsigned: [UInt64: [(record: UInt64, slots: Set<BodySlot>)]] = [:]
  /// Records before this one are signed. A body is removed only once its plan is.
  private var signedSize: UInt64
  /// Plans that an outcome answers, and the first outcome that does.
  private var outcomes: [UInt64: UInt64] = [:]
  /// Plans whose newest outcome is RESIDUAL, and that outcome.
  private var residuals: [UInt64: UInt64] = [:]
  /// Plans of records that the log no longer has.
  private var brought: Set<UInt64> = []
  private var tombstones: [Tombstone] = []
  /// Records whose bodies could not be read, so that none of them is known to be there.
  private var unread: [ClosedRange<UInt64>] = []

  /// - Parameter signedSize: of the checkpoint; `max` without one, so that nothing is held to it.
  init(signedSize: UInt64) { self.signedSize = signedSize }

  var tombstoneCount: UInt64 { UInt64(tombstones.count) }

  /// Whether a body was removed by a plan above the checkpoint.
  var needsNewerCheckpoint: Bool { tombstones.contains { isUnsigned($0) } }

  /// Takes note that more records were signed meanwhile.
  mutating func accept(signedSize size: UInt64) {
    signedSize = max(signedSize, size)
    for plan in unsigned.keys { unsigned[plan]?.removeAll { $0.record < signedSize } }
  }

  private func isUnsigned(_ tombstone: Tombstone) -> Bool {
    unsigned[tombstone.plan, default: []].contains { $0.slots.contains(tombstone.slot) }
  }

  mutating func accept(_ notable: [NotableRecord]) {
    for record in notable {
      switch record.content.kind {
      case "erasure/plan":
        // A long plan has parts; a tombstone names the first one.
        let number = UInt64(record.content.part?.number ?? 0)
        guard number <= record.index else { continue }
        plans[record.index - number, default: []].formUnion(record.content.slots)
        guard record.index >= signedSize else { continue }
        unsigned[record.index - number, default: []]
          .append((record.index, Set(record.content.slots)))
      case "erasure/outcome":
        for reference in record.content.references where reference.relation == .answers {
          outcomes[reference.index] = min(outcomes[reference.index] ?? .max, record.index)
          let isResidual = record.content.attributes["outcome"] == .text("RESIDUAL")
          residuals[reference.index] = isResidual ? record.index : nil
        }
      default: break
      }
    }
  }

  /// Takes a plan that a restore brought.
  mutating func accept(brought plan: NotableRecord, isInLog: Bool) {
    accept([plan])
    let number = UInt64(plan.content.part?.number ?? 0)
    guard number <= plan.index else { return }
    // Its proof says that it was signed.
    let slots = Set(plan.content.slots)
    unsigned[plan.index - number]?.removeAll { $0.record == plan.index && $0.slots == slots }
    if !isInLog { brought.insert(plan.index - number) }
  }

  /// Takes note of records whose bodies are missing or damaged, which somebody else reports.
  mutating func accept(unread records: ClosedRange<UInt64>) { unread.append(records) }

  private func isThere(_ slot: BodySlot, _ erased: Set<BodySlot>) -> Bool {
    !erased.contains(slot) && !unread.contains { $0.contains(slot.record) }
  }

  mutating func accept(_ more: [Tombstone]) { tombstones.append(contentsOf: more) }

  /// - Parameter recordCount: the records of the log.
  func conclude(recordCount: UInt64, into collector: inout FindingCollector) {
    var erased = Set<BodySlot>()
    for tombstone in tombstones {
      erased.insert(tombstone.slot)
      if let slots = plans[tombstone.plan], slots.contains(tombstone.slot) {
        guard isUnsigned(tombstone) else { continue }
        collector.add(
          Finding(
            .erasureUnplanned,
            "body \(tombstone.slot.body) is marked as erased by record \(tombstone.plan), which "
              + "the checkpoint does not cover: a body is removed only once its plan is signed",
            records: tombstone.slot.record...tombstone.slot.record))
        continue
      }
      collector.add(
        Finding(
          .erasureUnplanned,
          "body \(tombstone.slot.body) is marked as erased by record \(tombstone.plan), which is "
            + "no erasure plan that lists it",
          records: tombstone.slot.record...tombstone.slot.record))
    }
    for (plan, slots) in plans.sorted(by: { $0.key < $1.key }) {
      if brought.contains(plan) {
        collector.add(
          Remark(
            .erasureBrought,
            "record \(plan), which this ledger has lost, planned an erasure; a restore carried it "
              + "out again"))
        for slot in slots.sorted() where slot.record < recordCount && isThere(slot, erased) {
          collector.add(
            Finding(
              .bodyReintroduced,
              "REINTRODUCED: body \(slot.body) is there although record \(plan), which this ledger "
                + "has lost, planned its erasure", records: slot.record...slot.record))
        }
        continue
      }
      guard let outcome = outcomes[plan] else {
        collector.add(
          Remark(.erasureInProgress, "the erasure planned by record \(plan) has no outcome yet"))
        continue
      }
      if let residual = residuals[plan] {
        collector.add(
          Remark(
            .erasureResidual,
            "record \(residual) reports RESIDUAL for the erasure planned by record \(plan): an "
              + "identifier still stood in other records or files"))
      }
      for slot in slots.sorted() where isThere(slot, erased) {
        collector.add(
          Finding(
            .bodyReintroduced,
            "REINTRODUCED: body \(slot.body) is there although record \(outcome) reports its "
              + "erasure, planned by record \(plan)", records: slot.record...slot.record))
      }
    }
  }
}
