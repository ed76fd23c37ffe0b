internal import LedgerCryptography

extension ByteReader {
  /// A non-empty array, each element of at least `leastByteCount` bytes decoded by `element`.
  mutating func cborList<Element>(
    _ field: String, leastByteCount: Int,
    _ element: (inout ByteReader) throws(FormatError) -> Element
  ) throws(FormatError) -> [Element] {
    let count = try cborArray(
      field, 1...FormatLimits.headerByteCountMax, leastByteCount: leastByteCount)
    var list: [Element] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try element(&self)) }
    return list
  }

  /// One assigned code.
  mutating func cborCode<Code>(_ field: String, _ make: (UInt8) -> Code?)
    throws(FormatError) -> Code
  {
    let start = offset
    let value = try cborUnsigned(field)
    guard let code = UInt8(exactly: value).flatMap(make) else {
      throw .badValue(field: field, found: value, offset: start)
    }
    return code
  }

  /// A set of flags that is not empty and has no bit outside `assigned`.
  mutating func cborFlags(_ field: String, _ assigned: UInt64) throws(FormatError) -> UInt64 {
    let start = offset
    let value = try cborUnsigned(field)
    guard value != 0, value & ~assigned == 0 else {
      throw .badValue(field: field, found: value, offset: start)
    }
    return value
  }

  /// A position in an entity list.
  mutating func cborPosition(_ field: String) throws(FormatError) -> UInt32 {
    UInt32(try cborUnsigned(field, limit: UInt64(UInt32.max)))
  }
}

extension Part {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> Part {
    _ = try reader.cborArray("part", 2...2)
    let start = reader.offset
    let number = try reader.cborPosition("part number")
    let count = try reader.cborUnsigned("part count", limit: UInt64(FormatLimits.partCountMax))
    guard count >= 2, UInt64(number) < count else {
      throw .badValue(field: "part number", found: UInt64(number), offset: start)
    }
    return Part(number: number, count: UInt32(count))
  }
}

extension Entity {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> Entity {
    let count = try reader.cborArray("entity", 4...6)
    let limit = FormatLimits.nameByteCountMax
    var entity = Entity(
      role: try reader.cborCode("entity role", EntityRole.init),
      type: try reader.cborCode("entity type", EntityType.init),
      namespace: try reader.cborText("entity namespace", limit: limit),
      name: try reader.cborText("entity name", limit: limit))
    guard count > 4 else { return entity }
    let isVersionAbsent = count == 6 ? try reader.cborNull() : false
    if !isVersionAbsent { entity.version = try reader.cborText("entity version", limit: limit) }
    if count == 6 { entity.facts = try EntityFacts.decode(from: &reader) }
    return entity
  }
}

extension EntityFacts {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> EntityFacts {
    var facts = EntityFacts()
    var previousKey: Int = -1
    for _ in 0..<(try reader.cborMap("entity facts", limit: 4)) {
      let start = reader.offset
      let key = try reader.cborUnsigned("fact key")
      guard key > previousKey else { throw .notAscending(field: "fact key", offset: start) }
      previousKey = Int(clamping: key)
      switch key {
      case 0: facts.lifecycle = try reader.cborCode("lifecycle", Lifecycle.init)
      case 1: facts.writeMode = try reader.cborCode("write mode", WriteMode.init)
      case 2:
        facts.subset = SubsetFlags(
          rawValue: try reader.cborFlags("subset", SubsetFlags.assigned.rawValue))
      case 3:
        let start = reader.offset
        let value = try reader.uint8()
        guard value == 0xF5 else {
          throw .badValue(field: "edges complete", found: UInt64(value), offset: start)
        }
        facts.areEdgesComplete = true
      default: throw .unknownKey(key: key, offset: start)
      }
    }
    return facts
  }
}

extension Edge {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> Edge {
    let count = try reader.cborArray("edge", 3...4)
    return Edge(
      target: try reader.cborPosition("edge target"),
      source: try reader.cborPosition("edge source"),
      basis: try reader.cborCode("edge basis", EdgeBasis.init),
      flags: count == 4
        ? EdgeFlags(rawValue: try reader.cborFlags("edge flags", EdgeFlags.assigned.rawValue))
        : [])
  }
}

extension EntityPair {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> EntityPair {
    _ = try reader.cborArray("entity pair", 2...2)
    return EntityPair(
      entity: try reader.cborPosition("entity position"),
      other: try reader.cborPosition("other position"))
  }
}

