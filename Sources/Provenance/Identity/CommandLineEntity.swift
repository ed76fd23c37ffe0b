public import LedgerFormat

/// An entity as a user names it: `TYPE:NAMESPACE:NAME[@VERSION]`.
///
/// Inside a part `%`, `:` and `@` are percent-encoded (`%25`, `%3A`, `%40`); any other byte may be.
/// The namespace of a run is empty: `run::ID`.
public struct CommandLineEntity: Hashable, Sendable {
  public var type: EntityType
  public var namespace: String
  public var name: String
  public var version: String?

  public init(type: EntityType, namespace: String, name: String, version: String? = nil) {
    self.type = type
    self.namespace = namespace
    self.name = name
    self.version = version
  }

  /// Reads the encoded form.
  public init(parsing text: String) throws(CommandLineEntityError) {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .partCount(found: parts.count) }
    let typeName = String(decoding: parts[0], as: UTF8.self)
    guard let type = EntityType(codeName: typeName) else { throw .unknownType(typeName) }
    let tail = parts[2].split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard tail.count <= 2 else { throw .severalVersions }
    self.type = type
    namespace = try PercentEncoding.decode(parts[1])
    name = try PercentEncoding.decode(tail[0])
    version = tail.count == 2 ? try PercentEncoding.decode(tail[1]) : nil
    try check()
  }

  /// The encoded form, which `init(parsing:)` reads back to the same bytes.
  public var text: String {
    let version = version.map { "@" + PercentEncoding.encode($0) } ?? ""
    return "\(type.codeName):\(PercentEncoding.encode(namespace)):"
      + PercentEncoding.encode(name) + version
  }

  /// The entity in a record, as `role`.
  public func entity(as role: EntityRole) -> Entity {
    Entity(role: role, type: type, namespace: namespace, name: name, version: version)
  }

  public var key: EntityKey { EntityKey(type: type, namespace: namespace, name: name) }

  private func check() throws(CommandLineEntityError) {
    guard !name.isEmpty else { throw .emptyPart("name") }
    if let version, version.isEmpty { throw .emptyPart("version") }
    if type == .run, !namespace.isEmpty { throw .namespaceOfRun }
    for (field, part) in [("namespace", namespace), ("name", name), ("version", version ?? "")]
    where part.utf8.count > FormatLimits.nameByteCountMax {
      throw .overLimit(field, byteCount: part.utf8.count)
    }
  }

  static let separatorCountMax = 64

  /// Every entity that `text` may mean if nothing in it is encoded, for reading commands: they take
  /// the form where exactly one of them exists.
  ///
  /// Namespaces are full of colons (`postgres://host:5432`), so each colon may be the one before
  /// the name, and each `@` behind it the one before the version. A text with more than
  /// `separatorCountMax` of them means nothing: every pair would be a candidate.
  public static func unencodedCandidates(_ text: String) -> [CommandLineEntity] {
    let bytes = Array(text.utf8)
    let separators: [UInt8] = [UInt8(ascii: ":"), UInt8(ascii: "@")]
    guard bytes.count(where: separators.contains) <= separatorCountMax else { return [] }
    guard let first = bytes.firstIndex(of: UInt8(ascii: ":")),
      let type = EntityType(codeName: String(decoding: bytes[..<first], as: UTF8.self))
    else { return [] }
    var candidates: [CommandLineEntity] = []
    func append(_ namespace: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>, _ version: String?) {
      let candidate = CommandLineEntity(
        type: type, namespace: String(decoding: namespace, as: UTF8.self),
        name: String(decoding: name, as: UTF8.self), version: version)
      if (try? candidate.check()) != nil { candidates.append(candidate) }
    }
    for colon in bytes.indices[(first + 1)...] where bytes[colon] == UInt8(ascii: ":") {
      let namespace = bytes[(first + 1)..<colon]
      let rest = bytes[(colon + 1)...]
      append(namespace, rest, nil)
      for place in rest.indices where bytes[place] == UInt8(ascii: "@") {
        let version = String(decoding: bytes[(place + 1)...], as: UTF8.self)
        append(namespace, bytes[(colon + 1)..<place], version)
      }
    }
    return candidates
  }
}

extension Entity {
  /// Reads `ROLE=TYPE:NAMESPACE:NAME[@VERSION]`.
  public init(commandLine text: String) throws(CommandLineEntityError) {
    let bytes = text.utf8
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { throw .noRole }
    let roleName = String(decoding: bytes[..<equals], as: UTF8.self)
    guard let role = EntityRole(codeName: roleName) else { throw .unknownRole(roleName) }
    let rest = String(decoding: bytes[bytes.index(after: equals)...], as: UTF8.self)
    self = try CommandLineEntity(parsing: rest).entity(as: role)
  }

  /// `ROLE=TYPE:NAMESPACE:NAME[@VERSION]`, facts left out.
  public var commandLineText: String {
    let entity = CommandLineEntity(
      type: type, namespace: namespace, name: name, version: version)
    return "\(role.codeName)=\(entity.text)"
  }
}
