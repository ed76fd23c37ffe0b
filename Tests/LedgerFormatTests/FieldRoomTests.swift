import LedgerCryptography
import Testing

@testable import LedgerFormat

/// Encoders write into room that is reserved beforehand: it must do for the longest values.
@Suite struct FieldRoomTests {
  private static let digest = Golden.digest(0xFF)
  private static let name = String(repeating: "ü", count: 2_048)

  private static let entity = Entity(
    role: .output, type: .dataset, namespace: name, name: name, version: name,
    facts: EntityFacts(
      lifecycle: .truncate, writeMode: .merge, subset: .assigned, areEdgesComplete: true))
  private static let bareEntity = Entity(
    role: .input, type: .dataset, namespace: "", name: "n",
    facts: EntityFacts(areEdgesComplete: true))
  private static let edge = Edge(target: .max, source: .max, basis: .column, flags: .assigned)
  private static let pair = EntityPair(entity: .max, other: .max)
  private static let reference = RecordReference(relation: .answers, index: FormatLimits.integerMax)
  private static let run = IndexRunCommitment(
    level: .max, firstRecord: .max, recordCount: .max, entryCount: .max, root: digest)
  private static let slot = BodySlot(record: .max, body: .max)
  private static let body = BodyDescription(
    contentType: String(repeating: "t", count: 128), byteCount: .max, commitment: digest,
    tag: digest)
  private static let identity = LedgerIdentity(
    origin: String(repeating: "o", count: 255),
    ledgerID: LedgerID([UInt8](repeating: 9, count: 16)), formatVersion: .max,
    verifierKeys: (0..<16).map { _ in name }, ledgerFileHash: digest)
  private static let head = TreeHead(size: .max, root: digest, origin: name)

  private func check<Field: HeaderField>(_ field: Field) {
    var buffer: ByteBuffer = [7]
    buffer.append(field)
    #expect(buffer.count - 1 <= field.encodedByteCountMax, "\(Field.self)")
  }

  @Test func everyFieldHasRoom() {
    check(Self.entity)
    check(Self.bareEntity)
    check(Self.edge)
    check(Self.pair)
    check(Self.reference)
    check(Self.run)
    check(Self.slot)
    check(Self.body)
    check(Self.identity)
    check(Self.head)
  }

  /// All fields at once, and each list alone with many elements.
  private static func contents() -> [RecordContent] {
    var facts = RecordContent(kind: String(repeating: "k", count: 128), source: name)
    facts.eventTime = .earliest
    facts.flags = .assigned
    facts.producer = name
    facts.producerSequence = .max
    facts.eventType = .complete
    facts.part = Part(number: .max, count: .max)
    facts.identity = identity
    facts.head = head
    facts.publicIdentifier = name
    facts.attributes = Dictionary(
      uniqueKeysWithValues: (0..<64).map { number in
        let values: [AttributeValue] = [
          .text(name), .integer(.min), .boolean(true), .bytes([UInt8](repeating: 1, count: 1_024)),
        ]
        return (String(repeating: "a", count: 100 + number % 28) + "\(number)", values[number % 4])
      })
    var all = facts
    (all.entities, all.edges, all.symlinks, all.renames) = ([entity], [edge], [pair], [pair])
    (all.references, all.bodies, all.runs, all.slots) = ([reference], [body], [run], [slot])
    let least = RecordContent(kind: "k", source: "s")
    var lists = [RecordContent](repeating: least, count: 8)
    lists[0].entities = Array(repeating: entity, count: 300)
    lists[1].edges = Array(repeating: edge, count: 300)
    lists[2].symlinks = Array(repeating: pair, count: 300)
    lists[3].renames = Array(repeating: pair, count: 300)
    lists[4].references = Array(repeating: reference, count: 300)
    lists[5].bodies = Array(repeating: body, count: 300)
    lists[6].runs = Array(repeating: run, count: 300)
    lists[7].slots = Array(repeating: slot, count: 300)
    return [facts, all, least] + lists
  }

  @Test func everyTailHasRoom() throws {
    for content in Self.contents() {
      var tail: ByteBuffer = [7]
      let pairCount = content.encodeTail(into: &tail)
      var header: ByteBuffer = []
      RecordHeader.encode(
        previousLeafHash: Self.digest, index: FormatLimits.integerMax, recordedTime: .latest,
        tail: tail.rawSpan.extracting(1...), tailPairCount: pairCount, into: &header)
      // Longer than a reader accepts, and beyond what it lets the values be.
      #expect(NaiveHeader.pairCount(header) == pairCount + 3)
    }
  }

  @Test func otherBodiesStandForTheContentsOwn() throws {
    var content = RecordContent(kind: "access", source: "s")
    content.references = [Self.reference]
    var expected = content
    expected.bodies = [
      BodyDescription(contentType: "text/plain", byteCount: 3, commitment: Self.digest)
    ]
    var (found, wanted): (ByteBuffer, ByteBuffer) = ([], [])
    let pairCount = try RecordContent.prepareWhole(
      content, bodies: expected.bodies, into: &found)
    #expect(pairCount == expected.encodeTail(into: &wanted))
    #expect(found == wanted)
    let wrong = BodyDescription(contentType: " text", byteCount: 3, commitment: Self.digest)
    #expect(throws: FormatError.inconsistent(field: "content type", offset: 0)) {
      try RecordContent.prepareWhole(content, bodies: [wrong], into: &found)
    }
    #expect(found == wanted)
  }
}
