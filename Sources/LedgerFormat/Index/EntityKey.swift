public import LedgerCryptography

/// What an entity is found by: deterministic CBOR `[type, namespace, name]`, without version or
/// role.
///
/// Compared by bytes, so that two spellings which Unicode calls equivalent stay two entities.
public struct EntityKey: Sendable {
  /// The CBOR item.
  public let bytes: [UInt8]

  /// The first byte of every key: the head of an array of three.
  static let head: UInt8 = 0x83
  /// The longest key: both names at their limits, with their heads.
  public static let byteCountMax = 2 + 2 * (3 + FormatLimits.nameByteCountMax)

  public init(type: EntityType, namespace: String, name: String) {
    let capacity = Self.capacity(namespace, name)
    bytes = ByteBuffer(capacity: capacity) { Self.append(type, namespace, name, to: &$0) }
  }

  public init(_ entity: Entity) {
    self.init(type: entity.type, namespace: entity.namespace, name: entity.name)
  }

  /// Appends the bytes of the entity's key: for somebody with many entities and one buffer.
  package static func append(_ entity: Entity, to bytes: inout ByteBuffer) {
    bytes.append(addingCapacity: capacity(entity.namespace, entity.name)) {
      append(entity.type, entity.namespace, entity.name, to: &$0)
    }
  }

  /// The key that `append` wrote.
  package init(written bytes: RawSpan) { self.bytes = bytes.copied() }

  /// Whether these are its bytes.
  package func hasBytes(of other: RawSpan) -> Bool { bytes.rawSpan.hasBytes(of: other) }

  /// Bytes that are enough for a key.
  private static func capacity(_ namespace: String, _ name: String) -> Int {
    4 * ByteOutput.cborHeadByteCountMax + namespace.utf8.count + name.utf8.count
  }

  private static func append(
    _ type: EntityType, _ namespace: String, _ name: String, to output: inout ByteOutput
  ) {
    output.appendCBOR(arrayCount: 3)
    output.appendCBOR(unsigned: UInt64(type.rawValue))
    output.appendCBOR(text: namespace)
    output.appendCBOR(text: name)
  }

  /// Takes a key's bytes and refuses all that no header can name.
  public init(parsing bytes: [UInt8]) throws(FormatError) {
    _ = try Self.parts(bytes)
    self.bytes = bytes
  }

  /// The key whose items after the head are `items`: what `EntityKeyWalk` finds in a header.
  init(items: RawSpan) {
    var bytes: ByteBuffer = [Self.head]
    bytes.append(copying: items)
    self.bytes = bytes
  }

  /// SHA-256 of the key: the order of entity runs.
  public var digest: SHA256Digest { SHA256Hasher.hash(bytes) }

  /// Type, namespace and name.
  public var parts: (type: EntityType, namespace: String, name: String) {
    do throws(FormatError) {
      return try Self.parts(bytes)
    } catch {
      preconditionFailure("a key was made or parsed from its parts: \(error)")
    }
  }

  private static func parts(_ bytes: [UInt8]) throws(FormatError) -> (
    type: EntityType, namespace: String, name: String
  ) {
    var reader = ByteReader(bytes.rawSpan)
    _ = try reader.cborArray("entity key", 3...3)
    let type = try reader.cborCode("entity type", EntityType.init)
    let limit = FormatLimits.nameByteCountMax
    let namespace = try reader.cborText("entity namespace", limit: limit)
    let start = reader.offset
    let name = try reader.cborText("entity name", limit: limit)
    try reader.finish()
    guard !name.isEmpty else { throw .emptyCollection(field: "entity name", offset: start) }
    guard type != .run || namespace.isEmpty else {
      throw .inconsistent(field: "entity namespace", offset: 2)
    }
    return (type, namespace, name)
  }
}

extension EntityKey: Hashable {
  public static func == (left: EntityKey, right: EntityKey) -> Bool {
    left.bytes.rawSpan.hasBytes(of: right.bytes.rawSpan)
  }

  /// Eight bytes at a time, where an array's own hashing takes them one by one.
  public func hash(into hasher: inout Hasher) {
    let span = bytes.rawSpan
    let count = span.byteCount
    var offset = 0
    while offset + 8 <= count {
      hasher.combine(span.word(at: offset))
      offset += 8
    }
    // The one keeps rests apart that differ in zero bytes at their beginning.
    var rest: UInt64 = 1
    while offset < count {
      rest = rest << 8 | UInt64(span.byte(at: offset))
      offset += 1
    }
    hasher.combine(rest)
  }
}
