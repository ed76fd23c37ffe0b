internal import HTTPTypes
internal import Hummingbird

/// Refuses a request with several Host headers, as RFC 9112 §3.2 asks for: who stands in between
/// may have acted on another of them.
struct HostMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: ServerContext,
    next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    guard !Self.hasSeveralHosts(request.head) else {
      throw ServerError(.badRequest, "refused", "there is more than one Host header")
    }
    return try await next(request, context)
  }

  static func hasSeveralHosts(_ head: HTTPRequest) -> Bool {
    head.headerFields.contains(.furtherHost)
  }
}
