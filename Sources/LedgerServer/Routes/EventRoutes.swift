internal import HTTPTypes
internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// Recorded OpenLineage events, as existing readers ask for them.
struct EventRoutes: Sendable {
  let ledger: Ledger
  let workbench: Workbench
  let journal: AccessJournal
  private let catalog = EventCatalog()

  init(ledger: Ledger, workbench: Workbench, journal: AccessJournal) {
    self.ledger = ledger
    self.workbench = workbench
    self.journal = journal
  }

  /// Events of one answer together; what is over it comes with the next page.
  private static let answerByteCountMax = 64 << 20

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/api/v1/events/lineage", method: .get) { request, context in
      try await events(request, context)
    }
  }

  private enum Order: String, CaseIterable {
    case asc
    case desc
  }

  private func events(_ request: Request, _ context: ServerContext) async throws -> Response {
    let caller = try context.require(.auditor, .legal)
    let query = QueryReader(request)
    let limit = try query.integer("limit", in: 0...1_000) ?? 100
    let offset = try query.integer("offset", in: 0...Int(Int32.max)) ?? 0
    let order = try query.choice("sortDirection", Order.self) ?? .desc
    let wanted = EventCatalog.Query(
      after: try Self.time(query, "after"), before: try Self.time(query, "before"))
    try await journal.note(.bodies, by: caller)
    let reader = ledger.reader()
    return try await workbench.run {
      let page = try catalog.page(
        wanted, offset: offset, limit: limit, isDescending: order == .desc, in: reader)
      var byteCount = 0
      return Answer.json { writer in
        writer.name("events")
        writer.array { writer in
          for record in page.records where byteCount <= Self.answerByteCountMax {
            let event = Self.event(record, reader)
            byteCount += event.count
            writer.raw(event)
          }
        }
        writer.member("totalCount", page.totalCount)
      }
    }
  }

  /// Readers write times with a zone, as `2026-01-31T00:00:00+00:00`; a plus sign that was not
  /// encoded arrives as a space.
  private static func time(
    _ query: QueryReader, _ name: String
  ) throws(ServerError) -> Timestamp? {
    guard let text = query.text(name) else { return nil }
    guard let parsed = Timestamp.parse(String(text.map { $0 == " " ? "+" : $0 })) else {
      throw QueryReader.refusal("\(name) is no RFC 3339 time")
    }
    return parsed.timestamp
  }

  /// The event's bytes as received; where they were erased, what the header says of it.
  private static func event(_ record: UInt64, _ reader: LedgerReader) -> [UInt8] {
    if let bytes = try? reader.body(record: record, body: 0), isObject(bytes) { return bytes }
    var writer = JSONWriter()
    writer.object { writer in
      guard let header = try? reader.record(at: record).header else { return }
      let content = header.content
      writer.member("eventTime", (content.eventTime ?? header.recordedTime).description)
      writer.member("producer", content.producer ?? "")
      if let type = content.eventType { writer.member("eventType", type.codeName) }
      if let run = content.entities.first(where: { $0.role == .run }) {
        writer.name("run")
        writer.object { $0.member("runId", run.name) }
      }
      if let job = content.entities.first(where: { $0.role == .job }) {
        writer.name("job")
        writer.object { writer in
          writer.member("namespace", job.namespace)
          writer.member("name", job.name)
        }
      }
      writer.member("ledgerstone_record", record)
      writer.name("ledgerstone_erased")
      writer.boolean(true)
    }
    return writer.bytes
  }

  /// A native record's body may be any JSON, or say that it is.
  private static func isObject(_ bytes: [UInt8]) -> Bool {
    (try? JSONDocument(parsing: bytes))?.root.isObject ?? false
  }
}
