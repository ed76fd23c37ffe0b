public import LedgerFormat

/// What a native record of each kind cannot do without: what makes it say anything at all.
///
/// The vocabulary lists more fields per kind (versions, rows, owners); they are kept where given,
/// and asked for only where a record without them is no evidence: an access without actor,
/// action and outcome, or a policy without value.
extension RecordKind {
  /// Throws the first thing that is missing.
  ///
  /// - Precondition: the kind may come from a client (`isWrittenByLedgerOnly` is false).
  public func requireMinimum(
    of content: RecordContent, bodyCount: Int
  ) throws(NativeRecordError) {
    let minimum = Minimum(kind: self, content: content, bodyCount: bodyCount)
    switch self {
    case .dataset, .datasetAltered, .datasetDropped: try minimum.entity(.target, Self.data)
    case .datasetCreated:
      try minimum.entity(.target, Self.data)
      try minimum.texts("origin", "purpose", "legalBasis", "retention", "owner")
    case .datasetRenamed:
      try minimum.entity(.target, Self.data)
      try minimum.that(!content.renames.isEmpty, "a pair in renames")
    case .run:
      try minimum.entity(.run, [.run])
      try minimum.entity(.job, [.job])
      try minimum.that(content.eventType != nil, "an eventType")
      try minimum.text("phase", isOptional: true, oneOf: Self.phases)
    case .job: try minimum.entity(.job, [.job])
    case .derivation:
      let isComplete = content.entities.contains { $0.facts.areEdgesComplete }
      try minimum.that(
        !content.edges.isEmpty || isComplete, "an edge, or an entity with edgesComplete")
    case .access:
      try minimum.party(.actor)
      try minimum.entity(.target, Self.data)
      try minimum.texts("action", "purpose", "outcome")
    case .disclosure:
      try minimum.party(.recipient)
      try minimum.entity(.target, Self.data)
      try minimum.texts("purpose", "legalBasis")
    case .policyPurpose, .policyBasis, .policyConsent, .policyRetention, .policyClassification:
      try minimum.entity(.scope, EntityType.allCases)
      try minimum.party(.actor)
      try minimum.texts("value")
    case .policyWriteMode:
      try minimum.party(.actor)
      let declares = content.entities.contains {
        $0.role == .scope && $0.facts.writeMode != nil
      }
      try minimum.that(declares, "an entity with role 'scope' and a writeMode")
    case .erasureRequest:
      try minimum.entity(.request, [.request])
      try minimum.texts("regulation", "received")
    case .erasureExecution:
      try minimum.entity(.target, Self.data)
      try minimum.party(.actor)
      try minimum.texts("method")
    case .erasureVerification:
      try minimum.entity(.target, Self.data)
      try minimum.party(.actor)
      try minimum.texts("method", "outcome")
    case .holdPlaced, .holdReleased, .erasurePlan, .erasureOutcome, .keyCreated, .keyRotated,
      .keyDestroyed, .index, .ledgerCreated, .ledgerRecovered, .ledgerClock, .ledgerCheckpoint,
      .ledgerWitnessed, .ledgerTimestamped, .ledgerVerified, .ledgerRead, .ledgerExported,
      .ledgerRetentionApplied, .ledgerCorrection:
      preconditionFailure("records of kind \(rawValue) do not come from clients")
    }
  }

  private static let data: [EntityType] = [.dataset, .model]
  private static let phases = ["ingest", "validate", "clean", "enrich", "train", "analyse"]
}

/// The checks that the kinds are made of.
private struct Minimum {
  let kind: RecordKind
  let content: RecordContent
  let bodyCount: Int

  func that(_ condition: Bool, _ need: @autoclosure () -> String) throws(NativeRecordError) {
    guard condition else {
      throw NativeRecordError(
        path: "", reason: .incompleteKind(kind: kind.rawValue, needs: need()))
    }
  }

  func entity(_ role: EntityRole, _ types: [EntityType]) throws(NativeRecordError) {
    let isThere = content.entities.contains { $0.role == role && types.contains($0.type) }
    try that(
      isThere,
      "an entity with role '\(role.codeName)' and type "
        + types.map(\.codeName).joined(separator: " or "))
  }

  /// Who acted or received: a service by name, a person only in a body, because no header may name
  /// one.
  func party(_ role: EntityRole) throws(NativeRecordError) {
    try that(
      content.entities.contains { $0.role == role } || bodyCount > 0,
      "an entity with role '\(role.codeName)', or a body that names the person")
  }

  func texts(_ names: String...) throws(NativeRecordError) {
    for name in names { try text(name, isOptional: false, oneOf: nil) }
  }

  func text(
    _ name: String, isOptional: Bool, oneOf allowed: [String]?
  ) throws(NativeRecordError) {
    guard let value = content.attributes[name] else {
      return try that(isOptional, "the attribute '\(name)'")
    }
    guard case .text(let text) = value, !text.isEmpty else {
      return try that(false, "the attribute '\(name)' as a text that is not empty")
    }
    if let allowed {
      try that(
        allowed.contains(text),
        "the attribute '\(name)' to be one of \(allowed.joined(separator: ", "))")
    }
  }
}
