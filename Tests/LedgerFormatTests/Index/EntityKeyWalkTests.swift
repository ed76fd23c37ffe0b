import LedgerCryptography
import Testing

@testable import LedgerFormat

@Suite struct EntityKeyWalkTests {
  /// The keys that the walk finds, or its error.
  static func keys(_ header: [UInt8]) throws(FormatError) -> [[UInt8]] {
    var walk = try EntityKeyWalk(header.rawSpan)
    var keys: [[UInt8]] = []
    while let range = try walk.next() { keys.append([0x83] + header[range]) }
    return keys
  }

  @Test func agreesWithTheDecoder() throws {
    var random = RepeatableRandom(for: "EntityKeyWalkTests.agreesWithTheDecoder")
    var count = 0
    for _ in 0..<2_000 {
      let header = random.header()
      let found = try Self.keys(header.encoded())
      #expect(found == header.content.entities.map { EntityKey($0).bytes })
      count += found.count
    }
    #expect(count > 1_000)
  }

  @Test func agreesOnTheGoldenHeaders() throws {
    #expect(try Self.keys(Golden.bytes("header-least")) == [])
    #expect(try Self.keys(Golden.bytes("header-created")) == [])
    let full = try Golden.bytes("header-full")
    let expected = try RecordHeader.decode(full.rawSpan).content.entities
    #expect(expected.count == 5)
    #expect(try Self.keys(full) == expected.map { EntityKey($0).bytes })
  }

  @Test func neverReadsBeyondDamagedBytes() {
    var random = RepeatableRandom(for: "EntityKeyWalkTests.neverReadsBeyondDamagedBytes")
    for _ in 0..<500 {
      var bytes = random.header().encoded()
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      // Any keys or any error will do, as long as it ends.
      if let keys = try? Self.keys(bytes) {
        #expect(keys.reduce(0) { $0 + $1.count - 1 } <= bytes.count)
      }
    }
  }

  @Test func aKeyComesBackFromItsBytes() throws {
    var random = RepeatableRandom(for: "EntityKeyWalkTests.aKeyComesBackFromItsBytes")
    for _ in 0..<500 {
      let entity = random.entity()
      let key = try EntityKey(parsing: EntityKey(entity).bytes)
      let (type, namespace, name) = key.parts
      #expect(type == entity.type)
      #expect(Array(namespace.utf8) == Array(entity.namespace.utf8))
      #expect(Array(name.utf8) == Array(entity.name.utf8))
    }
  }

  @Test func refusesWhatIsNoKey() {
    func refusal(_ bytes: [UInt8]) -> FormatError? {
      LedgerFormatTests.refusal { () throws(FormatError) in _ = try EntityKey(parsing: bytes) }
    }
    #expect(refusal([0x83, 0x01, 0x60, 0x61, 0x61]) == nil)
    #expect(isTruncated(refusal([])))
    #expect(isTruncated(refusal([0x83, 0x01, 0x60, 0x61])))
    #expect(
      refusal([0x84, 0x01, 0x60, 0x61, 0x61])
        == .overLimit(field: "entity key", found: 4, limit: 3, offset: 0))
    #expect(
      refusal([0x83, 0x07, 0x60, 0x61, 0x61])
        == .badValue(field: "entity type", found: 7, offset: 1))
    #expect(
      refusal([0x83, 0x01, 0x60, 0x60])
        == .emptyCollection(field: "entity name", offset: 3))
    #expect(refusal([0x83, 0x01, 0x60, 0x61, 0x61, 0]) == .trailingBytes(count: 1, offset: 5))
    #expect(
      refusal([0x83, 0x03, 0x61, 0x61, 0x61, 0x61])
        == .inconsistent(field: "entity namespace", offset: 2))
    #expect(
      refusal([0x83, 0x01, 0x60, 0x61, 0xFF]) == .invalidText(field: "entity name", offset: 4))
    #expect(refusal([0x83, 0x18, 0x01, 0x60, 0x61, 0x61]) == .notShortestForm(offset: 1))
  }
}
