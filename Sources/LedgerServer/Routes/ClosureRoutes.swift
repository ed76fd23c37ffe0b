internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// What became of everything that was made from an entity, and the proof of it.
struct ClosureRoutes: Sendable {
  let ledger: Ledger
  let workbench: Workbench

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/v1/closure", method: .get) { request, context in
      _ = try context.require(.auditor, .legal)
      let asked = try Asked(QueryReader(request))
      let reader = ledger.reader()
      return try await workbench.run {
        let size = try asked.size(reader)
        let query = try asked.query(reader, size: size)
        let gaps = asked.audits ? try reader.sequenceGaps(below: size) : []
        let closure = try Closure.compute(
          query, from: reader.lineageSource(size: size, sequenceGaps: gaps))
        return Answer.text(ClosureJSON.text(closure), type: Answer.jsonType)
      }
    }
    router.on("/v1/closure/proof", method: .get) { request, context in
      _ = try context.require(.auditor, .legal)
      let asked = try Asked(QueryReader(request))
      let reader = ledger.reader()
      return try await workbench.run {
        let size = try asked.provableSize(reader)
        let query = try asked.query(reader, size: size)
        let gaps = asked.audits ? try reader.sequenceGaps(below: size) : []
        let proven = try reader.closureProof(of: query, sequenceGaps: gaps)
        return Answer.bytes(
          proven.file, type: Answer.binaryType, headers: ProofRoutes.fields(of: proven.standing))
      }
    }
  }

  /// The parameters of the question.
  private struct Asked: Sendable {
    let entity: String
    let since: String?
    let asOf: String?
    let erasure: UInt64?
    let at: String?
    let silenceSeconds: Int
    let audits: Bool

    init(_ query: QueryReader) throws(ServerError) {
      entity = try query.required("entity")
      since = query.text("since")
      asOf = query.text("asOf")
      erasure = try query.record("erasure")
      at = query.text("at")
      silenceSeconds = try query.integer("silence", in: 0...1_000_000_000) ?? 86_400
      audits = try query.flag("sequenceAudit") ?? true
    }

    func size(_ reader: LedgerReader) throws -> UInt64 {
      guard let asOf else { return reader.size }
      return try reader.place(asOf, option: "asOf", limit: reader.size)
    }

    /// Without `asOf`, what the newest index record covers.
    func provableSize(_ reader: LedgerReader) throws -> UInt64 {
      guard asOf == nil, let standing = try reader.indexStanding() else {
        return try size(reader)
      }
      return standing.record
    }

    func query(_ reader: LedgerReader, size: UInt64) throws -> ClosureQuery {
      let entity = try reader.data(named: entity)
      let origin: ClosureQuery.Origin
      switch (since, entity.version) {
      case (let since?, nil):
        origin = .record(try reader.place(since, option: "since", limit: size))
      case (nil, let version?): origin = .versions([version])
      case (_?, _?):
        throw QueryReader.refusal("a version is in question as a whole: leave since out")
      case (nil, nil):
        throw QueryReader.refusal("since is missing: from which record on is it in question?")
      }
      var query = ClosureQuery(
        root: entity.key, origin: origin, size: size,
        time: try at.map { try LedgerReader.time($0, option: "at") } ?? SystemClock().now(),
        silenceMicroseconds: Int64(silenceSeconds) * 1_000_000)
      if let erasure {
        guard erasure < size else {
          throw QueryReader.refusal("erasure: there is no record \(erasure) below \(size)")
        }
        query.erasure = erasure
      }
      return query
    }
  }
}
