internal import LedgerCryptography

extension RecordHeader {
  /// Decodes one header and refuses every encoding but the canonical one.
  public static func decode(_ bytes: RawSpan) throws(FormatError) -> RecordHeader {
    guard bytes.byteCount <= FormatLimits.headerByteCountMax else {
      throw .overLimit(
        field: "header", found: UInt64(bytes.byteCount),
        limit: UInt64(FormatLimits.headerByteCountMax), offset: 0)
    }
    var reader = ByteReader(bytes)
    let (major, pairCount) = try reader.cborHead()
    guard major == 5 else { throw .unexpectedType(field: "header", found: major, offset: 0) }
    guard pairCount < 24 else {
      throw .overLimit(field: "header pairs", found: pairCount, limit: 23, offset: 0)
    }
    var fields = HeaderFields()
    var previousKey = -1
    for _ in 0..<pairCount {
      let offset = reader.offset
      let key = try reader.cborUnsigned("key")
      guard key > previousKey else { throw .notAscending(field: "key", offset: offset) }
      previousKey = Int(clamping: key)
      guard let known = UInt8(exactly: key).flatMap(HeaderKey.init(rawValue:)) else {
        throw .unknownKey(key: key, offset: offset)
      }
      try fields.decode(known, from: &reader)
    }
    try reader.finish()
    return try fields.header()
  }
}

/// The fields met so far; what every header has is checked at the end.
private struct HeaderFields {
  var previousLeafHash: SHA256Digest?
  var index: UInt64?
  var recordedTime: Timestamp?
  var kind: String?
  var source: String?
  var content = RecordContent(kind: "", source: "")

  func header() throws(FormatError) -> RecordHeader {
    guard let previousLeafHash else { throw .missingField(field: "previous leaf hash") }
    guard let index else { throw .missingField(field: "index") }
    guard let recordedTime else { throw .missingField(field: "recorded time") }
    guard let kind else { throw .missingField(field: "kind") }
    guard let source else { throw .missingField(field: "source") }
    var content = content
    content.kind = kind
    content.source = source
    try content.validate()
    return RecordHeader(
      previousLeafHash: previousLeafHash, index: index, recordedTime: recordedTime,
      content: content)
  }

  mutating func decode(_ key: HeaderKey, from reader: inout ByteReader) throws(FormatError) {
    let name = FormatLimits.nameByteCountMax
    switch key {
    case .previousLeafHash: previousLeafHash = try reader.cborDigest("previous leaf hash")
    case .index: index = try reader.cborUnsigned("index", limit: FormatLimits.integerMax)
    case .recordedTime:
      let limit = UInt64(Timestamp.latest.microseconds)
      let value = try reader.cborUnsigned("recorded time", limit: limit)
      recordedTime = Timestamp(microseconds: Int64(value))
    case .kind: kind = try reader.cborText("kind", limit: FormatLimits.tokenByteCountMax)
    case .eventTime:
      content.eventTime = Timestamp(microseconds: try reader.cborSigned("event time"))
    case .flags:
      content.flags = HeaderFlags(
        rawValue: try reader.cborFlags("flags", HeaderFlags.assigned.rawValue))
    case .source: source = try reader.cborText("source", limit: name)
    case .producer: content.producer = try reader.cborText("producer", limit: name)
    case .producerSequence:
      content.producerSequence = try reader.cborUnsigned("producer sequence")
    case .eventType: content.eventType = try reader.cborCode("event type", EventType.init)
    case .part: content.part = try Part.decode(from: &reader)
    case .entities:
      content.entities = try reader.cborList("entities", leastByteCount: 6, Entity.decode)
    case .edges: content.edges = try reader.cborList("edges", leastByteCount: 4, Edge.decode)
    case .symlinks:
      content.symlinks = try reader.cborList("symlinks", leastByteCount: 3, EntityPair.decode)
    case .renames:
      content.renames = try reader.cborList("renames", leastByteCount: 3, EntityPair.decode)
    case .attributes: content.attributes = try AttributeValue.decodeMap(from: &reader)
    case .references:
      content.references = try reader.cborList(
        "references", leastByteCount: 3, RecordReference.decode)
    case .bodies:
      content.bodies = try reader.cborList("bodies", leastByteCount: 38, BodyDescription.decode)
    case .runs:
      content.runs = try reader.cborList("runs", leastByteCount: 39, IndexRunCommitment.decode)
    case .slots: content.slots = try reader.cborList("slots", leastByteCount: 3, BodySlot.decode)
    case .identity: content.identity = try LedgerIdentity.decode(from: &reader)
    case .head: content.head = try TreeHead.decode(from: &reader)
    case .publicIdentifier:
      content.publicIdentifier = try reader.cborText("public identifier", limit: name)
    }
  }
}
