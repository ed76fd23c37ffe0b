internal import LedgerCryptography

/// An entity's type, namespace and name as bytes: what a name dictionary lists, in this order.
public struct IndexedName: Hashable, Comparable, Sendable {
  /// The type's code, the namespace and the name, one behind the other.
  let bytes: [UInt8]
  /// How many bytes of it are the namespace's.
  let namespaceByteCount: Int

  public init(type: EntityType, namespace: String, name: String) {
    self.init(type: type, namespace: Array(namespace.utf8), name: Array(name.utf8))
  }

  public init(_ key: EntityKey) {
    let (type, namespace, name) = key.parts
    self.init(type: type, namespace: namespace, name: name)
  }

  init(type: EntityType, namespace: [UInt8], name: [UInt8]) {
    bytes = [type.rawValue] + namespace + name
    namespaceByteCount = namespace.count
  }

  /// The name of the key with these items; nil if they are none.
  init?(items: RawSpan) {
    var reader = ByteReader(items)
    do throws(FormatError) {
      let (_, code) = try reader.cborHead()
      guard let type = UInt8(exactly: code).flatMap(EntityType.init(rawValue:)) else { return nil }
      let namespaceCount = Int(clamping: try reader.cborHead().argument)
      var bytes = [type.rawValue]
      bytes.reserveCapacity(items.byteCount)
      bytes.append(copying: try reader.bytes(namespaceCount))
      bytes.append(copying: try reader.bytes(Int(clamping: try reader.cborHead().argument)))
      self.init(bytes: bytes, namespaceByteCount: namespaceCount)
    } catch {
      return nil
    }
  }

  /// Takes bytes that were checked.
  init(bytes: [UInt8], namespaceByteCount: Int) {
    self.bytes = bytes
    self.namespaceByteCount = namespaceByteCount
  }

  /// The entity's type.
  public var type: EntityType {
    guard let type = EntityType(rawValue: bytes[0]) else {
      preconditionFailure("names are made or decoded with an assigned type")
    }
    return type
  }
  /// UTF-8.
  public var namespace: ArraySlice<UInt8> { bytes[1..<1 + namespaceByteCount] }
  /// UTF-8.
  public var name: ArraySlice<UInt8> { bytes[(1 + namespaceByteCount)...] }

  /// The key under which the runs list the entity.
  public var key: EntityKey {
    EntityKey(
      type: type, namespace: String(decoding: namespace, as: UTF8.self),
      name: String(decoding: name, as: UTF8.self))
  }

  /// By type, then namespace, then name, byte by byte.
  public static func < (left: IndexedName, right: IndexedName) -> Bool {
    let leftEnd = 1 + left.namespaceByteCount
    let rightEnd = 1 + right.namespaceByteCount
    let head = Self.order(left.bytes, 0..<leftEnd, right.bytes, 0..<rightEnd)
    if head != 0 { return head < 0 }
    return Self.order(
      left.bytes, leftEnd..<left.bytes.count, right.bytes, rightEnd..<right.bytes.count) < 0
  }

  /// Below, at or above 0 as the left bytes are below, the same as or above the right ones.
  private static func order(
    _ left: [UInt8], _ leftRange: Range<Int>, _ right: [UInt8], _ rightRange: Range<Int>
  ) -> Int {
    let leftBytes = left.rawSpan.extracting(leftRange)
    let rightBytes = right.rawSpan.extracting(rightRange)
    let count = min(leftBytes.byteCount, rightBytes.byteCount)
    var offset = 0
    while offset + 8 <= count {
      let (one, other) = (leftBytes.word(at: offset), rightBytes.word(at: offset))
      if one != other { return one.byteSwapped < other.byteSwapped ? -1 : 1 }
      offset += 8
    }
    while offset < count {
      let (one, other) = (leftBytes.byte(at: offset), rightBytes.byte(at: offset))
      if one != other { return one < other ? -1 : 1 }
      offset += 1
    }
    return leftBytes.byteCount - rightBytes.byteCount
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
    return name.namespace.elementsEqual(namespace) && name.name.starts(with: namePrefix)
  }
}