extension AttributeValue {
  static func decodeMap(from reader: inout ByteReader) throws(FormatError) -> [String: Self] {
    var attributes: [String: Self] = [:]
    var previous: [UInt8] = []
    for _ in 0..<(try reader.cborMap("attributes", limit: FormatLimits.attributeCountMax)) {
      let start = reader.offset
      let name = try reader.cborText("attribute name", limit: FormatLimits.tokenByteCountMax)
      let key = Array(name.utf8)
      let isAbove =
        key.count == previous.count
        ? previous.lexicographicallyPrecedes(key) : key.count > previous.count
      guard isAbove else { throw .notAscending(field: "attribute name", offset: start) }
      previous = key
      attributes[name] = try decode(from: &reader)
    }
    return attributes
  }

  private static func decode(from reader: inout ByteReader) throws(FormatError) -> Self {
    let limit = FormatLimits.attributeByteCountMax
    let start = reader.offset
    let first = try reader.peek()
    switch first >> 5 {
    case 0, 1: return .integer(try reader.cborSigned("attribute"))
    case 2: return .bytes(try reader.cborBytes("attribute", limit: limit))
    case 3: return .text(try reader.cborText("attribute", limit: limit))
    default:
      let (major, argument) = try reader.cborHead()
      guard first == 0xF4 || first == 0xF5 else {
        throw ByteReader.refusal(of: major, argument, field: "attribute", offset: start)
      }
      return .boolean(first == 0xF5)
    }
  }
}

extension RecordReference {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> RecordReference {
    _ = try reader.cborArray("reference", 2...2)
    return RecordReference(
      relation: try reader.cborCode("reference relation", ReferenceRelation.init),
      index: try reader.cborUnsigned("reference index", limit: FormatLimits.integerMax))
  }
}

extension BodyDescription {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> BodyDescription {
    let count = try reader.cborArray("body", 3...4)
    return BodyDescription(
      contentType: try reader.cborText("content type", limit: FormatLimits.tokenByteCountMax),
      byteCount: try reader.cborUnsigned(
        "body byte count", limit: UInt64(FormatLimits.bodyByteCountMax)),
      commitment: try reader.cborDigest("commitment"),
      tag: count == 4 ? try reader.cborDigest("body tag") : nil)
  }
}

extension IndexRunCommitment {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> Self {
    _ = try reader.cborArray("run", 5...5)
    let limit = FormatLimits.integerMax
    return IndexRunCommitment(
      level: try reader.cborUnsigned("run level", limit: FormatLimits.runLevelMax),
      firstRecord: try reader.cborUnsigned("run first record", limit: limit),
      recordCount: try reader.cborUnsigned("run record count", limit: limit),
      entryCount: try reader.cborUnsigned("run entry count", limit: limit),
      root: try reader.cborDigest("run root"))
  }
}

extension BodySlot {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> BodySlot {
    _ = try reader.cborArray("slot", 2...2)
    return BodySlot(
      record: try reader.cborUnsigned("slot record", limit: FormatLimits.integerMax),
      body: try reader.cborUnsigned("slot body", limit: UInt64(FormatLimits.bodyCountMax - 1)))
  }
}

extension LedgerIdentity {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> LedgerIdentity {
    _ = try reader.cborArray("identity", 5...5)
    let origin = try reader.cborText("origin", limit: FormatLimits.originByteCountMax)
    let start = reader.offset
    let id = try reader.cborBytes("ledger id", limit: LedgerID.byteCount)
    guard id.count == LedgerID.byteCount else {
      throw .badValue(field: "ledger id", found: UInt64(id.count), offset: start)
    }
    let version = try reader.cborUnsigned("format version", limit: UInt64(UInt32.max))
    guard version == UInt64(FormatLimits.formatVersion) else {
      throw .unsupportedVersion(found: UInt32(version))
    }
    let keyCount = try reader.cborArray("verifier keys", 1...FormatLimits.verifierKeyCountMax)
    var keys: [String] = []
    for _ in 0..<keyCount {
      keys.append(try reader.cborText("verifier key", limit: FormatLimits.nameByteCountMax))
    }
    return LedgerIdentity(
      origin: origin, ledgerID: LedgerID(id), formatVersion: UInt32(version),
      verifierKeys: keys, ledgerFileHash: try reader.cborDigest("hash of ledger.json"))
  }
}

extension TreeHead {
  static func decode(from reader: inout ByteReader) throws(FormatError) -> TreeHead {
    let count = try reader.cborArray("head", 2...3)
    return TreeHead(
      size: try reader.cborUnsigned("head size", limit: FormatLimits.integerMax),
      root: try reader.cborDigest("head root"),
      origin: count == 3
        ? try reader.cborText("head origin", limit: FormatLimits.originByteCountMax) : nil)
  }
}
