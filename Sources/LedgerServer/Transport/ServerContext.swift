internal import Hummingbird

/// What is known of one request.
struct ServerContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Nil for somebody without a token where tokens are set up.
  var caller: Caller?

  init(source: Source) { coreContext = CoreRequestContextStorage(source: source) }

  /// The caller, if it has one of `roles`.
  ///
  /// - Throws: 401 for nobody, 403 for somebody else.
  func require(_ roles: Role...) throws(ServerError) -> Caller {
    guard let caller else {
      throw ServerError(
        .unauthorized, "noToken", "a bearer token is needed",
        headers: [.wwwAuthenticate: "Bearer"])
    }
    guard !caller.roles.isDisjoint(with: roles) else {
      let names = roles.map(\.rawValue).joined(separator: " or ")
      throw ServerError(.forbidden, "wrongRole", "this is for the role \(names)")
    }
    return caller
  }
}
