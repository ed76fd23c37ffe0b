public import LedgerFormat

/// What only people know of a deletion: who asked, who answers for it, what was looked at and what
/// was not. Read from a JSON object; <doc:Certificate> lists its fields.
public struct CertificateFacts: Sendable {
  let root: JSONValue
  /// Places that look as if they named a person.
  public let warnings: [String]

  /// The most bytes of the facts.
  public static let byteCountMax = 4 << 20

  /// Why facts cannot be used: everything at once.
  public struct Fault: Error, Hashable, Sendable {
    public var problems: [CertificateProblem]
  }

  /// Reads facts, and checks every field.
  public init(parsing json: [UInt8]) throws(Fault) {
    guard json.count <= Self.byteCountMax else {
      throw Self.fault("\(json.count) bytes, more than \(Self.byteCountMax)")
    }
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: json)
      try document.refuseRepeatedMembers()
    } catch {
      throw Self.fault("\(error)")
    }
    try self.init(document.root)
  }

  init(_ root: JSONValue) throws(Fault) {
    guard root.isObject else { throw Self.fault("the facts are \(root.kindName), not an object") }
    self.root = root
    var check = FactCheck()
    check.object(root, Self.members, "")
    warnings = check.warnings
    guard check.problems.isEmpty else { throw Fault(problems: check.problems) }
    let problems = contradictions
    guard problems.isEmpty else { throw Fault(problems: problems) }
  }

  private static func fault(_ reason: String) -> Fault {
    Fault(problems: [CertificateProblem(code: "facts", path: nil, reason: reason)])
  }

  // MARK: Reading

  /// The value at a path of names.
  subscript(_ path: String...) -> JSONValue? {
    var value = root
    for name in path {
      guard let next = value[name], !next.isNull else { return nil }
      value = next
    }
    return value
  }

  /// One dataset or model in scope.
  public struct Scope: Hashable, Sendable {
    public var entity: EntityKey
    /// The record from which on its content is in question; nil for the first that names it.
    public var since: UInt64?
    public var role: String?
    public var location: String
  }

  /// What is in scope, in the order given.
  public var scope: [Scope] {
    (self["scope"]?.elements ?? []).compactMap { element in
      guard let entity = Self.entity(element), let location = element["location"]?.string else {
        return nil
      }
      return Scope(
        entity: entity, since: element["since"]?.number.flatMap { UInt64($0) },
        role: element["role"]?.string, location: location)
    }
  }

  /// The entities that are declared out of scope.
  public var outOfScope: Set<EntityKey> {
    Set((self["outOfScope"]?.elements ?? []).compactMap(Self.entity))
  }

  static func entity(_ element: JSONValue) -> EntityKey? {
    element["entity"]?.string.flatMap { try? CommandLineEntity(parsing: $0).key }
  }

  /// Writes the facts with their members in the order of the format, and no white space.
  func write(to writer: inout JSONWriter) { Self.write(root, Self.members, to: &writer) }

  private static func write(
    _ value: JSONValue, _ members: [FactMember], to writer: inout JSONWriter
  ) {
    writer.object { writer in
      for member in members {
        guard let found = value[member.name], !found.isNull else { continue }
        writer.name(member.name)
        switch member.shape {
        case .text, .date, .choice, .entity: writer.string(found.string)
        case .record: writer.integer(found.number.flatMap { UInt64($0) } ?? 0)
        case .texts:
          writer.array { writer in
            for element in found.elements ?? [] { writer.string(element.string) }
          }
        case .object(let members): write(found, members, to: &writer)
        case .list(let members):
          writer.array { writer in
            for element in found.elements ?? [] { write(element, members, to: &writer) }
          }
        }
      }
    }
  }
}
