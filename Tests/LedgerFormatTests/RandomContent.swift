import LedgerCryptography

@testable import LedgerFormat

extension RepeatableRandom {
  mutating func digest() -> SHA256Digest { SHA256Digest(copying: bytes(32))! }

  mutating func entity() -> Entity {
    let type = EntityType.allCases.randomElement(using: &self)!
    var entity = Entity(
      role: EntityRole.allCases.randomElement(using: &self)!, type: type,
      namespace: type == .run ? "" : text(0...20), name: text(1...40))
    if chance(2) { entity.version = text(1...20) }
    if chance(3) { entity.facts.lifecycle = Lifecycle.allCases.randomElement(using: &self) }
    if chance(3) { entity.facts.writeMode = WriteMode.allCases.randomElement(using: &self) }
    if chance(3) { entity.facts.subset = SubsetFlags(rawValue: integer(16)) }
    if chance(3) { entity.facts.areEdgesComplete = true }
    return entity
  }

  mutating func attribute() -> AttributeValue {
    switch Int.random(in: 0..<4, using: &self) {
    case 0: .text(text(0...30))
    case 1: .integer(Int64(bitPattern: integer()) * (chance(2) ? -1 : 1))
    case 2: .boolean(chance(2))
    default: .bytes(bytes(Int.random(in: 0...40, using: &self)))
    }
  }

  /// A valid content in which every field is present in half of the cases.
  mutating func content(entityCount: ClosedRange<Int> = 0...8) -> RecordContent {
    let kinds = ["run", "dataset", "access", "ledger/created", "erasure/plan", "a-1/b-2", "0"]
    var content = RecordContent(kind: kinds.randomElement(using: &self)!, source: text(1...30))
    if chance(2) {
      content.eventTime = Timestamp(
        microseconds: Int64.random(
          in: -62_167_219_200_000_000...253_402_300_799_999_999, using: &self))
    }
    if chance(2) { content.flags = HeaderFlags(rawValue: integer(64)) }
    if chance(2) { content.producer = text(0...50) }
    if chance(2) { content.producerSequence = next() >> integer(64) }
    if chance(2) { content.eventType = EventType.allCases.randomElement(using: &self) }
    for _ in 0..<Int.random(in: entityCount, using: &self) { content.entities.append(entity()) }
    addLineage(to: &content)
    addEvidence(to: &content)
    return content
  }

  private mutating func addLineage(to content: inout RecordContent) {
    let count = UInt64(content.entities.count)
    guard count > 0 else { return }
    for _ in 0..<integer(5) {
      content.edges.append(
        Edge(
          target: UInt32(integer(count)), source: UInt32(integer(count)),
          basis: EdgeBasis.allCases.randomElement(using: &self)!,
          flags: EdgeFlags(rawValue: integer(4))))
    }
    for _ in 0..<integer(3) {
      content.symlinks.append(
        EntityPair(entity: UInt32(integer(count)), other: UInt32(integer(count))))
      content.renames.append(
        EntityPair(entity: UInt32(integer(count)), other: UInt32(integer(count))))
    }
  }

  private mutating func addEvidence(to content: inout RecordContent) {
    for _ in 0..<integer(7) { content.attributes[token(1...40)] = attribute() }
    for _ in 0..<integer(4) {
      content.references.append(
        RecordReference(
          relation: ReferenceRelation.allCases.randomElement(using: &self)!, index: integer()))
    }
    for _ in 0..<integer(4) {
      content.bodies.append(
        BodyDescription(
          contentType: token(1...30), byteCount: integer(1 << 23), commitment: digest(),
          tag: chance(2) ? digest() : nil))
    }
    for _ in 0..<integer(3) {
      content.runs.append(
        IndexRunCommitment(
          level: integer(16), firstRecord: integer(), recordCount: integer(),
          entryCount: integer(), root: digest()))
    }
    content.slots = Set(
      (0..<integer(5)).map { _ in BodySlot(record: integer(), body: integer(256)) }
    )
    .sorted()
    if chance(4) {
      content.identity = LedgerIdentity(
        origin: "a.example/x", ledgerID: LedgerID(bytes(16)), formatVersion: 1,
        verifierKeys: (0...integer(15)).map { _ in text(1...40) }, ledgerFileHash: digest())
    }
    if chance(4) {
      content.head = TreeHead(
        size: integer(), root: digest(), origin: chance(2) ? "b.example/~y" : nil)
    }
    if chance(4) { content.publicIdentifier = text(1...40) }
  }

  mutating func header() -> RecordHeader {
    var content = content()
    if chance(5) { content.part = Part(number: 3, count: UInt32(4 + integer(252))) }
    return RecordHeader(
      previousLeafHash: digest(), index: integer(),
      recordedTime: Timestamp(microseconds: Int64(integer() % 253_402_300_800_000_000)),
      content: content)
  }
}
