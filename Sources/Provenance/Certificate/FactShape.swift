internal import LedgerFormat

/// What a value of a certificate's facts must be.
indirect enum FactShape: Sendable {
  /// A text of 1 to 4,096 bytes.
  case text
  /// A date as `2026-01-31`, or an RFC 3339 time.
  case date
  /// At least one text.
  case texts
  /// One of these texts.
  case choice([String])
  /// An entity as on the command line, without version.
  case entity
  /// A record's number.
  case record
  case object([FactMember])
  /// An array of objects; an empty one says that there is none of these.
  case list([FactMember])

  /// What is expected, in words for messages.
  var words: String {
    switch self {
    case .text: "a text that is not empty"
    case .date: "a date as 2026-01-31, or an RFC 3339 time"
    case .texts: "an array of texts that is not empty"
    case .choice(let names): "one of " + names.joined(separator: ", ")
    case .entity: "an entity as TYPE:NAMESPACE:NAME"
    case .record: "a record's number"
    case .object: "an object"
    case .list: "an array of objects"
    }
  }
}

/// One member of an object of the facts.
struct FactMember: Sendable {
  var name: String
  /// The field's letter and number in <doc:Certificate>.
  var code: String
  var shape: FactShape
  var isRequired = true
  /// An address is expected there, so that none is warned of.
  var isContact = false

  static func required(_ name: String, _ code: String, _ shape: FactShape) -> Self {
    Self(name: name, code: code, shape: shape)
  }

  static func optional(_ name: String, _ code: String, _ shape: FactShape) -> Self {
    Self(name: name, code: code, shape: shape, isRequired: false)
  }

  static func contact(_ name: String, _ code: String) -> Self {
    Self(name: name, code: code, shape: .text, isContact: true)
  }
}

/// One thing wrong with the facts, or with what the records say beside them.
public struct CertificateProblem: Hashable, Sendable, CustomStringConvertible {
  /// The field's letter and number in <doc:Certificate>.
  public var code: String
  /// Where in the facts, such as `request.due` or `scope[0].location`; nil where it is not there.
  public var path: String?
  public var reason: String

  public var description: String {
    path.map { "\(code) \($0): \(reason)" } ?? "\(code): \(reason)"
  }
}

/// Compares a JSON value with a shape, and keeps everything that is wrong.
struct FactCheck {
  private(set) var problems: [CertificateProblem] = []
  /// Places that look as if they named a person.
  private(set) var warnings: [String] = []

  /// The longest text.
  static let textByteCountMax = 4_096
  /// The most elements of an array.
  static let elementCountMax = 10_000

  private mutating func fail(_ member: FactMember, _ path: String, _ reason: String) {
    problems.append(CertificateProblem(code: member.code, path: path, reason: reason))
  }

  mutating func object(_ value: JSONValue, _ members: [FactMember], _ path: String) {
    for (name, _) in value.members ?? []
    where !members.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
      problems.append(
        CertificateProblem(
          code: "facts", path: Self.join(path, name), reason: "no such field is known"))
    }
    for member in members {
      let place = Self.join(path, member.name)
      guard let found = value[member.name], !found.isNull else {
        if member.isRequired { fail(member, place, "missing; " + member.shape.words) }
        continue
      }
      check(found, member, place)
    }
  }

  private static func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : path + "." + name
  }

  private mutating func check(_ value: JSONValue, _ member: FactMember, _ path: String) {
    func mismatch() -> String { "is \(value.kindName); expected is " + member.shape.words }
    switch member.shape {
    case .text: text(value, member, path)
    case .date:
      guard let text = value.string, Self.isDate(text) else {
        return fail(member, path, "expected is " + member.shape.words)
      }
    case .texts:
      guard let elements = value.elements, !elements.isEmpty,
        elements.count <= Self.elementCountMax
      else { return fail(member, path, "expected is " + member.shape.words) }
      for (number, element) in elements.enumerated() { text(element, member, "\(path)[\(number)]") }
    case .choice(let names):
      guard let text = value.string, names.contains(where: { $0.utf8.elementsEqual(text.utf8) })
      else { return fail(member, path, "expected is " + member.shape.words) }
    case .entity:
      guard let text = value.string, let entity = try? CommandLineEntity(parsing: text),
        entity.version == nil, entity.text.utf8.elementsEqual(text.utf8)
      else { return fail(member, path, "expected is " + member.shape.words) }
    case .record:
      guard let number = value.number, let record = UInt64(number), "\(record)" == number,
        record <= FormatLimits.integerMax
      else { return fail(member, path, "expected is " + member.shape.words) }
    case .object(let members):
      guard value.isObject else { return fail(member, path, mismatch()) }
      object(value, members, path)
    case .list(let members):
      guard let elements = value.elements, elements.count <= Self.elementCountMax else {
        return fail(member, path, mismatch())
      }
      for (number, element) in elements.enumerated() {
        guard element.isObject else {
          fail(member, "\(path)[\(number)]", "is \(element.kindName); expected is an object")
          continue
        }
        object(element, members, "\(path)[\(number)]")
      }
    }
  }

  private mutating func text(_ value: JSONValue, _ member: FactMember, _ path: String) {
    guard let text = value.string, !text.isEmpty, text.utf8.count <= Self.textByteCountMax else {
      return fail(member, path, "expected is " + FactShape.text.words)
    }
    if !member.isContact, NamePrivacy.looksLikeElectronicMail(text) {
      warnings.append("\(path) looks like an address of a person, and a certificate is kept")
    }
  }

  static func isDate(_ text: String) -> Bool {
    Timestamp.parse(text.utf8.count == 10 ? text + "T00:00:00Z" : text) != nil
  }
}
