import LedgerCryptography

@testable import LedgerFormat

/// One function per rule of the CDDL.
extension NaiveValue {
  private func require(_ condition: Bool) throws { if !condition { throw Refused() } }

  func number(_ range: ClosedRange<UInt64> = 0...0x7FFF_FFFF_FFFF_FFFF) throws -> UInt64 {
    guard case .unsigned(let value) = self, range.contains(value) else { throw Refused() }
    return value
  }

  func signed() throws -> Int64 {
    switch self {
    case .unsigned(let value) where value < 1 << 63: return Int64(value)
    case .negative(let value) where value < 1 << 63: return -1 - Int64(value)
    default: throw Refused()
    }
  }

  func code<Code>(_ make: (UInt8) -> Code?) throws -> Code {
    guard let code = make(UInt8(try number(0...255))) else { throw Refused() }
    return code
  }

  func elements(_ counts: ClosedRange<Int>) throws -> [NaiveValue] {
    guard case .array(let elements) = self, counts.contains(elements.count) else {
      throw Refused()
    }
    return elements
  }

  func list<Element>(_ element: (NaiveValue) throws -> Element) throws -> [Element] {
    try elements(1...65_535).map(element)
  }

  func name(least: Int, most: Int = 4_096) throws -> String {
    guard case .text(let bytes) = self, (least...most).contains(bytes.count),
      let text = String(validating: bytes, as: UTF8.self)
    else { throw Refused() }
    return text
  }

  func printable(_ low: UInt8) throws -> String {
    let text = try name(least: 1, most: 128)
    try require(text.utf8.allSatisfy { $0 >= low && $0 < 0x7F })
    return text
  }

  func kind() throws -> String {
    let text = try printable(0x21)
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
    try require(parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && letters.isSuperset(of: $0) })
    return text
  }

  func origin() throws -> String {
    let text = try name(least: 1, most: 255)
    let letters = "abcdefghijklmnopqrstuvwxyz"
    let allowed = Set((letters + letters.uppercased() + "0123456789._~/:-").unicodeScalars)
    try require(text.unicodeScalars.allSatisfy { allowed.contains($0) })
    return text
  }

  func bytes(_ counts: ClosedRange<Int>) throws -> [UInt8] {
    guard case .bytes(let bytes) = self, counts.contains(bytes.count) else { throw Refused() }
    return bytes
  }

  func digest() throws -> SHA256Digest { SHA256Digest(copying: try bytes(32...32))! }

  func position() throws -> UInt32 { UInt32(try number(0...0xFFFF_FFFF)) }

  func part() throws -> Part {
    let parts = try elements(2...2)
    let count = try parts[1].number(2...256)
    return Part(number: UInt32(try parts[0].number(0...count - 1)), count: UInt32(count))
  }

  func entity() throws -> Entity {
    let parts = try elements(4...6)
    var entity = Entity(
      role: try parts[0].code(EntityRole.init), type: try parts[1].code(EntityType.init),
      namespace: try parts[2].name(least: 0), name: try parts[3].name(least: 1))
    try require(entity.type != .run || entity.namespace.isEmpty)
    if parts.count == 5 { entity.version = try parts[4].name(least: 1) }
    if parts.count == 6 {
      if case .simple(22) = parts[4] {} else { entity.version = try parts[4].name(least: 1) }
      guard case .map(let facts) = parts[5], !facts.isEmpty else { throw Refused() }
      var seen = Set<UInt64>()
      for (key, value) in facts {
        try require(seen.insert(try key.number(0...3)).inserted)
        switch try key.number() {
        case 0: entity.facts.lifecycle = try value.code(Lifecycle.init)
        case 1: entity.facts.writeMode = try value.code(WriteMode.init)
        case 2: entity.facts.subset = SubsetFlags(rawValue: try value.number(1...15))
        default:
          guard case .simple(21) = value else { throw Refused() }
          entity.facts.areEdgesComplete = true
        }
      }
    }
    return entity
  }

  func edge() throws -> Edge {
    let parts = try elements(3...4)
    return Edge(
      target: try parts[0].position(), source: try parts[1].position(),
      basis: try parts[2].code(EdgeBasis.init),
      flags: EdgeFlags(rawValue: parts.count == 4 ? try parts[3].number(1...3) : 0))
  }

  func pair() throws -> EntityPair {
    let parts = try elements(2...2)
    return EntityPair(entity: try parts[0].position(), other: try parts[1].position())
  }

  func attributes() throws -> [String: AttributeValue] {
    guard case .map(let pairs) = self, (1...64).contains(pairs.count) else { throw Refused() }
    var attributes: [String: AttributeValue] = [:]
    for (key, value) in pairs {
      let name = try key.printable(0x21)
      try require(attributes[name] == nil)
      switch value {
      case .simple(20): attributes[name] = .boolean(false)
      case .simple(21): attributes[name] = .boolean(true)
      case .unsigned, .negative: attributes[name] = .integer(try value.signed())
      case .bytes: attributes[name] = .bytes(try value.bytes(0...1_024))
      case .text: attributes[name] = .text(try value.name(least: 0, most: 1_024))
      default: throw Refused()
      }
    }
    return attributes
  }

  func reference() throws -> RecordReference {
    let parts = try elements(2...2)
    return RecordReference(
      relation: try parts[0].code(ReferenceRelation.init), index: try parts[1].number())
  }

  func body() throws -> BodyDescription {
    let parts = try elements(3...4)
    let contentType = try parts[0].printable(0x20)
    try require(!contentType.hasPrefix(" ") && !contentType.hasSuffix(" "))
    return BodyDescription(
      contentType: contentType, byteCount: try parts[1].number(0...16_777_216),
      commitment: try parts[2].digest(), tag: parts.count == 4 ? try parts[3].digest() : nil)
  }

  func run() throws -> IndexRunCommitment {
    let parts = try elements(5...5)
    return IndexRunCommitment(
      level: try parts[0].number(0...15), firstRecord: try parts[1].number(),
      recordCount: try parts[2].number(), entryCount: try parts[3].number(),
      root: try parts[4].digest())
  }

  func slot() throws -> BodySlot {
    let parts = try elements(2...2)
    return BodySlot(record: try parts[0].number(), body: try parts[1].number(0...255))
  }

  func identity() throws -> LedgerIdentity {
    let parts = try elements(5...5)
    return LedgerIdentity(
      origin: try parts[0].origin(), ledgerID: LedgerID(try parts[1].bytes(16...16)),
      formatVersion: UInt32(try parts[2].number(1...1)),
      verifierKeys: try parts[3].elements(1...16).map { try $0.name(least: 1) },
      ledgerFileHash: try parts[4].digest())
  }

  func head() throws -> TreeHead {
    let parts = try elements(2...3)
    return TreeHead(
      size: try parts[0].number(), root: try parts[1].digest(),
      origin: parts.count == 3 ? try parts[2].origin() : nil)
  }
}
