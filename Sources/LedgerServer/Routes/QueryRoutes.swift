internal import HTTPTypes
internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// What a ledger knows of entities: names, histories, lineage and closures.
struct QueryRoutes: Sendable {
  let ledger: Ledger
  let workbench: Workbench

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/v1/ledger", method: .get) { request, context in
      _ = try context.require(.appender, .auditor, .legal, .operator)
      return try description()
    }
    router.on("/v1/entities", method: .get) { request, context in
      _ = try context.require(.auditor, .legal)
      return try await entities(QueryReader(request))
    }
    router.on("/v1/history", method: .get) { request, context in
      _ = try context.require(.auditor, .legal)
      return try await history(QueryReader(request))
    }
    router.on("/v1/lineage", method: .get) { request, context in
      _ = try context.require(.auditor, .legal)
      return try await lineage(QueryReader(request))
    }
  }

  private func description() throws -> Response {
    let reader = ledger.reader()
    let identity = reader.identity
    let standing = try reader.indexStanding()
    let size = try reader.checkpointSize()
    return Answer.json { writer in
      writer.member("origin", identity.origin)
      writer.member("ledgerId", identity.ledgerID.description)
      writer.member("verifierKey", reader.verifierKey)
      writer.member("size", reader.size)
      writer.member("checkpointSize", size)
      writer.member("indexRecord", standing?.record)
    }
  }

  private func entities(_ query: QueryReader) async throws -> Response {
    let limit = try query.integer("limit", in: 1...10_000) ?? 1_000
    let prefix = query.text("prefix")
    let after = query.text("after")
    let reader = ledger.reader()
    let found = try await workbench.run {
      let queries =
        try prefix.map { [try NameQuery(commandLine: $0)] }
        ?? EntityType.allCases.map { NameQuery(type: $0, namespacePrefix: "") }
      let start = try after.map { IndexedName(try CommandLineEntity(parsing: $0).key) }
      var found: [IndexedName] = []
      for query in queries where found.count <= limit {
        found += try reader.entityNames(matching: query, from: start, limit: limit + 2)
          .filter { $0 != start }
      }
      return found
    }
    return Answer.json { writer in
      writer.name("entities")
      writer.array { writer in
        for name in found.prefix(limit) { writer.string(Self.text(name)) }
      }
      writer.member("next", found.count > limit ? Self.text(found[limit - 1]) : nil)
    }
  }

  private static func text(_ name: IndexedName) -> String {
    let (type, namespace, name) = name.key.parts
    return CommandLineEntity(type: type, namespace: namespace, name: name).text
  }

  private func history(_ query: QueryReader) async throws -> Response {
    let name = try query.required("entity")
    let kind = query.text("kind")
    let limit = try query.integer("limit", in: 1...1_000) ?? 100
    let after = try query.record("after")
    let (since, until) = (query.text("since"), query.text("until"))
    let reader = ledger.reader()
    return try await workbench.run {
      let entity = try reader.entity(named: name)
      var start: UInt64 = 0
      if let after { start = try reader.record(after: after) }
      var end = reader.size
      if let since {
        start = max(start, try reader.place(since, option: "since", limit: reader.size))
      }
      if let until { end = try reader.place(until, option: "until", limit: reader.size) }
      var found: [StoredRecord] = []
      let next = try reader.forEachRecord(
        of: entity, in: min(start, end)..<end, kind: kind, limit: limit
      ) { found += $0 }
      var writer = JSONWriter()
      let standing = try reader.indexStanding()
      writer.object { writer in
        writer.member("entity", entity.text)
        writer.member("size", reader.size)
        writer.name("records")
        writer.array { writer in
          for record in found {
            RecordJSON.write(record.header, leafHash: record.leafHash, to: &writer)
          }
        }
        writer.member("next", next)
        writer.member("indexRecord", standing?.record)
        writer.member("uncovered", standing?.uncoveredCount)
      }
      return Answer.json(writer)
    }
  }

  private enum Form: String, CaseIterable {
    case json
    case text
    case dot
  }

  private func lineage(_ query: QueryReader) async throws -> Response {
    let name = try query.required("entity")
    guard let direction = try query.choice("direction", LineageQuery.Direction.self) else {
      throw QueryReader.refusal("direction is missing: upstream or downstream")
    }
    let depth = try query.integer("depth", in: 1...1_000_000)
    let asOf = query.text("asOf")
    let isCollapsed = try query.flag("collapsed") ?? false
    let form = try query.choice("form", Form.self) ?? .json
    let reader = ledger.reader()
    return try await workbench.run {
      let entity = try reader.data(named: name)
      let size =
        try asOf.map { try reader.place($0, option: "asOf", limit: reader.size) }
        ?? reader.size
      var query = LineageQuery(
        entity: entity.key, version: entity.version, direction: direction, size: size)
      query.depthMax = depth
      var graph = try LineageGraph.compute(query, from: reader.lineageSource(size: size))
      if isCollapsed { graph = graph.collapsed() }
      switch form {
      case .json: return Answer.text(LineageJSON.text(graph), type: Answer.jsonType)
      case .text: return Answer.text(LineageText.text(graph))
      case .dot: return Answer.text(LineageDOT.text(graph), type: "text/vnd.graphviz")
      }
    }
  }
}
