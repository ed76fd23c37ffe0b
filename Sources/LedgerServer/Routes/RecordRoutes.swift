internal import HTTPTypes
internal import Hummingbird
internal import LedgerCryptography
internal import LedgerFormat
internal import LedgerVerifier
internal import Ledgerstone
internal import Provenance

/// Records and their bodies, one by one.
struct RecordRoutes: Sendable {
  let appender: Appender
  let receiver: BodyReceiver
  let journal: AccessJournal

  private var ledger: Ledger { appender.ledger }

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/v1/records", method: .post) { request, context in
      try await post(request, context)
    }
    router.on("/v1/records/{index}", method: .get) { request, context in
      _ = try context.require(.auditor, .legal)
      let record = try ledger.reader().record(at: context.recordInPath())
      var writer = JSONWriter()
      RecordJSON.write(record.header, leafHash: record.leafHash, to: &writer)
      return Answer.json(writer)
    }
    router.on("/v1/records/{index}/entry", method: .get) { request, context in
      _ = try context.require(.auditor, .legal)
      let record = try ledger.reader().record(at: context.recordInPath())
      return Answer.bytes(record.bytes, type: Answer.binaryType)
    }
    router.on("/v1/records/{index}/bodies/{body}", method: .get) { request, context in
      try await body(context, isOpening: false)
    }
    router.on("/v1/records/{index}/openings/{body}", method: .get) { request, context in
      try await body(context, isOpening: true)
    }
  }

  /// One record as JSON, or many as lines.
  private func post(_ request: Request, _ context: ServerContext) async throws -> Response {
    let caller = try context.require(.appender)
    let type = request.headers[.contentType] ?? Answer.jsonType
    switch type.prefix(while: { $0 != ";" }).filter({ $0 != " " }).lowercased() {
    case "application/json": return try await postOne(request, caller)
    case "application/x-ndjson", "application/ndjson", "application/jsonl":
      try appender.requireRoom()
      return try RecordStream(appender: appender, caller: caller).respond(to: request)
    default:
      throw ServerError(
        .unsupportedMediaType, "notJSON",
        "a record is sent as application/json, many as application/x-ndjson")
    }
  }

  private func postOne(_ request: Request, _ caller: Caller) async throws -> Response {
    try appender.requireRoom()
    let bytes = try await receiver.receive(request)
    let draft: RecordDraft
    do throws(NativeRecordError) {
      draft = try NativeRecord.draft(parsing: bytes, source: caller.source)
    } catch {
      appender.metrics.countRejected()
      throw ServerError(.badRequest, "rejected", "\(error)")
    }
    return try await appender.answer(to: draft)
  }

  /// A body's bytes, or its opening. One that belongs to a person is for the role legal.
  ///
  /// The media type of a body is its producer's word, so a browser is not told to follow it.
  private func body(_ context: ServerContext, isOpening: Bool) async throws -> Response {
    let caller = try context.require(.auditor, .legal)
    let (index, number) = (try context.recordInPath(), try context.bodyInPath())
    let reader = ledger.reader()
    let bodies = try reader.record(at: index).header.content.bodies
    // What is not there or was erased is said before a record is left.
    let (salt, stored) = try reader.opening(record: index, body: number)
    let isSealed = bodies[number].tag != nil
    if isSealed { _ = try context.require(.legal) }
    try await journal.note(.bodies, by: caller)
    let slot = BodySlot(record: index, body: UInt64(number))
    let bytes: [UInt8]
    if isSealed {
      let opened = try ledger.sealedBodyReader(reader).open(record: index, body: number)
      let seal = BodyOpening.Seal(
        key: opened.key.bytes.copied(), ledgerID: reader.identity.ledgerID)
      bytes =
        isOpening
        ? Self.text(BodyOpening(slot: slot, salt: salt, bytes: stored, seal: seal))
        : opened.bytes
    } else {
      bytes =
        isOpening ? Self.text(BodyOpening(slot: slot, salt: salt, bytes: stored)) : stored
    }
    return Answer.bytes(
      bytes, type: isOpening ? Answer.textType : Answer.binaryType,
      headers: [.contentDisposition: "attachment"])
  }

  private static func text(_ opening: BodyOpening) -> [UInt8] {
    Array((opening.encoded + "\n").utf8)
  }
}
