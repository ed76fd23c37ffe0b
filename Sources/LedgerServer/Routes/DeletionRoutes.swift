internal import HTTPTypes
internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// Deletions in systems outside the ledger, step by step.
struct DeletionRoutes: Sendable {
  let appender: Appender
  let receiver: BodyReceiver

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/v1/deletions", method: .post) { request, context in
      try await post(request, context)
    }
  }

  /// Appends a step: a native record that names its request, and gets its references to the steps
  /// before it.
  private func post(_ request: Request, _ context: ServerContext) async throws -> Response {
    let caller = try context.require(.appender)
    try appender.requireRoom()
    let bytes = try await receiver.receive(request)
    let draft: RecordDraft
    do throws(NativeRecordError) {
      draft = try NativeRecord.draft(parsing: bytes, source: caller.source)
    } catch {
      throw ServerError(.badRequest, "rejected", "\(error)")
    }
    guard case .none = draft.duplicateIdentity else {
      throw QueryReader.refusal("a step has no id: its request names it")
    }
    var content = draft.content
    guard let place = content.entities.firstIndex(where: Self.isRequest) else {
      throw QueryReader.refusal("no entity with role and type 'request' names the request")
    }
    let identifier = content.entities.remove(at: place).name
    guard !content.entities.contains(where: Self.isRequest) else {
      throw QueryReader.refusal("a step belongs to one request")
    }
    let bodies = draft.bodies.map {
      RecordBatch.Body(contentType: $0.contentType, bytes: $0.bytes, subject: $0.subject)
    }
    let receipt = try await appender.ledger.appendDeletion(
      content, bodies: bodies, request: identifier)
    appender.metrics.count(.recorded(receipt))
    var writer = JSONWriter()
    receipt.write(to: &writer)
    return Answer.json(writer, status: .created)
  }

  private static func isRequest(_ entity: Entity) -> Bool {
    entity.role == .request && entity.type == .request
  }
}
