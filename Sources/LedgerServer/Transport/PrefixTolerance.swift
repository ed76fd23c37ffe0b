internal import HTTPTypes
internal import Hummingbird

/// Takes OpenLineage posts under whatever path prefix a client puts before them, as clients join
/// their configured URL and the endpoint in different ways.
struct PrefixTolerance<Base: HTTPResponder>: HTTPResponder where Base.Context == ServerContext {
  let base: Base

  func respond(to request: Request, context: ServerContext) async throws -> Response {
    guard request.method == .post, let path = request.head.path else {
      return try await base.respond(to: request, context: context)
    }
    let end = path.firstIndex(of: "?") ?? path.endIndex
    for endpoint in ["/api/v1/lineage", "/api/v1/lineage/batch"] {
      guard path[..<end].hasSuffix(endpoint), path[..<end] != endpoint else { continue }
      var head = request.head
      head.path = endpoint + path[end...]
      return try await base.respond(
        to: Request(head: head, body: request.body), context: context)
    }
    return try await base.respond(to: request, context: context)
  }
}
