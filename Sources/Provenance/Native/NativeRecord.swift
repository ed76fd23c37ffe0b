internal import LedgerFormat

/// The native record format: one JSON object per line, described in <doc:NativeRecords>.
///
/// It is our own format, so everything in it is meant: an unknown or repeated field is an error
/// and not passed over.
public enum NativeRecord {
  /// Reads one record from the authenticated producer `source`.
  ///
  /// - Parameter bytes: one JSON object, white space around it tolerated.
  /// - Throws: the first field that is wrong; nothing is recorded then.
  public static func draft(
    parsing bytes: [UInt8], source: String
  ) throws(NativeRecordError) -> RecordDraft {
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes)
    } catch {
      throw NativeRecordError(path: "", reason: .notJSON(error))
    }
    let object = try NativeField(value: document.root).object(NativeRecordName.self)
    let kind = try kind(of: object)
    var content = RecordContent(kind: kind.rawValue, source: source)
    try readFacts(object, into: &content)
    try readLineage(object, into: &content)
    content.attributes = try attributes(object[.attributes])
    content.references = try references(object[.references])
    let bodies = try NativeBodies.read(object[.bodies])
    let identity = try identity(object, document.rootBytes, &content)
    try kind.requireMinimum(of: content, bodyCount: bodies.count)
    do throws(FormatError) {
      try content.validate()
    } catch {
      throw NativeRecordError(path: "", reason: .format(error))
    }
    return RecordDraft(content: content, bodies: bodies, duplicateIdentity: identity)
  }

  private static func kind(of object: NativeObject<NativeRecordName>) throws(NativeRecordError)
    -> RecordKind
  {
    let field = try object.require(.kind)
    let text = try field.text()
    guard let kind = RecordKind(exactly: text) else { throw field.error(.unknownKind(text)) }
    guard !kind.isWrittenByLedgerOnly else { throw field.error(.ledgerKind(text)) }
    return kind
  }

  private static func readFacts(
    _ object: NativeObject<NativeRecordName>, into content: inout RecordContent
  ) throws(NativeRecordError) {
    if let field = object[.eventTime] {
      let text = try field.text()
      EventTime.read(text, into: &content)
      // Unlike a foreign event, a record of our own format can be put right by its sender.
      if content.flags.contains(.eventTimeUnreadable) { throw field.error(.unreadableTime(text)) }
    }
    content.producer = try object[.producer]?.name()
    content.producerSequence = try object[.producerSequence]?.integer(UInt64.self)
    content.eventType = try object[.eventType]?.code(EventType.self)
  }

  /// The idempotency id, which stays out of the header unless the client declares it public.
  private static func identity(
    _ object: NativeObject<NativeRecordName>, _ record: [UInt8], _ content: inout RecordContent
  ) throws(NativeRecordError) -> DuplicateIdentity {
    let isPublic = try object[.publicId]?.boolean() ?? false
    guard let field = object[.id] else {
      guard !isPublic else {
        throw NativeRecordError(path: "publicId", reason: .conflict("there is no id to publish"))
      }
      return .none
    }
    let identifier = try field.name()
    if isPublic { content.publicIdentifier = identifier }
    return .identifier(identifier, record: record)
  }

  private static func attributes(
    _ field: NativeField?
  ) throws(NativeRecordError) -> [String: AttributeValue] {
    guard let field else { return [:] }
    var count = 0
    try field.forEachMember { _, _ in count += 1 }
    guard count <= FormatLimits.attributeCountMax else {
      throw field.error(.tooMany(count: count, limit: FormatLimits.attributeCountMax))
    }
    var attributes: [String: AttributeValue] = [:]
    attributes.reserveCapacity(count)
    try field.forEachMember { place, member throws(NativeRecordError) in
      let name = field.value.document.name(at: place)
      guard RecordContent.isToken(name) else {
        throw member.error(
          .badToken("1 to \(FormatLimits.tokenByteCountMax) printable ASCII characters"))
      }
      let attribute = try attribute(member)
      guard attributes.updateValue(attribute, forKey: name) == nil else {
        throw member.error(.repeatedField)
      }
    }
    return attributes
  }

  /// A string, an integer, a boolean, or bytes as `{"hexadecimal": "…"}`.
  private static func attribute(
    _ field: NativeField
  ) throws(NativeRecordError) -> AttributeValue {
    if let boolean = field.value.boolean { return .boolean(boolean) }
    if field.value.number != nil { return .integer(try field.integer(Int64.self)) }
    let byteCount: Int
    let attribute: AttributeValue
    if field.value.isObject {
      let bytes = try NativeBodies.hexadecimal(field)
      (byteCount, attribute) = (bytes.count, .bytes(bytes))
    } else if let text = try field.textIfString() {
      (byteCount, attribute) = (text.utf8.count, .text(text))
    } else {
      throw field.error(
        .wrongType(
          expected: "a string, an integer, a boolean or bytes", found: field.value.kindName))
    }
    guard byteCount <= FormatLimits.attributeByteCountMax else {
      throw field.error(
        .overLimit(byteCount: byteCount, limit: FormatLimits.attributeByteCountMax))
    }
    return attribute
  }

  private enum ReferenceName: Int, NativeName {
    case relation, index
    static let spellings = spelled()
  }

  private static func references(
    _ field: NativeField?
  ) throws(NativeRecordError) -> [RecordReference] {
    var references: [RecordReference] = []
    for element in try field?.elements(limit: FormatLimits.bodyCountMax) ?? [] {
      let object = try element.object(ReferenceName.self)
      let index = try object.require(.index).integer(UInt64.self)
      guard index <= FormatLimits.integerMax else {
        throw NativeRecordError(
          path: "\(element.path).index",
          reason: .notAnInteger(found: "\(index)", range: "from 0 to \(FormatLimits.integerMax)"))
      }
      references.append(
        RecordReference(
          relation: try object.require(.relation).code(ReferenceRelation.self),
          index: index))
    }
    return references
  }
}

/// The fields of a record, in the order of the documentation.
enum NativeRecordName: Int, NativeName {
  case kind, eventTime, producer, producerSequence, eventType, entities, edges, symlinks, renames
  case attributes, references, bodies, id, publicId
  static let spellings = spelled()
}

extension RecordKind {
  /// The kind spelled exactly so. `String` comparison would take other spellings that Unicode
  /// calls equivalent; there are none of these ASCII names, and this keeps it so.
  init?(exactly text: String) {
    guard let kind = Self(rawValue: text), kind.rawValue.utf8.count == text.utf8.count else {
      return nil
    }
    self = kind
  }
}
