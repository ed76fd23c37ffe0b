internal import Hummingbird
internal import Ledgerstone
internal import Provenance

/// The graph of jobs and datasets, as readers of OpenLineage ask for it.
struct JobGraphRoutes: Sendable {
  let ledger: Ledger
  let workbench: Workbench

  /// What Marquez takes where nothing is said.
  private static let depth = 20

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/api/v1/lineage", method: .get) { request, context in
      _ = try context.require(.auditor, .legal)
      let query = QueryReader(request)
      let node = try query.required("nodeId")
      let depth = try query.integer("depth", in: 0...1_000) ?? Self.depth
      let reader = ledger.reader()
      return try await workbench.run {
        guard let graph = try reader.jobGraph(around: node, depth: depth) else {
          throw ServerError(.notFound, "notFound", "no record names the node '\(node)'")
        }
        var writer = JSONWriter()
        JobGraphJSON.write(graph, to: &writer)
        return Answer.json(writer)
      }
    }
  }
}
