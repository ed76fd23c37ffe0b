internal import LedgerFormat

/// What `erasure/execution` and `erasure/verification` records say of one entity.
///
/// | method of the execution | removes |
/// |---|---|
/// | `drop-and-purge`, `truncate`, `key-destruction` | as stated |
/// | `row-erasure`, `overwrite`, `full-overwrite` | if the last verification of it is clean |
/// | anything else, also `merge-on-read-delete` | never |
struct ErasureEvidence {
  /// (event number, the mention of its target) of executions that removed.
  private(set) var removals: [(event: UInt32, target: LineageMention)] = []
  /// Records of executions that state a method which removes only if verified, and are not.
  private(set) var unverified: [UInt64] = []

  private struct Verification {
    var index: UInt64
    var time: Timestamp?
    var references: [UInt64]
    var request: EntityID?
    var isClean: Bool
    /// What it is about, among the identifiers of the node.
    var targets: [LineageMention]

    /// Whether it is one of the execution, whatever it is about and at whatever time it was made.
    func concerns(_ execution: LineageEvent, _ request: EntityID?) -> Bool {
      index > execution.index
        && (references.contains(execution.index) || self.request != nil && self.request == request)
    }
  }

  /// - Parameters:
  ///   - events: those that name the members of a node, ascending.
  ///   - areOneThing: what is said of one of `members` is said of all.
  init(events: [UInt32], members: [EntityID], areOneThing: Bool, facts: LineageFacts) {
    let verifications = Self.verifications(events, members, facts)
    for number in events {
      let event = facts.events[Int(number)]
      guard event.kind == .erasureExecution,
        let details = facts.details(ofEvent: Int(number)),
        let needsVerification = Self.needsVerification(details)
      else { continue }
      let request = facts.first(.request, of: event)
      let found = verifications.filter { $0.concerns(event, request) }
      func verified(_ target: LineageMention) -> Bool {
        Self.isVerified(
          event,
          by: found.filter { verification in
            verification.targets.contains {
              (areOneThing || $0.entity == target.entity)
                && (!verification.isClean || $0.version == .none || $0.version == target.version)
            }
          })
      }
      let targets = facts.mentions(of: event).filter {
        $0.role == .target && members.contains($0.entity)
      }
      // A part that was removed leaves the rest.
      for mention in targets where !mention.isPartial {
        if !needsVerification || verified(mention) {
          removals.append((number, mention))
        } else if unverified.last != event.index {
          unverified.append(event.index)
        }
      }
    }
  }

  private static func verifications(
    _ events: [UInt32], _ members: [EntityID], _ facts: LineageFacts
  ) -> [Verification] {
    events.compactMap { number in
      let event = facts.events[Int(number)]
      guard event.kind == .erasureVerification,
        let details = facts.details(ofEvent: Int(number))
      else { return nil }
      let targets = facts.mentions(of: event).filter {
        $0.role == .target && members.contains($0.entity)
      }
      // Where something else was looked at, this was not.
      guard !targets.isEmpty else { return nil }
      return Verification(
        index: event.index, time: event.eventTime, references: details.references.map(\.index),
        request: facts.first(.request, of: event), isClean: isClean(details),
        targets: targets)
    }
  }

  /// The last verification decides, by record and by claimed time: what was found later was there.
  /// None is made before what it verifies.
  private static func isVerified(
    _ execution: LineageEvent, by verifications: [Verification]
  ) -> Bool {
    guard let last = verifications.last, last.isClean else { return false }
    guard let time = last.time else { return true }
    let isLast = verifications.allSatisfy { $0.isClean || $0.time.map { $0 <= time } ?? true }
    return isLast && execution.eventTime.map { $0 <= time } ?? true
  }

  /// Nil for a method that removes nothing, or an execution that says it did not succeed.
  private static func needsVerification(_ details: LineageDetails) -> Bool? {
    if let outcome = details.text("outcome"), !isAmong(outcome, succeeded) { return nil }
    guard let text = details.text("method"),
      let method = ErasureMethod.allCases.first(where: { isAmong(text, [$0.rawValue]) })
    else { return nil }
    switch method.effect {
    case .removes: return false
    case .removesIfVerified: return true
    case .removesNothing: return nil
    }
  }

  private static func isClean(_ details: LineageDetails) -> Bool {
    guard let outcome = details.text("outcome") else { return false }
    // A residual that is no number of rows is not none.
    let hasNoResidual =
      details.attributes["residual"] == nil || details.integer("residual") == 0
    return isAmong(outcome, ["clean", "verified"]) && hasNoResidual
  }

  private static let succeeded = ["completed", "done", "erased", "succeeded", "success"]

  private static func isAmong(_ text: String, _ list: [String]) -> Bool {
    let bytes = Array(text.lowercased().utf8)
    return list.contains { $0.utf8.elementsEqual(bytes) }
  }
}

/// Which holds and exemptions are in force.
struct Exemptions {
  /// The records that exempt, ascending, by the explicit version that they exempt; `none` where
  /// they exempt all.
  private(set) var records: [VersionID: [UInt64]] = [:]

  /// A `hold/placed` that covers the entity exempts until a `hold/released` that refers to it, or
  /// to nothing. A `policy/retention` with the value `exempt` and a `basis` exempts until the next
  /// `policy/retention` of the entity. One of a single version leaves another's in force.
  init(events: [UInt32], members: [EntityID], facts: LineageFacts) {
    var policies: [VersionID: UInt64] = [:]
    for number in events {
      let event = facts.events[Int(number)]
      guard let details = facts.details(ofEvent: Int(number)) else { continue }
      let versions = Set(
        facts.mentions(of: event)
          .filter { $0.role == .scope && members.contains($0.entity) }.map(\.version))
      guard !versions.isEmpty else { continue }
      switch event.kind {
      case .holdPlaced:
        for version in versions { records[version, default: []].append(event.index) }
      case .holdReleased:
        let released = details.references.map(\.index)
        for version in Array(records.keys) {
          records[version]?.removeAll { released.isEmpty || released.contains($0) }
        }
      case .policyRetention:
        let isExempt =
          details.text("value") == "exempt" && details.text("basis")?.isEmpty == false
        if versions.contains(.none) { policies.removeAll() }
        for version in versions { policies[version] = isExempt ? event.index : nil }
        // What is said of all versions no longer holds for all.
        if !isExempt { policies[.none] = nil }
      default: break
      }
    }
    for (version, record) in policies { records[version, default: []].append(record) }
    for version in Array(records.keys) { records[version]?.sort() }
    records = records.filter { !$0.value.isEmpty }
  }
}
