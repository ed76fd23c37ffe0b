internal import HTTPTypes
internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// Erasures, and the holds that forbid them.
struct ErasureRoutes: Sendable {
  let ledger: Ledger
  let receiver: BodyReceiver

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/v1/erasures", method: .post) { request, context in
      try await erase(request, context)
    }
    router.on("/v1/holds", method: .post) { request, context in
      try await hold(request, context)
    }
    router.on("/v1/holds/{index}/release", method: .post) { request, context in
      try await release(request, context)
    }
  }

  private func erase(_ request: Request, _ context: ServerContext) async throws -> Response {
    _ = try context.require(.legal)
    let asked = try JSONRequest(
      try await receiver.receive(request),
      names: ["request", "targets", "regulation", "received"])
    guard let elements = asked["targets"]?.elements else {
      throw QueryReader.refusal("targets is no list")
    }
    var targets: [ErasureRequest.Target] = []
    for element in elements {
      let target = try JSONRequest(element, "a target", names: ["subject", "record", "body"])
      switch (try target.text("subject"), try target.number("record"), try target.number("body")) {
      case (let subject?, nil, nil): targets.append(.subject(subject))
      case (nil, let record?, let body?):
        targets.append(.body(BodySlot(record: record, body: body)))
      default:
        throw QueryReader.refusal("a target is a subject, or a record and a body")
      }
    }
    let erasure = try ErasureRequest(
      identifier: try asked.required("request"), targets: targets,
      regulation: try asked.text("regulation"), received: try asked.text("received"))
    let report = try await ledger.erase(erasure)
    var writer = JSONWriter()
    report.write(to: &writer)
    return Answer.json(writer, status: report.outcome == .refused ? .conflict : .ok)
  }

  private func hold(_ request: Request, _ context: ServerContext) async throws -> Response {
    _ = try context.require(.legal)
    let asked = try JSONRequest(
      try await receiver.receive(request),
      names: ["basis", "decidedBy", "entity", "record", "body", "subject", "everything"])
    let hold = HoldRequest(
      scope: try Self.scope(asked), basis: try asked.required("basis"),
      decidedBy: try asked.required("decidedBy"))
    return Self.answer(try await ledger.placeHold(hold))
  }

  private static func scope(_ asked: JSONRequest) throws(ServerError) -> HoldRequest.Scope {
    var scopes: [HoldRequest.Scope] = []
    if let subject = try asked.text("subject") { scopes.append(.subject(subject)) }
    switch (try asked.number("record"), try asked.number("body")) {
    case (let record?, let body?): scopes.append(.bodies([BodySlot(record: record, body: body)]))
    case (nil, nil): break
    default: throw QueryReader.refusal("record and body belong together")
    }
    if let text = try asked.text("entity") {
      let entity: CommandLineEntity
      do throws(CommandLineEntityError) {
        entity = try CommandLineEntity(parsing: text)
      } catch {
        throw QueryReader.refusal("entity: \(error)")
      }
      guard entity.version == nil else {
        throw QueryReader.refusal("entity: a hold covers all versions")
      }
      scopes.append(.entity(type: entity.type, namespace: entity.namespace, name: entity.name))
    }
    if let everything = asked["everything"] {
      guard everything.boolean == true else {
        throw QueryReader.refusal("everything is true, or missing")
      }
      scopes.append(.everything)
    }
    guard scopes.count == 1, let scope = scopes.first else {
      throw QueryReader.refusal(
        "give one of entity, record with body, subject, and everything")
    }
    return scope
  }

  private func release(_ request: Request, _ context: ServerContext) async throws -> Response {
    _ = try context.require(.legal)
    let index = try context.recordInPath()
    let asked = try JSONRequest(
      try await receiver.receive(request), names: ["basis", "decidedBy"])
    return Self.answer(
      try await ledger.releaseHold(
        index, basis: try asked.required("basis"), decidedBy: try asked.required("decidedBy")))
  }

  private static func answer(_ receipt: Receipt) -> Response {
    var writer = JSONWriter()
    receipt.write(to: &writer)
    return Answer.json(writer, status: .created)
  }
}
