internal import Provenance

/// Why one input cannot be recorded, and on which line of its file.
struct InputRejection {
  let line: Int
  let reason: String

  /// - Parameter line: where the input begins; an error inside a longer one lies further down.
  init(_ error: any Error, line: Int) {
    guard let syntax = Self.syntaxError(error) else {
      self.line = line
      reason = "\(error)"
      return
    }
    self.line = line + syntax.position.line - 1
    reason =
      "\(syntax.reason.introduction)\(syntax.reason), column \(syntax.position.column)"
  }

  private static func syntaxError(_ error: any Error) -> JSONError? {
    switch error {
    case let error as JSONError: return error
    case let error as OpenLineageRejection:
      if case .notJSON(let syntax) = error { return syntax }
    case let error as NativeRecordError:
      if case .notJSON(let syntax) = error.reason { return syntax }
    default: break
    }
    return nil
  }
}
