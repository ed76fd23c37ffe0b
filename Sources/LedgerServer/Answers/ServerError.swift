internal import HTTPTypes
internal import Hummingbird
internal import Ledgerstone
internal import Provenance

/// A refusal, as a client sees it: `{"error":{"code":…,"message":…}}`.
struct ServerError: Error, Hashable, Sendable {
  let status: HTTPResponse.Status
  /// One word, stable, for programs.
  let code: String
  let message: String
  /// When to try again.
  var retryAfterSeconds: Int?
  var headers: HTTPFields

  init(
    _ status: HTTPResponse.Status, _ code: String, _ message: String,
    retryAfterSeconds: Int? = nil, headers: HTTPFields = [:]
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.retryAfterSeconds = retryAfterSeconds
    self.headers = headers
  }

  /// What the engine refused.
  ///
  /// Only what can never be done is a 4xx: a producer drops what it gets that for. Messages of the
  /// engine name paths of this machine where something is wrong with it; those stay in the log.
  init(_ error: LedgerError) {
    switch error.code {
    case .invalid: self.init(.badRequest, "invalid", error.message)
    case .notFound: self.init(.notFound, "notFound", error.message)
    case .erased: self.init(.gone, "erased", error.message)
    case .conflict, .alreadyExists, .erasing:
      self.init(.conflict, error.code.rawValue, error.message)
    case .noCheckpoint, .noIndexRecord:
      self.init(.conflict, error.code.rawValue, Self.needed(error.code))
    case .forked where !Self.isOfThisLedger(error):
      self.init(.conflict, "forked", error.message)
    case .poisoned, .closed, .storage, .clock, .locked, .incomplete:
      self.init(
        .serviceUnavailable, error.code.rawValue, Self.unavailable(error.code),
        retryAfterSeconds: error.code == .closed ? 1 : 5)
    case .vault:
      self.init(
        .serviceUnavailable, "vault", "the vault cannot be used now", retryAfterSeconds: 30)
    case .corrupt, .forked, .newerFormat, .noLedger:
      self.init(.internalServerError, error.code.rawValue, "the stored evidence is not valid")
    }
  }

  /// Whether it is about this ledger's own files and not about what a client sent.
  private static func isOfThisLedger(_ error: LedgerError) -> Bool { error.underlying != nil }

  private static func needed(_ code: LedgerError.Code) -> String {
    code == .noCheckpoint
      ? "there is no checkpoint yet to prove against; one is signed by POST /v1/checkpoint"
      : "there is no index record yet that a proof could stand on; one is appended by "
        + "POST /v1/index"
  }

  private static func unavailable(_ code: LedgerError.Code) -> String {
    switch code {
    case .poisoned:
      "an earlier write failed, so that nothing is appended until the server is started again; "
        + "what was acknowledged is safe"
    case .closed: "the server is shutting down"
    case .clock: "the server's clock stepped; nothing was appended"
    default: "the server cannot write now; what was acknowledged is safe"
    }
  }

  /// The answer.
  var response: Response {
    var writer = JSONWriter()
    writer.object { writer in
      writer.name("error")
      writer.object { writer in
        writer.member("code", code)
        writer.member("message", message)
      }
    }
    var fields = headers
    if let retryAfterSeconds { fields[.retryAfter] = String(retryAfterSeconds) }
    return Answer.json(writer, status: status, headers: fields)
  }
}
