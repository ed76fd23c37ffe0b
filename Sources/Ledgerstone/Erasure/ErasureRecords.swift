internal import LedgerFormat
internal import Provenance

/// The records that an erasure writes.
enum ErasureRecords {
  static func requestEntity(_ identifier: String) -> Entity {
    Entity(role: .request, type: .request, namespace: "", name: identifier)
  }

  /// Whether a record is about the request; names are compared as bytes.
  static func isAbout(_ identifier: String, _ content: RecordContent) -> Bool {
    content.entities.contains {
      $0.role == .request && $0.type == .request
        && $0.name.utf8.elementsEqual(identifier.utf8)
    }
  }

  private static func content(_ kind: RecordKind, _ identifier: String) -> RecordContent {
    var content = RecordContent(kind: kind.rawValue, source: LedgerRecords.source)
    content.entities = [requestEntity(identifier)]
    return content
  }

  static func request(_ request: ErasureRequest) -> RecordContent {
    var content = content(.erasureRequest, request.identifier)
    if let regulation = request.regulation { content.attributes["regulation"] = .text(regulation) }
    if let received = request.received { content.attributes["received"] = .text(received) }
    return content
  }

  static func plan(_ identifier: String, answers request: UInt64, _ slots: [BodySlot])
    -> RecordContent
  {
    var content = content(.erasurePlan, identifier)
    content.references = [RecordReference(relation: .answers, index: request)]
    content.attributes["bodies"] = .integer(Int64(slots.count))
    content.slots = slots
    return content
  }

  static func outcome(_ report: ErasureReport, scannedRecordCount: UInt64?) -> RecordContent {
    var content = content(.erasureOutcome, report.request)
    content.attributes["outcome"] = .text(report.outcome.rawValue)
    content.references = [RecordReference(relation: .answers, index: report.requestRecord)]
    if let plan = report.planRecord {
      content.references.append(RecordReference(relation: .answers, index: plan))
      content.attributes["bodies"] = .integer(Int64(report.bodyCount))
      // NIST SP 800-88: logical removal, not the overwriting of the medium.
      content.attributes["sanitization"] = .text("Clear")
    }
    if let scannedRecordCount {
      content.attributes["scannedRecords"] = .integer(Int64(clamping: scannedRecordCount))
    }
    if !report.residualFiles.isEmpty {
      content.attributes["residualFiles"] = .integer(Int64(report.residualFiles.count))
    }
    if let basis = report.basis { content.attributes["basis"] = .text(basis) }
    content.references += report.residualRecords.prefix(residualCountMax).map {
      RecordReference(relation: .residual, index: $0)
    }
    content.references += report.holds.map { RecordReference(relation: .cites, index: $0) }
    return content
  }

  /// What an outcome says beside: how many subjects' keys were destroyed, and how many identifiers
  /// were looked for in part or not at all. None of it says which.
  static func state(
    _ search: IdentifierSearch, destroyedKeyCount: Int?, in content: inout RecordContent
  ) {
    if let destroyedKeyCount {
      content.attributes[CertifiedEvidence.keysDestroyedAttribute] =
        .integer(Int64(destroyedKeyCount))
    }
    if search.tokenCount > 0 {
      content.attributes["wholeTokenIdentifiers"] = .integer(Int64(search.tokenCount))
    }
    if search.unsearchedCount > 0 {
      content.attributes["unsearchedIdentifiers"] = .integer(Int64(search.unsearchedCount))
    }
  }

  /// The report that an outcome's record stands for.
  static func report(
    _ content: RecordContent, at index: UInt64, _ entry: (request: UInt64, plan: UInt64?),
    bodyCount: Int, request: String
  ) -> ErasureReport? {
    guard case .text(let code)? = content.attributes["outcome"],
      let outcome = ErasureReport.Outcome(rawValue: code)
    else { return nil }
    func indexes(_ relation: ReferenceRelation) -> [UInt64] {
      content.references.filter { $0.relation == relation }.map(\.index)
    }
    var report = ErasureReport(
      request: request, outcome: outcome, requestRecord: entry.request, planRecord: entry.plan,
      outcomeRecord: index, bodyCount: bodyCount)
    report.residualRecords = indexes(.residual)
    report.holds = indexes(.cites)
    if case .text(let basis)? = content.attributes["basis"] { report.basis = basis }
    return report
  }

  /// The most records that an outcome names; there may be more.
  static let residualCountMax = 10_000
  /// The most bodies of one plan, which must fit into the parts of one record.
  static let slotCountMax = 1_000_000
}
