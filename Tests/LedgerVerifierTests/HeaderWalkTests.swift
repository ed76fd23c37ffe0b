import LedgerCryptography
import LedgerFormat
import MerkleLog
import Testing

@testable import LedgerVerifier

/// The walk must accept nothing that the decoder refuses, and say the same of what it accepts.
struct HeaderWalkTests {
  /// Headers that between them have every field the walk knows.
  private static func headers() -> [RecordHeader] {
    let digest = SHA256Hasher.hash([1])
    var plain = RecordContent(kind: "run", source: "local")
    plain.eventType = .complete
    plain.eventTime = Timestamp(microseconds: -5)
    plain.flags = [.eventTimeTruncated, .eventTimeWithoutZone]
    plain.producer = ""
    plain.producerSequence = .max
    plain.entities = [
      Entity(role: .run, type: .run, namespace: "", name: "r"),
      Entity(
        role: .output, type: .dataset, namespace: "db", name: "t", version: "7",
        facts: EntityFacts(
          lifecycle: .create, writeMode: .append, subset: [.partition], areEdgesComplete: true)),
      Entity(
        role: .input, type: .dataset, namespace: "db", name: "u",
        facts: EntityFacts(areEdgesComplete: true)),
      Entity(role: .input, type: .dataset, namespace: "db", name: "v", version: "1"),
    ]
    plain.edges = [
      Edge(target: 1, source: 2, basis: .explicit),
      Edge(target: 1, source: 3, basis: .column, flags: [.masked]),
    ]
    plain.symlinks = [EntityPair(entity: 1, other: 2)]
    plain.renames = [EntityPair(entity: 2, other: 3)]
    plain.attributes = [
      "a": .integer(-1), "b": .text(""), "cc": .boolean(true), "cd": .integer(500),
      "ddd": .boolean(false), "e": .text("x y"),
    ]
    plain.bodies = [
      BodyDescription(contentType: "application/json", byteCount: 267, commitment: digest),
      BodyDescription(contentType: "text/plain", byteCount: 0, commitment: digest, tag: digest),
    ]
    var small = RecordContent(kind: "dataset/created", source: "s")
    small.bodies = [BodyDescription(contentType: "a", byteCount: 70_000, commitment: digest)]
    return [plain, small, RecordContent(kind: "access", source: "local")].enumerated().map {
      RecordHeader(
        previousLeafHash: digest, index: [0, 23, 70_000][$0],
        recordedTime: Timestamp(
          microseconds: [0, 255, 1_700_000_000_000_000][$0]), content: $1)
    }
  }

  private func walk(_ bytes: [UInt8], _ record: UInt64) -> (Timestamp, [ExpectedBody])? {
    var bodies: [ExpectedBody] = []
    var walk = HeaderWalk(bytes.rawSpan)
    return walk.run(record: record, bodies: &bodies).map { ($0, bodies) }
  }

  @Test func acceptsOrdinaryHeaders() throws {
    for header in Self.headers() {
      let found = try #require(walk(header.encoded(), header.index))
      #expect(found.0 == header.recordedTime)
      #expect(found.1.map(\.commitment) == header.content.bodies.map(\.commitment))
      #expect(found.1.map(\.byteCount) == header.content.bodies.map(\.byteCount))
      #expect(found.1.map(\.slot.body) == (0..<header.content.bodies.count).map { UInt64($0) })
      #expect(walk(header.encoded(), header.index + 1) == nil)
    }
  }

  @Test func leavesTheRestToTheDecoder() {
    for kind in ["erasure/plan", "erasure/outcome", "ledger/created", "ledger/clock"] {
      let header = RecordHeader(
        previousLeafHash: .zero, index: 1, recordedTime: Timestamp(microseconds: 0),
        content: RecordContent(kind: kind, source: "s"))
      #expect(walk(header.encoded(), 1) == nil)
    }
    var part = RecordContent(kind: "run", source: "s")
    part.part = Part(number: 0, count: 2)
    var accented = RecordContent(kind: "run", source: "s\u{E9}")
    accented.producer = "p"
    for content in [part, accented] {
      let header = RecordHeader(
        previousLeafHash: .zero, index: 1, recordedTime: Timestamp(microseconds: 0),
        content: content)
      #expect(walk(header.encoded(), 1) == nil)
    }
  }

  /// Every byte replaced by every value, removed, doubled: whatever the walk accepts, the decoder
  /// accepts and encodes again to the same bytes.
  @Test func acceptsNothingThatTheDecoderRefuses() {
    var acceptedCount = 0
    for header in Self.headers() {
      let sound = header.encoded()
      for offset in sound.indices where !(4..<36).contains(offset) {
        var variants: [[UInt8]] = []
        for value in 0...UInt8.max {
          variants.append(sound)
          variants[Int(value)][offset] = value
        }
        variants.append(Array(sound[..<offset] + sound[(offset + 1)...]))
        variants.append(Array(sound[...offset] + sound[offset...]))
        variants.append(Array(sound[..<offset]))
        for bytes in variants {
          guard let found = walk(bytes, header.index) else { continue }
          acceptedCount += 1
          guard let decoded = try? RecordHeader.decode(bytes.rawSpan), decoded.encoded() == bytes,
            decoded.index == header.index, decoded.recordedTime == found.0,
            decoded.content.bodies.map(\.commitment) == found.1.map(\.commitment),
            decoded.content.bodies.map(\.byteCount) == found.1.map(\.byteCount)
          else {
            Issue.record("offset \(offset): \(Hexadecimal.encode(bytes))")
            return
          }
        }
      }
    }
    #expect(acceptedCount > 1_000)
  }

  /// Decoding is strict: what it accepts is canonical, also where the walk gives up.
  @Test func whatTheDecoderAcceptsIsCanonical() {
    for header in Self.headers() {
      let sound = header.encoded()
      for offset in sound.indices {
        for bit in 0..<8 {
          var bytes = sound
          bytes[offset] ^= 1 << UInt8(bit)
          guard let decoded = try? RecordHeader.decode(bytes.rawSpan) else { continue }
          #expect(decoded.encoded() == bytes)
        }
      }
    }
  }
}
