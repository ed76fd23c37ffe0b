internal import LedgerCryptography
internal import LedgerFormat
internal import Provenance

/// The file of tokens: one JSON object per line, empty lines and lines that begin with `#` passed
/// over.
///
///     {"id":"…","sha256":"…","source":"etl","roles":["appender"],"expires":"2027-01-01T00:00:00Z"}
///
/// `expires` may be missing; `"person":true` says that `source` is a person.
extension TokenTable {
  /// Reads such a file.
  ///
  /// - Throws: `ConfigurationError`, which names the line and never shows what is on it.
  public init(parsing file: [UInt8]) throws(ConfigurationError) {
    var list: [Entry] = []
    let lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      let text = line.drop { $0 == 0x20 || $0 == 0x09 }
      guard let first = text.first, first != UInt8(ascii: "#"), first != 0x0D else { continue }
      do throws(ConfigurationError) {
        list.append(try Entry(parsing: Array(line)))
      } catch {
        throw ConfigurationError("line \(number + 1): \(error)")
      }
    }
    try self.init(list)
  }
}

extension TokenTable.Entry {
  /// The entry as a line of the file, without the line feed.
  public var line: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("id", id)
      writer.member("sha256", Hexadecimal.encode(hash))
      writer.member("source", caller.source)
      writer.name("roles")
      writer.array { writer in
        for role in caller.roles.map(\.rawValue).sorted() { writer.string(role) }
      }
      if caller.isPerson {
        writer.name("person")
        writer.boolean(true)
      }
      if let expires { writer.member("expires", expires.description) }
    }
    return writer.text
  }

  init(parsing line: [UInt8]) throws(ConfigurationError) {
    let root: JSONValue
    do throws(JSONError) {
      let document = try JSONDocument(parsing: line)
      try document.refuseRepeatedMembers()
      root = document.root
    } catch {
      throw ConfigurationError("not JSON: \(error.reason)")
    }
    guard root.isObject, let members = root.members else {
      throw ConfigurationError("not a JSON object")
    }
    let known: Set<String> = ["id", "sha256", "source", "roles", "person", "expires"]
    if let unknown = members.first(where: { !known.contains($0.name) }) {
      throw ConfigurationError("'\(unknown.name)' means nothing here")
    }
    guard let id = root["id"]?.string,
      TokenTable.isHexadecimal(id, count: TokenTable.idDigitCount)
    else { throw ConfigurationError("id is not 16 lower-case hexadecimal digits") }
    guard let text = root["sha256"]?.string, let hash = Hexadecimal.decode(text),
      hash.count == 32
    else { throw ConfigurationError("sha256 is not 64 hexadecimal digits") }
    guard let source = root["source"]?.string, !source.isEmpty, source.utf8.count <= 4_096 else {
      throw ConfigurationError("source is not a text of 1 to 4096 bytes")
    }
    let roles = try Self.roles(root["roles"])
    var isPerson = false
    if let person = root["person"] {
      guard let flag = person.boolean else {
        throw ConfigurationError("person is not true or false")
      }
      isPerson = flag
    }
    guard !isPerson || !roles.contains(.appender) else {
      throw ConfigurationError("a person is no appender: its name would stand in every header")
    }
    var expires: Timestamp?
    if let value = root["expires"] {
      guard let time = value.string.flatMap({ Timestamp.parse($0) }), time.hasZone else {
        throw ConfigurationError("expires is no RFC 3339 time")
      }
      expires = time.timestamp
    }
    self.init(
      id: id, hash: hash, caller: Caller(source: source, roles: roles, isPerson: isPerson),
      expires: expires)
  }

  private static func roles(_ value: JSONValue?) throws(ConfigurationError) -> Set<Role> {
    guard let elements = value?.elements, !elements.isEmpty else {
      throw ConfigurationError("roles is not a list of at least one role")
    }
    var roles: Set<Role> = []
    for element in elements {
      guard let role = element.string.flatMap({ Role(rawValue: $0) }) else {
        let all = Role.allCases.map(\.rawValue).joined(separator: ", ")
        throw ConfigurationError("a role is one of \(all)")
      }
      roles.insert(role)
    }
    return roles
  }
}
