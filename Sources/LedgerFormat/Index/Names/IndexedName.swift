/// An entity's type, namespace and name as bytes: what a name dictionary lists, in this order.
public struct IndexedName: Hashable, Comparable, Sendable {
  public let type: EntityType
  /// UTF-8.
  public let namespace: [UInt8]
  /// UTF-8.
  public let name: [UInt8]

  public init(type: EntityType, namespace: String, name: String) {
    self.init(type: type, namespace: Array(namespace.utf8), name: Array(name.utf8))
  }

  public init(_ key: EntityKey) {
    let (type, namespace, name) = key.parts
    self.init(type: type, namespace: namespace, name: name)
  }

  init(type: EntityType, namespace: [UInt8], name: [UInt8]) {
    self.type = type
    self.namespace = namespace
    self.name = name
  }

  /// The key under which the runs list the entity.
  public var key: EntityKey {
    EntityKey(
      type: type, namespace: String(decoding: namespace, as: UTF8.self),
      name: String(decoding: name, as: UTF8.self))
  }

  /// By type, then namespace, then name, byte by byte.
  public static func < (left: IndexedName, right: IndexedName) -> Bool {
    if left.type != right.type { return left.type.rawValue < right.type.rawValue }
    if left.namespace != right.namespace {
      return left.namespace.lexicographicallyPrecedes(right.namespace)
    }
    return left.name.lexicographicallyPrecedes(right.name)
  }
}

/// What to look for in name dictionaries.
public struct NameQuery: Hashable, Sendable {
  /// The type; every name has one.
  public var type: EntityType
  /// What the namespace is or begins with.
  public var namespace: [UInt8]
  /// What the name begins with, where the namespace is given whole; nil where it is a prefix.
  public var namePrefix: [UInt8]?

  /// All names whose namespace begins with `namespacePrefix`.
  public init(type: EntityType, namespacePrefix: String) {
    self.type = type
    namespace = Array(namespacePrefix.utf8)
    namePrefix = nil
  }

  /// All names in `namespace` that begin with `namePrefix`.
  public init(type: EntityType, namespace: String, namePrefix: String) {
    self.type = type
    self.namespace = Array(namespace.utf8)
    self.namePrefix = Array(namePrefix.utf8)
  }

  /// Nothing below this matches.
  public var lowerBound: IndexedName {
    IndexedName(type: type, namespace: namespace, name: namePrefix ?? [])
  }

  public func matches(_ name: IndexedName) -> Bool {
    guard name.type == type else { return false }
    guard let namePrefix else { return name.namespace.starts(with: namespace) }
    return name.namespace == namespace && name.name.starts(with: namePrefix)
  }
}
