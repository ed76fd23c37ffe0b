internal import LedgerFormat

/// What `erasure/execution` and `erasure/verification` records say of one entity.
///
/// | method of the execution | removes |
/// |---|---|
/// | `drop-and-purge`, `truncate`, `key-destruction` | as stated |
/// | `row-erasure`, `overwrite`, `full-overwrite` | if a later verification of it is clean |
/// | anything else, also `merge-on-read-delete` | never |
struct ErasureEvidence {
  /// (event number, the mention of its target) of executions that removed.
  private(set) var removals: [(event: UInt32, target: LineageMention)] = []
  /// Records of executions that state a method which removes only if verified, and are not.
  private(set) var unverified: [UInt64] = []

  private struct Verification {
    var index: UInt64
    var references: [UInt64]
    var request: EntityID?
  }

  /// - Parameter events: those that name the members of a node, ascending.
  init(events: [UInt32], members: [EntityID], facts: LineageFacts) {
    var verifications: [Verification] = []
    for number in events {
      let event = facts.events[Int(number)]
      guard event.kind == .erasureVerification,
        let details = facts.details(ofEvent: Int(number)), Self.isClean(details)
      else { continue }
      verifications.append(
        Verification(
          index: event.index, references: details.references.map(\.index),
          request: facts.first(.request, of: event)))
    }
    for number in events {
      let event = facts.events[Int(number)]
      guard event.kind == .erasureExecution,
        let details = facts.details(ofEvent: Int(number)),
        let needsVerification = Self.needsVerification(details)
      else { continue }
      let request = facts.first(.request, of: event)
      let isVerified = verifications.contains { verification in
        verification.index > event.index
          && (verification.references.contains(event.index)
            || verification.request != nil && verification.request == request)
      }
      guard isVerified || !needsVerification else {
        unverified.append(event.index)
        continue
      }
      for mention in facts.mentions(of: event)
      where mention.role == .target && members.contains(mention.entity) {
        removals.append((number, mention))
      }
    }
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
    return isAmong(outcome, ["clean", "verified"]) && (details.integer("residual") ?? 0) == 0
  }

  private static let succeeded = ["completed", "done", "erased", "succeeded", "success"]

  private static func isAmong(_ text: String, _ list: [String]) -> Bool {
    let bytes = Array(text.lowercased().utf8)
    return list.contains { $0.utf8.elementsEqual(bytes) }
  }
}

/// Which holds and exemptions are in force.
struct Exemptions {
  /// The records that exempt, ascending.
  private(set) var records: [UInt64] = []

  /// A `hold/placed` that covers the entity exempts until a `hold/released` that refers to it, or
  /// to nothing. A `policy/retention` with the value `exempt` and a `basis` exempts until the next
  /// `policy/retention` of the entity.
  init(events: [UInt32], members: [EntityID], facts: LineageFacts) {
    var holds: [UInt64] = []
    var policy: UInt64?
    for number in events {
      let event = facts.events[Int(number)]
      guard let details = facts.details(ofEvent: Int(number)) else { continue }
      let isCovered = facts.mentions(of: event).contains {
        $0.role == .scope && members.contains($0.entity)
      }
      guard isCovered else { continue }
      switch event.kind {
      case .holdPlaced: holds.append(event.index)
      case .holdReleased:
        let released = details.references.map(\.index)
        holds.removeAll { released.isEmpty || released.contains($0) }
      case .policyRetention:
        let isExempt =
          details.text("value") == "exempt" && details.text("basis")?.isEmpty == false
        policy = isExempt ? event.index : nil
      default: break
      }
    }
    records = (holds + (policy.map { [$0] } ?? [])).sorted()
  }
}
