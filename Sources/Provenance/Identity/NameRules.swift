public import LedgerCryptography
public import LedgerFormat

/// Which names of an import are replaced by pseudonyms.
///
/// The rules are a text, one `TYPE:NAMESPACE:NAME` per line. TYPE is an entity type or `*`;
/// NAMESPACE and NAME are patterns in which `*` stands for any text, also none, and `?` for one
/// character. `%`, `:` and a literal `*` or `?` are percent-encoded. Blank lines and lines that
/// start with `#` say nothing. A name that any rule matches is replaced:
///
/// ```
/// # mailboxes, wherever they lie
/// dataset:imap*:*
/// dataset:*:users/*
/// ```
///
/// The pseudonym is `pseudonym-` and the first 16 bytes, in hexadecimal, of HMAC-SHA256 under the
/// name key over `ledgerstone name`, a zero byte and the entity key. It is permanent: whoever has
/// the name key can link it to a name that is guessed. Namespaces, versions and bodies stay.
public struct NameRules: Hashable, Sendable {
  private struct Rule: Hashable {
    var type: EntityType?
    var namespace: NamePattern
    var name: NamePattern
  }

  private var rules: [Rule] = []

  /// Reads rules.
  public init(parsing text: String) throws(NameRulesError) {
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      let trimmed = Self.trim(line)
      guard let first = trimmed.first, first != UInt8(ascii: "#") else { continue }
      do throws(CommandLineEntityError) {
        rules.append(try Self.rule(trimmed))
      } catch {
        throw NameRulesError(line: number + 1, reason: error)
      }
    }
  }

  private static func rule(_ line: [UInt8]) throws(CommandLineEntityError) -> Rule {
    let parts = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .partCount(found: parts.count) }
    let typeName = String(decoding: parts[0], as: UTF8.self)
    let type = EntityType(codeName: typeName)
    guard type != nil || typeName == "*" else { throw .unknownType(typeName) }
    return Rule(
      type: type, namespace: try NamePattern(parts[1]), name: try NamePattern(parts[2]))
  }

  private static func trim(_ line: Substring.UTF8View) -> [UInt8] {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    return Array(line.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }

  /// Whether a rule asks to replace this name.
  public func matches(type: EntityType, namespace: String, name: String) -> Bool {
    rules.contains {
      ($0.type == nil || $0.type == type) && $0.namespace.matches(namespace)
        && $0.name.matches(name)
    }
  }

  /// Replaces names in `content` and flags it if there were any.
  ///
  /// The same entity gets the same pseudonym in every record and role, so its history stays
  /// together.
  ///
  /// - Parameter key: the vault's name key, prepared.
  public func apply(to content: inout RecordContent, key: HMACSHA256Key) {
    for position in content.entities.indices {
      let entity = content.entities[position]
      guard matches(type: entity.type, namespace: entity.namespace, name: entity.name) else {
        continue
      }
      content.entities[position].name = Self.pseudonym(of: EntityKey(entity), key: key)
      content.flags.insert(.namesReplaced)
    }
  }

  /// The pseudonym of one entity.
  public static func pseudonym(of entity: EntityKey, key: HMACSHA256Key) -> String {
    let message = Array("ledgerstone name\u{0}".utf8) + entity.bytes
    return "pseudonym-" + key.authenticate(message.rawSpan).truncated.description
  }
}

/// A line that is no rule.
public struct NameRulesError: Error, Hashable, Sendable, CustomStringConvertible {
  /// From 1.
  public var line: Int
  public var reason: CommandLineEntityError

  public var description: String { "line \(line): \(reason)" }
}
