internal import Hummingbird
internal import Ledgerstone

/// `/metrics`, for Prometheus and whatever reads its format.
struct MetricsRoutes: Sendable {
  let ledger: Ledger
  let metrics: ServerMetrics
  let budget: ByteBudget
  let workbench: Workbench

  func add(to router: some RouterMethods<ServerContext>) {
    router.on("/metrics", method: .get) { request, context in
      _ = try context.require(.operator)
      let snapshot = metrics.snapshot
      let text = try await workbench.run {
        try MetricsText(ledger, snapshot, budget: budget).text
      }
      return Answer.text(text, type: "text/plain; version=0.0.4; charset=utf-8")
    }
  }
}
