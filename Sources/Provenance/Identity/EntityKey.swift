public import LedgerCryptography
public import LedgerFormat

/// What an entity is found by: deterministic CBOR `[type, namespace, name]`, without version or
/// role (the design's entity key).
///
/// Compared by bytes, so that two spellings which Unicode calls equivalent stay two entities.
public struct EntityKey: Hashable, Sendable {
  /// The CBOR item.
  public let bytes: [UInt8]

  public init(type: EntityType, namespace: String, name: String) {
    var bytes: [UInt8] = [0x83]
    Self.append(major: 0, UInt64(type.rawValue), to: &bytes)
    for text in [namespace, name] {
      Self.append(major: 3, UInt64(text.utf8.count), to: &bytes)
      bytes.append(contentsOf: text.utf8)
    }
    self.bytes = bytes
  }

  public init(_ entity: Entity) {
    self.init(type: entity.type, namespace: entity.namespace, name: entity.name)
  }

  /// SHA-256 of the key: the order of entity runs.
  public var digest: SHA256Digest { SHA256Hasher.hash(bytes) }

  /// The head of a CBOR item, argument in its shortest form (RFC 8949 §4.2.1).
  private static func append(major: UInt8, _ argument: UInt64, to bytes: inout [UInt8]) {
    let byteCount: Int
    switch argument {
    case 0..<24:
      bytes.append(major << 5 | UInt8(truncatingIfNeeded: argument))
      return
    case 24...0xFF: byteCount = 1
    case 0x100...0xFFFF: byteCount = 2
    case 0x1_0000...0xFFFF_FFFF: byteCount = 4
    default: byteCount = 8
    }
    bytes.append(major << 5 | (24 + UInt8(byteCount.trailingZeroBitCount)))
    for shift in stride(from: 8 * (byteCount - 1), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: argument >> UInt64(shift)))
    }
  }
}
