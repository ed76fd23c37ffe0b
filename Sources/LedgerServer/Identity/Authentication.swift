internal import HTTPTypes
internal import Hummingbird
internal import LedgerFormat
internal import Synchronization

/// Finds out who makes a request.
///
/// With tokens: whoever sends a known one; nobody without. Without tokens, on loopback: everybody
/// on this machine, but no web page and nobody behind a proxy.
struct Authentication: RouterMiddleware {
  let tokens: TokenBook?
  let now: @Sendable () -> Timestamp

  func handle(
    _ request: Request, context: ServerContext,
    next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.caller = try caller(of: request.head)
    return try await next(request, context)
  }

  /// Nil for nobody, where tokens are set up.
  func caller(of request: HTTPRequest) throws(ServerError) -> Caller? {
    guard let tokens else {
      try Self.requireLocal(request)
      return .local
    }
    guard let text = request.headerFields.single(.authorization) else { return nil }
    let parts = text.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else {
      throw Self.refusal("Authorization is not 'Bearer' and a token", "invalid_request")
    }
    switch tokens.table.verdict(on: parts[1], at: now()) {
    case .caller(let caller): return caller
    case .expired: throw Self.refusal("the token has expired", "invalid_token")
    case .unknown: throw Self.refusal("the token is not known", "invalid_token")
    }
  }

  private static func refusal(_ message: String, _ code: String) -> ServerError {
    ServerError(
      .unauthorized, "badToken", message,
      headers: [.wwwAuthenticate: "Bearer error=\"\(code)\""])
  }

  /// A page in a browser of this machine can send requests here, under its own name or one that it
  /// has resolve to this machine; a proxy on this machine speaks for others.
  private static func requireLocal(_ request: HTTPRequest) throws(ServerError) {
    let authority = request.authority ?? ""
    guard authority.isEmpty || LoopbackName.isLoopback(authority: authority) else {
      throw ServerError(
        .forbidden, "notLocal",
        "without tokens only this machine is served, under the name localhost or its address")
    }
    if let origin = request.headerFields.single(.origin) {
      let rest = origin.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first
      guard let rest, LoopbackName.isLoopback(authority: String(rest)) else {
        throw ServerError(.forbidden, "notLocal", "without tokens no web page is served")
      }
    }
    let fields = request.headerFields
    guard !fields.contains(.forwarded), !fields.contains(.xForwardedFor) else {
      throw ServerError(
        .forbidden, "notLocal",
        "without tokens nobody behind a proxy is served; set identity.tokens")
    }
  }
}

/// The tokens in force; a new table may replace them while requests are served.
public final class TokenBook: Sendable {
  private let state: Mutex<TokenTable>

  public init(_ table: TokenTable) { state = Mutex(table) }

  public var table: TokenTable { state.withLock { $0 } }

  public func replace(with table: TokenTable) { state.withLock { $0 = table } }
}
