/// Why an event cannot be recorded. Everything else is taken, with what could not be read flagged.
public enum OpenLineageRejection: Error, Hashable, Sendable {
  /// The bytes are no JSON text, or one that two readers could take for two different things.
  case notJSON(JSONError)
  /// The JSON value is no object.
  case notAnObject(found: String)
  /// There is no `run`, `dataset` or `job`, so nothing says what the event is about.
  case noSubject
  /// The subject's identity lacks a field: `job.namespace`, `job.name`, `dataset.namespace` or
  /// `dataset.name` is absent, empty (a name) or no string.
  case noIdentity(field: String)
  /// A RunEvent's `run.runId` is absent, empty or no string.
  case noRunIdentifier
  /// One name is longer than the format stores.
  case nameOverLimit(field: String, byteCount: Int, limit: Int)
  /// The event is longer than a body may be.
  case bodyOverLimit(byteCount: Int, limit: Int)
}

extension OpenLineageRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notJSON(let error): "\(error.reason.introduction)\(error)"
    case .notAnObject(let found): "an event is a JSON object; this is \(found)"
    case .noSubject: "the event has no run, dataset or job, so it has no identity"
    case .noIdentity(let field): "no identity: \(field) is missing, empty or not a string"
    case .noRunIdentifier: "no identity: run.runId is missing, empty or not a string"
    case .nameOverLimit(let field, let byteCount, let limit):
      "\(field) has \(byteCount) bytes; the limit of a name is \(limit)"
    case .bodyOverLimit(let byteCount, let limit):
      "the event has \(byteCount) bytes; the limit of a body is \(limit)"
    }
  }
}
