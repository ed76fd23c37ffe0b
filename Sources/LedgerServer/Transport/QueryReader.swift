internal import Hummingbird
internal import LedgerFormat
internal import Ledgerstone

/// The parameters of a request, checked.
struct QueryReader {
  private let request: Request

  init(_ request: Request) { self.request = request }

  /// Nil if it is missing or empty.
  func text(_ name: String) -> String? {
    let value = request.uri.queryParameters[Substring(name)].map(String.init)
    return value?.isEmpty == false ? value : nil
  }

  func required(_ name: String) throws(ServerError) -> String {
    guard let value = text(name) else { throw Self.refusal("\(name) is missing") }
    return value
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(ServerError) -> Int? {
    guard let text = text(name) else { return nil }
    guard let value = Int(text), String(value) == text, range.contains(value) else {
      throw Self.refusal(
        "\(name) is no integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func record(_ name: String) throws(ServerError) -> UInt64? {
    guard let text = text(name) else { return nil }
    return try Self.record(text, name)
  }

  func flag(_ name: String) throws(ServerError) -> Bool? {
    switch text(name) {
    case nil: return nil
    case "true": return true
    case "false": return false
    default: throw Self.refusal("\(name) is neither true nor false")
    }
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Choice.Type
  ) throws(ServerError) -> Choice? where Choice.RawValue == String {
    guard let text = text(name) else { return nil }
    guard let value = Choice(rawValue: text) else {
      let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw Self.refusal("\(name) is one of \(all)")
    }
    return value
  }

  /// An index in a path.
  static func record(_ text: some StringProtocol, _ name: String) throws(ServerError) -> UInt64 {
    guard let value = UInt64(text), String(value) == text else {
      throw refusal("\(name) is no record's index")
    }
    return value
  }

  static func refusal(_ message: String) -> ServerError {
    ServerError(.badRequest, "invalid", message)
  }
}

extension ServerContext {
  /// The record that the path names.
  func recordInPath() throws(ServerError) -> UInt64 {
    try QueryReader.record(parameters.get("index") ?? "", "index")
  }

  /// The body that the path names.
  func bodyInPath() throws(ServerError) -> Int {
    guard let text = parameters.get("body"), let value = Int(text), String(value) == text,
      value >= 0
    else { throw QueryReader.refusal("body is no body's number, from 0") }
    return value
  }
}
