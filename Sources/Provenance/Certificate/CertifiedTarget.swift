public import LedgerFormat

/// What became of one dataset or model that a certificate speaks of.
public struct CertifiedTarget: Hashable, Sendable {
  /// How far the deletion is shown there.
  public enum Outcome: String, CaseIterable, Sendable {
    /// The records show that nothing of it is left in the current content.
    case verified = "VERIFIED"
    /// It is said to be gone, and nobody recorded having looked.
    case unverified = "UNVERIFIED"
    /// The records show that it is still there.
    case residual = "RESIDUAL"
    /// The records do not say, and the certificate declares it out of scope.
    case outOfScope = "OUT_OF_SCOPE"
    /// A person has to judge it.
    case needsHuman = "NEEDS_HUMAN"
    /// Somebody is at work on it.
    case deferred = "DEFERRED"
    /// It is kept on a ground that a record names.
    case exempt = "EXEMPT"
  }

  /// The closure it is of: its place in the declared scope.
  public var closure: Int
  public var entity: EntityKey
  /// Edges from the entity in scope, 0 for that itself.
  public var depth: Int
  /// One of the roles that the facts know.
  public var role: String
  public var state: ClosureState
  public var reason: ClosureReason
  public var outcome: Outcome
  /// `dpv:Erase`, `dpv:Delete`, `dpv:Anonymise`, `refused`, `deferred` or `none`.
  public var action: String
  /// What an execution states, else the closure's reason.
  public var method: String
  /// The records that lead there from the entity in scope, and those that decide the state.
  public var path: [UInt64]
  public var records: [UInt64]
  /// The explicit versions that were reached.
  public var versions: [String]
  /// The entity next to it on the way to the one in scope; nil for that itself.
  public var parent: EntityKey?
  /// Whether the edge from there is a rule and not a statement.
  public var isInferred: Bool
}

extension CertifiedTarget.Outcome {
  init(_ state: ClosureState) {
    switch state {
    case .clean: self = .verified
    case .dropped: self = .unverified
    case .rebuiltFromStale, .appended, .notRebuilt, .reintroduced: self = .residual
    case .inFlight: self = .deferred
    case .masked: self = .needsHuman
    case .exempt: self = .exempt
    case .unknown: self = .outOfScope
    }
  }
}

extension CertifiedTarget {
  /// All targets of one closure, the root first.
  ///
  /// - Parameter methods: what the request's executions state, by entity.
  static func targets(
    of closure: Closure, number: Int, role: String?, methods: [EntityKey: String]
  ) -> [CertifiedTarget] {
    let all = [closure.root] + closure.descendants
    var places: [EntityKey: Int] = [:]
    for (place, descendant) in all.enumerated() {
      for key in [descendant.entity] + descendant.aliases { places[key] = places[key] ?? place }
    }
    return all.enumerated().map { place, descendant in
      let method = ([descendant.entity] + descendant.aliases).lazy.compactMap { methods[$0] }.first
      return CertifiedTarget(
        closure: number, entity: descendant.entity, depth: descendant.depth,
        role: place == 0
          ? role ?? "source" : descendant.entity.type == .model ? "model" : "derived",
        state: descendant.state, reason: descendant.reason, outcome: Outcome(descendant.state),
        action: action(descendant, method: method), method: method ?? descendant.reason.rawValue,
        path: path(to: place, all, places), records: descendant.records,
        versions: descendant.versions.compactMap(\.version), parent: entry(of: descendant)?.entity,
        isInferred: entry(of: descendant)?.basis == .inferred)
    }
  }

  /// DPV tells *erase*, after which nothing can be retrieved, from *delete*, after which it may.
  private static func action(_ descendant: Descendant, method: String?) -> String {
    switch descendant.state {
    case .clean: "dpv:Erase"
    case .dropped: "dpv:Delete"
    case .masked: "dpv:Anonymise"
    case .exempt: "refused"
    case .inFlight: "deferred"
    case .rebuiltFromStale, .appended, .notRebuilt, .reintroduced, .unknown:
      method == nil ? "none" : "dpv:Delete"
    }
  }

  /// The edge by which it was reached first: what is clean now was reached all the same.
  private static func entry(of descendant: Descendant) -> DescendantVia? {
    let own = Set([descendant.entity] + descendant.aliases)
    return descendant.versions.lazy.compactMap(\.via).first { !own.contains($0.entity) }
      ?? descendant.via
  }

  /// The records by which a version came to each entity between the root and the one at `place`.
  private static func path(
    to place: Int, _ all: [Descendant], _ places: [EntityKey: Int]
  ) -> [UInt64] {
    var path: [UInt64] = []
    if let last = all[place].versions.compactMap(\.record).first { path.append(last) }
    var place = place
    for _ in 0...all.count {
      guard place != 0, let via = entry(of: all[place]) else { break }
      if let record = via.record, record != path.first { path.insert(record, at: 0) }
      guard let next = places[via.entity], next != place, next != 0 else { break }
      place = next
    }
    return path
  }
}
