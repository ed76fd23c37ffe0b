public import LedgerFormat

/// The parts of an entity's key, read back from its bytes.
extension EntityKey {
  public var type: EntityType {
    guard let type = EntityType(rawValue: bytes[1]) else {
      preconditionFailure("a key is made of an assigned type")
    }
    return type
  }

  public var namespace: String { parts.namespace }
  public var name: String { parts.name }

  /// `TYPE:NAMESPACE:NAME` as on the command line.
  public var text: String {
    let (namespace, name) = parts
    return CommandLineEntity(type: type, namespace: namespace, name: name).text
  }

  private var parts: (namespace: String, name: String) {
    var offset = 2
    let namespace = text(at: &offset)
    return (namespace, text(at: &offset))
  }

  /// The CBOR text at `offset`; `init` wrote it, so that it is there.
  private func text(at offset: inout Int) -> String {
    let first = bytes[offset] & 31
    offset += 1
    var count = Int(first)
    if first >= 24 {
      count = 0
      for _ in 0..<(1 << Int(first - 24)) {
        count = count << 8 | Int(bytes[offset])
        offset += 1
      }
    }
    defer { offset += count }
    return String(decoding: bytes[offset..<offset + count], as: UTF8.self)
  }
}
