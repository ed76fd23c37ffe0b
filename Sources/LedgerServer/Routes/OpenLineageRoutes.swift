internal import HTTPTypes
internal import Hummingbird
internal import LedgerCryptography
internal import Ledgerstone
internal import Provenance

/// The sink of OpenLineage clients.
struct OpenLineageRoutes: Sendable {
  let appender: Appender
  let receiver: BodyReceiver

  /// Where single events are sent.
  static let path = "/api/v1/lineage"

  func add(to router: some RouterMethods<ServerContext>) {
    router.on(RouterPath(Self.path), method: .post) { request, context in
      try await post(request, context, isBatch: false)
    }
    router.on("/api/v1/lineage/batch", method: .post) { request, context in
      try await post(request, context, isBatch: true)
    }
  }

  private func post(
    _ request: Request, _ context: ServerContext, isBatch: Bool
  ) async throws -> Response {
    let caller = try context.require(.appender)
    try Self.requireJSON(request)
    try appender.requireRoom()
    let bytes = try await receiver.receive(request)
    if !isBatch, !Self.isArray(bytes) { return try await postOne(bytes, caller) }
    return try await postMany(bytes, caller, isBatch: isBatch)
  }

  /// Clients say `application/json` with or without parameters, or nothing.
  private static func requireJSON(_ request: Request) throws(ServerError) {
    guard isJSON(request.headers[.contentType]) else {
      throw ServerError(
        .unsupportedMediaType, "notJSON", "an event is sent as application/json")
    }
  }

  static func isJSON(_ type: String?) -> Bool {
    guard let type, type != Answer.jsonType else { return true }
    let essence = type.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    return essence == Answer.jsonType || essence.hasSuffix("+json")
  }

  static func isArray(_ bytes: [UInt8]) -> Bool {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0)
    return content.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "[")
  }

  private func postOne(_ bytes: [UInt8], _ caller: Caller) async throws -> Response {
    let draft: RecordDraft
    do throws(OpenLineageRejection) {
      draft = try OpenLineageEvent(parsing: bytes).draft(source: caller.source)
    } catch {
      appender.metrics.countRejected()
      throw ServerError(.badRequest, "rejected", "\(error)")
    }
    return try await appender.answer(to: draft)
  }

  // MARK: - Arrays

  /// What became of the events of an array.
  private struct Tally {
    var received = 0
    var receipts: [Receipt] = []
    var failures: [(index: Int, reason: String)] = []
  }

  /// Appends every event that can be recorded; what cannot is named with its place and reason.
  private func postMany(
    _ bytes: [UInt8], _ caller: Caller, isBatch: Bool
  ) async throws -> Response {
    var tally = Tally()
    var batch = appender.ledger.makeBatch()
    guard Self.isArray(bytes) else {
      throw ServerError(.badRequest, "rejected", "a batch is an array of events")
    }
    var splitter = JSONSplitter(bytes.rawSpan)
    while let piece = splitter.next() {
      switch piece {
      case .broken(let error):
        appender.metrics.countRejected()
        tally.failures.append((tally.received, "\(error.reason.introduction)\(error)"))
        tally.received += 1
      case .value(let range, _):
        do {
          try batch.append(
            try OpenLineageEvent(parsing: Array(bytes[range])).draft(source: caller.source))
        } catch {
          appender.metrics.countRejected()
          tally.failures.append((tally.received, "\(error)"))
        }
        tally.received += 1
      }
    }
    for outcome in try await appender.append(batch) {
      if case .recorded(let receipt) = outcome { tally.receipts.append(receipt) }
    }
    return Self.answer(tally, isBatch: isBatch)
  }

  private static func answer(_ tally: Tally, isBatch: Bool) -> Response {
    let failed = tally.failures.count
    let isRefused = failed > 0 && tally.receipts.isEmpty
    let isNew = tally.receipts.contains { !$0.isDuplicate }
    let status: HTTPResponse.Status =
      isRefused ? .badRequest : failed == 0 && !isBatch && isNew ? .created : .ok
    return Answer.json(status: status) { writer in
      writer.member("status", failed == 0 ? "success" : isRefused ? "failure" : "partial_success")
      writer.name("summary")
      writer.object { writer in
        writer.member("received", tally.received)
        writer.member("successful", tally.receipts.count)
        writer.member("failed", failed)
        writer.member("retriable", 0)
        writer.member("non_retriable", failed)
      }
      writer.name("failed_events")
      writer.array { writer in
        for failure in tally.failures {
          writer.object { writer in
            writer.member("index", failure.index)
            writer.member("reason", failure.reason)
            writer.name("retriable")
            writer.boolean(false)
          }
        }
      }
      writer.name("receipts")
      writer.array { writer in
        for receipt in tally.receipts { receipt.write(to: &writer) }
      }
    }
  }
}
