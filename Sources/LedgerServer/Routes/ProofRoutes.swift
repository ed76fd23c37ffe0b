internal import HTTPTypes
internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// Proofs, in the published encodings that verifiers read from files.
struct ProofRoutes: Sendable {
  let ledger: Ledger
  let receiver: BodyReceiver
  let workbench: Workbench
  let isPublic: Bool

  /// A saved checkpoint is small.
  private static let noteByteCountMax = 1 << 20

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/v1/records/{index}/proof", method: .get) { request, context in
      try requireReader(context)
      let index = try context.recordInPath()
      let reader = ledger.reader()
      return Answer.bytes(
        try await workbench.run { try reader.inclusionProof(at: index) }, type: Answer.textType)
    }
    router.on("/v1/consistency", method: .post) { request, context in
      try requireReader(context)
      let note = try await receiver.receive(request, limit: Self.noteByteCountMax)
      let reader = ledger.reader()
      return Answer.bytes(
        try await workbench.run { try reader.consistencyProof(since: note) },
        type: Answer.textType)
    }
    router.on("/v1/completeness", method: .get) { request, context in
      try await completeness(request, context)
    }
    router.on("/v1/omission", method: .get) { request, context in
      try await omission(request, context)
    }
  }

  private func requireReader(_ context: ServerContext) throws(ServerError) {
    if !isPublic { _ = try context.require(.auditor, .legal, .operator) }
  }

  /// That these are all records which name an entity, up to the newest index record.
  private func completeness(
    _ request: Request, _ context: ServerContext
  ) async throws -> Response {
    try requireReader(context)
    let query = QueryReader(request)
    let name = try query.required("entity")
    let since = try query.record("since") ?? 0
    let reader = ledger.reader()
    let (file, standing) = try await workbench.run {
      let entity = try reader.entity(named: name)
      guard entity.version == nil else {
        throw QueryReader.refusal("a proof covers all versions: leave @VERSION out")
      }
      let proof = try reader.completenessProof(of: entity.key, since: since)
      return (proof.file, proof.standing)
    }
    return Answer.bytes(file, type: Answer.textType, headers: Self.fields(of: standing))
  }

  /// That a signed index leaves out a record, which convicts whoever signed it. There is none in a
  /// ledger that is as it should be: the answer is 404 then.
  private func omission(
    _ request: Request, _ context: ServerContext
  ) async throws -> Response {
    try requireReader(context)
    let query = QueryReader(request)
    let name = try query.required("entity")
    guard let record = try query.record("record") else {
      throw QueryReader.refusal("record is missing")
    }
    let reader = ledger.reader()
    let file = try await workbench.run {
      try reader.omissionProof(of: try reader.entity(named: name).key, record: record)
    }
    guard let file else {
      throw ServerError(
        .notFound, "notOmitted", "the newest index does not leave this record out")
    }
    return Answer.bytes(file, type: Answer.textType)
  }

  static func fields(of standing: IndexStanding) -> HTTPFields {
    [
      .ledgerIndexRecord: String(standing.record),
      .ledgerUncovered: String(standing.uncoveredCount),
    ]
  }
}
