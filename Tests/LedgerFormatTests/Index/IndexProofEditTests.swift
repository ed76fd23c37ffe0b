import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import LedgerFormat

/// Thousands of edits that keep a proof file's form: pieces of one valid proof in the place of
/// another's. What is still accepted says nothing else than the records do.
@Suite struct IndexProofEditTests {
  /// Base64 lines and numbers taken from the other file, moved, repeated or left out.
  static func edited(
    _ bytes: [UInt8], _ others: [[UInt8]], using random: inout RepeatableRandom
  ) -> [UInt8] {
    func lines(_ bytes: [UInt8]) -> [[UInt8]] {
      bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    }
    var own = lines(bytes)
    for _ in 0...Int.random(in: 0...2, using: &random) {
      let other = lines(others[Int.random(in: 0..<others.count, using: &random)])
      let place = Int.random(in: 0..<own.count, using: &random)
      switch Int.random(in: 0...6, using: &random) {
      case 0: own[place] = other[min(place, other.count - 1)]
      case 1: own[place] = other[Int.random(in: 0..<other.count, using: &random)]
      case 2: own.remove(at: place)
      case 3: own.insert(other[Int.random(in: 0..<other.count, using: &random)], at: place)
      case 4: own.swapAt(place, Int.random(in: 0..<own.count, using: &random))
      case 5:
        // All from some line on.
        own = Array(own[..<place]) + other[min(place, other.count)...]
      default:
        guard !own[place].isEmpty else { continue }
        let byte = Int.random(in: 0..<own[place].count, using: &random)
        own[place][byte] = UInt8.random(in: 0x20...0x7E, using: &random)
      }
      if own.isEmpty { own = [[]] }
    }
    return Array(own.joined(separator: [0x0A]))
  }

  @Test func ofCompletenessAndAbsence() throws {
    var random = RepeatableRandom(for: "IndexProofEditTests.ofCompletenessAndAbsence")
    let entities = IndexedLog.entities()
    let log = try IndexedLog(entities)
    let elsewhere = try IndexedLog(Array(entities.dropFirst(3)))
    var originals: [[UInt8]] = []
    for number in [0, 1, 2, 5, 20, 41, 500, 999] {
      let key = EntityKey(IndexedLog.entity(number))
      for since in [0, 17] as [UInt64] {
        originals.append(try log.completeness(key, since: since).encoded)
      }
      originals.append(try elsewhere.completeness(key).encoded)
    }
    var (refusedCount, acceptedCount) = (0, 0)
    for _ in 0..<4_000 {
      let bytes = Self.edited(
        originals[Int.random(in: 0..<originals.count, using: &random)], originals,
        using: &random)
      do {
        let shown = try IndexProofFileTests.completeness(bytes, log.keys)
        acceptedCount += 1
        let expected = entities.indices.filter { record in
          entities[record].contains { EntityKey($0) == shown.key }
        }.map { UInt64($0) }.filter(shown.range.contains)
        #expect(shown.records == expected, "\(String(decoding: bytes, as: UTF8.self))")
        #expect(shown.range.upperBound == 40 && shown.checkpoint.size == 41)
      } catch {
        refusedCount += 1
      }
    }
    #expect(refusedCount > 2_000, "\(acceptedCount) accepted")
  }

  @Test func ofOmission() throws {
    var random = RepeatableRandom(for: "IndexProofEditTests.ofOmission")
    let key = EntityKey(IndexedLog.entity(0))
    let entities = IndexedLog.entities()
    let log = try IndexedLog(entities) { $0.entries[key.bytes] = nil }
    let honest = try IndexedLog(entities)
    var originals: [[UInt8]] = []
    for record in stride(from: 0, to: 40, by: 3) {
      originals.append(try log.omission(key, record).encoded)
      // What an honest index gives in its place, of a record that it lists and of one it need not.
      originals.append(try honest.omission(key, record).encoded)
      originals.append(
        try honest.omission(EntityKey(IndexedLog.entity(500)), record).encoded)
    }
    var (refusedCount, acceptedCount) = (0, 0)
    for _ in 0..<4_000 {
      let bytes = Self.edited(
        originals[Int.random(in: 0..<originals.count, using: &random)], originals,
        using: &random)
      // Nobody is convicted by it whose index has the record.
      #expect(throws: (any Error).self) { try IndexProofFileTests.omission(bytes, honest.keys) }
      do {
        let omitted = try IndexProofFileTests.omission(bytes, log.keys)
        acceptedCount += 1
        #expect(omitted.key == key && Int(omitted.record.index) % 3 == 0)
      } catch {
        refusedCount += 1
      }
    }
    #expect(refusedCount > 2_000, "\(acceptedCount) accepted")
  }
}
