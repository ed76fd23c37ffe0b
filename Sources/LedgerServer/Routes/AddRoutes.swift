internal import HTTPTypes
internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// Entries of any bytes, as the tools of other transparency logs send them.
struct AddRoutes: Sendable {
  let appender: Appender
  let receiver: BodyReceiver
  let signal: CheckpointSignal

  /// What the records are about: the log that entries were sent to.
  static let datasetName = "add"

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/add", method: .post) { request, context in
      try await add(request, context)
    }
  }

  /// Answers the index in decimal once the entry is durable; a checkpoint follows. An entry that is
  /// sent twice is two entries.
  private func add(_ request: Request, _ context: ServerContext) async throws -> Response {
    let caller = try context.require(.appender)
    try appender.requireRoom()
    let bytes = try await receiver.receive(request)
    var content = RecordContent(kind: RecordKind.dataset.rawValue, source: caller.source)
    content.entities = [
      Entity(
        role: .target, type: .dataset, namespace: appender.ledger.identity.origin,
        name: Self.datasetName)
    ]
    let body = BodyDraft(contentType: Answer.binaryType, bytes: bytes)
    let receipt = try await appender.append(RecordDraft(content: content, bodies: [body]))
    signal.send()
    return Answer.bytes(
      Array(String(receipt.index).utf8), type: Answer.textType,
      headers: appender.fields(of: receipt))
  }
}
