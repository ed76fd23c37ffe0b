internal import Ledgerstone
internal import Provenance

/// The JSON object that a request carries; a member that means nothing is an error.
struct JSONRequest {
  private let root: JSONValue

  /// - Parameters:
  ///   - bytes: the body; nothing at all counts as `{}`.
  ///   - names: the members that there may be.
  init(_ bytes: [UInt8], names: Set<String>) throws(ServerError) {
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes.isEmpty ? Array("{}".utf8) : bytes)
      try document.refuseRepeatedMembers()
    } catch {
      throw QueryReader.refusal("\(error.reason.introduction)\(error)")
    }
    try self.init(document.root, "the body", names: names)
  }

  init(_ value: JSONValue, _ what: String, names: Set<String>) throws(ServerError) {
    guard value.isObject, let members = value.members else {
      throw QueryReader.refusal("\(what) is no JSON object")
    }
    if let unknown = members.first(where: { !names.contains($0.name) }) {
      throw QueryReader.refusal("'\(unknown.name)' means nothing in \(what)")
    }
    root = value
  }

  /// The member; nil if it is missing or null.
  subscript(name: String) -> JSONValue? {
    root[name].flatMap { $0.isNull ? nil : $0 }
  }

  func text(_ name: String) throws(ServerError) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.string else { throw QueryReader.refusal("\(name) is no text") }
    return text
  }

  func required(_ name: String) throws(ServerError) -> String {
    guard let text = try text(name) else { throw QueryReader.refusal("\(name) is missing") }
    return text
  }

  func flag(_ name: String) throws(ServerError) -> Bool? {
    guard let value = self[name] else { return nil }
    guard let flag = value.boolean else {
      throw QueryReader.refusal("\(name) is neither true nor false")
    }
    return flag
  }

  func number(_ name: String) throws(ServerError) -> UInt64? {
    guard let value = self[name] else { return nil }
    guard let number = value.number.flatMap({ UInt64($0) }) else {
      throw QueryReader.refusal("\(name) is no number from 0")
    }
    return number
  }
}
