public import LedgerFormat
public import Provenance

extension Ledger {
  /// Appends one step of a deletion in a system outside the ledger: an `erasure/request`,
  /// `erasure/execution` or `erasure/verification`, tied to the steps before it.
  ///
  /// The request's entity is added, and a reference: an execution answers its request, a
  /// verification cites the last execution of each of its targets. So none of them can name a
  /// request that was never made, or check what nobody did. Steps are taken one at a time, with
  /// erasures, so that of two equal requests at once one is a conflict.
  ///
  /// - Parameters:
  ///   - content: without the request; its kind is one of the three.
  ///   - request: the request's id, as in `ErasureRequest`.
  /// - Throws: `conflict` if the request was recorded before; `notFound` if a step before is
  ///   missing; `invalid` if the content is not what its kind needs; others as `append`.
  public func appendDeletion(
    _ content: RecordContent, bodies: [RecordBatch.Body] = [], request: String
  ) async throws(LedgerError) -> Receipt {
    try ErasureRequest.requireIdentifier(request)
    return try await performErasing { ledger throws(LedgerError) in
      let texts = content.attributes.values.map { value -> String? in
        if case .text(let text) = value { text } else { nil }
      }
      for subject in bodies.compactMap(\.subject) {
        try ErasureRun.requireUnnamed(subject, in: texts + [request])
      }
      var content = content
      content.entities.insert(ErasureRecords.requestEntity(request), at: 0)
      try Self.requireMinimum(of: content, bodyCount: bodies.count)
      let steps = try DeletionSteps(of: request, in: ledger.reader())
      content.references += try steps.references(of: content, request: request)
      return try ledger.appendAndWait(content, bodies: bodies)
    }
  }

  private static func requireMinimum(
    of content: RecordContent, bodyCount: Int
  ) throws(LedgerError) {
    guard let kind = RecordKind(rawValue: content.kind), !kind.isWrittenByLedgerOnly else {
      throw LedgerError(.invalid, "'\(content.kind)' is no step of a deletion")
    }
    do throws(NativeRecordError) {
      try kind.requireMinimum(of: content, bodyCount: bodyCount)
    } catch {
      throw LedgerError(.invalid, "\(error)")
    }
  }
}

/// What is on record of one request so far.
private struct DeletionSteps {
  /// The request's own record.
  private var request: UInt64?
  /// The last execution that names each target.
  private var executions: [EntityKey: UInt64] = [:]

  init(of identifier: String, in reader: LedgerReader) throws(LedgerError) {
    for index in try reader.records(naming: CertifiedEvidence.requestKey(identifier)) {
      let content = try reader.record(at: index).header.content
      switch content.kind {
      case RecordKind.erasureRequest.rawValue: request = request ?? index
      case RecordKind.erasureExecution.rawValue:
        for entity in content.entities where entity.role == .target {
          executions[EntityKey(entity)] = index
        }
      default: break
      }
    }
  }

  /// How a further record is tied to them.
  func references(
    of content: RecordContent, request identifier: String
  ) throws(LedgerError) -> [RecordReference] {
    if content.kind == RecordKind.erasureRequest.rawValue {
      guard let request else { return [] }
      throw LedgerError(.conflict, "record \(request) is the request '\(identifier)' already")
    }
    guard let request else {
      throw LedgerError(
        .notFound,
        "no erasure/request record has the id '\(identifier)'; record the request first")
    }
    guard content.kind == RecordKind.erasureVerification.rawValue else {
      return [RecordReference(relation: .answers, index: request)]
    }
    var cited: Set<UInt64> = []
    for entity in content.entities where entity.role == .target {
      let key = EntityKey(entity)
      guard let execution = executions[key] else {
        throw LedgerError(
          .notFound,
          "no erasure/execution of the request '\(identifier)' has the target \(key.text); record "
            + "that first")
      }
      cited.insert(execution)
    }
    return cited.sorted().map { RecordReference(relation: .cites, index: $0) }
  }
}
