internal import Hummingbird
internal import Logging

/// Counts requests and answers, and logs each at the level `debug`, without its query and headers:
/// no token and no name of an entity gets into a log.
struct RequestCounting: RouterMiddleware {
  let metrics: ServerMetrics

  func handle(
    _ request: Request, context: ServerContext,
    next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    metrics.begin()
    do {
      let response = try await next(request, context)
      metrics.end(status: response.status.code)
      context.logger.debug(
        "answered",
        metadata: [
          "method": "\(request.method.rawValue)", "route": "\(context.endpointPath ?? "-")",
          "status": "\(response.status.code)",
        ])
      return response
    } catch {
      metrics.end(status: 400)
      throw error
    }
  }
}
