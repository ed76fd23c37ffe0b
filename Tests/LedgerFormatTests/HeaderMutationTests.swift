import LedgerCryptography
import Testing

@testable import LedgerFormat

/// One damage per field of the full header, each with the error of that field alone.
@Suite struct HeaderMutationTests {
  /// The pair of one key, put in place of the golden one, and what must be said about it; the
  /// offset of the pair's value is the argument.
  struct Damage: Sendable, CustomStringConvertible {
    var key: Int
    var pair: String
    var expected: @Sendable (Int) -> FormatError
    var description: String { "key \(key): \(pair.prefix(24))" }
  }

  static let most = UInt64(Int64.max)
  static let name4097 = "791001" + String(repeating: "61", count: 4_097)

  static let assigned: [Damage] = [
    Damage(key: 0, pair: "0040") { .badValue(field: "previous leaf hash", found: 0, offset: $0) },
    Damage(key: 0, pair: "005821") {
      .badValue(field: "previous leaf hash", found: 33, offset: $0)
    },
    Damage(key: 0, pair: "007820") {
      .unexpectedType(field: "previous leaf hash", found: 3, offset: $0)
    },
    Damage(key: 1, pair: "0120") { .unexpectedType(field: "index", found: 1, offset: $0) },
    Damage(key: 1, pair: "011817") { .notShortestForm(offset: $0) },
    Damage(key: 1, pair: "011900ff") { .notShortestForm(offset: $0) },
    Damage(key: 1, pair: "011a0000ffff") { .notShortestForm(offset: $0) },
    Damage(key: 1, pair: "011b00000000ffffffff") { .notShortestForm(offset: $0) },
    Damage(key: 1, pair: "011c") { .notDeterministic(offset: $0) },
    Damage(key: 1, pair: "011b8000000000000000") {
      .overLimit(field: "index", found: most + 1, limit: most, offset: $0)
    },
    Damage(key: 2, pair: "0220") { .unexpectedType(field: "recorded time", found: 1, offset: $0) },
    Damage(key: 2, pair: "021b8000000000000000") {
      .overLimit(
        field: "recorded time", found: most + 1, limit: 253_402_300_799_999_999, offset: $0)
    },
    Damage(key: 2, pair: "021b0384440ccc736000") {
      .overLimit(
        field: "recorded time", found: 253_402_300_800_000_000, limit: 253_402_300_799_999_999,
        offset: $0)
    },
    Damage(key: 3, pair: "034372756e") { .unexpectedType(field: "kind", found: 2, offset: $0) },
    Damage(key: 3, pair: "036372ff6e") { .invalidText(field: "kind", offset: $0 + 1) },
    Damage(key: 3, pair: "037f6372756eff") { .notDeterministic(offset: $0) },
    Damage(key: 3, pair: "037881") {
      .overLimit(field: "kind", found: 129, limit: 128, offset: $0)
    },
    Damage(key: 3, pair: "0360") { _ in .inconsistent(field: "kind", offset: 0) },
    Damage(key: 3, pair: "036352756e") { _ in .inconsistent(field: "kind", offset: 0) },
    Damage(key: 3, pair: "036472756e2f") { _ in .inconsistent(field: "kind", offset: 0) },
    Damage(key: 3, pair: "0365612f622f63") { _ in .inconsistent(field: "kind", offset: 0) },
    Damage(key: 4, pair: "0460") { .unexpectedType(field: "event time", found: 3, offset: $0) },
    Damage(key: 4, pair: "04f93c00") { .notDeterministic(offset: $0) },
    Damage(key: 4, pair: "04c100") { .notDeterministic(offset: $0) },
    Damage(key: 4, pair: "043b8000000000000000") {
      .overLimit(field: "event time", found: most + 1, limit: most, offset: $0)
    },
    Damage(key: 4, pair: "041b0384440ccc736000") { _ in
      .inconsistent(field: "event time", offset: 0)
    },
    Damage(key: 4, pair: "043b00dcdcc1a9170000") { _ in
      .inconsistent(field: "event time", offset: 0)
    },
    Damage(key: 5, pair: "0500") { .badValue(field: "flags", found: 0, offset: $0) },
    Damage(key: 5, pair: "051840") { .badValue(field: "flags", found: 64, offset: $0) },
    Damage(key: 6, pair: "0660") { _ in .emptyCollection(field: "source", offset: 0) },
    Damage(key: 6, pair: "06f6") { .unexpectedType(field: "source", found: 7, offset: $0) },
    Damage(key: 6, pair: "06f7") { .notDeterministic(offset: $0) },
    Damage(key: 6, pair: "06" + name4097) {
      .overLimit(field: "source", found: 4_097, limit: 4_096, offset: $0)
    },
    Damage(key: 7, pair: "07" + name4097) {
      .overLimit(field: "producer", found: 4_097, limit: 4_096, offset: $0)
    },
    Damage(key: 8, pair: "0820") {
      .unexpectedType(field: "producer sequence", found: 1, offset: $0)
    },
    Damage(key: 9, pair: "0900") { .badValue(field: "event type", found: 0, offset: $0) },
    Damage(key: 9, pair: "0907") { .badValue(field: "event type", found: 7, offset: $0) },
    Damage(key: 9, pair: "09190101") { .badValue(field: "event type", found: 257, offset: $0) },
    Damage(key: 10, pair: "0a80") { .emptyCollection(field: "part", offset: $0) },
    Damage(key: 10, pair: "0a8100") { .badValue(field: "part", found: 1, offset: $0) },
    Damage(key: 10, pair: "0a83000203") {
      .overLimit(field: "part", found: 3, limit: 2, offset: $0)
    },
    Damage(key: 10, pair: "0a820001") { .badValue(field: "part number", found: 0, offset: $0 + 1) },
    Damage(key: 10, pair: "0a820202") { .badValue(field: "part number", found: 2, offset: $0 + 1) },
    Damage(key: 10, pair: "0a8200190101") {
      .overLimit(field: "part count", found: 257, limit: 256, offset: $0 + 2)
    },
    Damage(key: 15, pair: "0fa0") { .emptyCollection(field: "attributes", offset: $0) },
    Damage(key: 15, pair: "0fb841") {
      .overLimit(field: "attributes", found: 65, limit: 64, offset: $0)
    },
    Damage(key: 15, pair: "0fa2616201616102") {
      .notAscending(field: "attribute name", offset: $0 + 4)
    },
    Damage(key: 15, pair: "0fa2616101616102") {
      .notAscending(field: "attribute name", offset: $0 + 4)
    },
    Damage(key: 15, pair: "0fa262616101616202") {
      .notAscending(field: "attribute name", offset: $0 + 5)
    },
    Damage(key: 15, pair: "0fa16001") { .notAscending(field: "attribute name", offset: $0 + 1) },
    Damage(key: 15, pair: "0fa1612001") { _ in .inconsistent(field: "attribute name", offset: 0) },
    Damage(key: 15, pair: "0fa1616180") {
      .unexpectedType(field: "attribute", found: 4, offset: $0 + 3)
    },
    Damage(key: 15, pair: "0fa16161f6") {
      .unexpectedType(field: "attribute", found: 7, offset: $0 + 3)
    },
    Damage(key: 15, pair: "0fa16161fb3ff0000000000000") { .notDeterministic(offset: $0 + 3) },
    Damage(key: 15, pair: "0fa16161c101") { .notDeterministic(offset: $0 + 3) },
    Damage(key: 15, pair: "0fa16161590401") {
      .overLimit(field: "attribute", found: 1_025, limit: 1_024, offset: $0 + 3)
    },
    Damage(key: 22, pair: "1660") { _ in .emptyCollection(field: "public identifier", offset: 0) },
  ]

  @Test(arguments: assigned + HeaderListDamages.all)
  func refuses(_ damage: Damage) throws {
    let fields = try Golden.fields("header-full")
    let replacement = try #require(Hexadecimal.decode(damage.pair))
    let start = fields[...damage.key].reduce(0) { $0 + $1.bytes.count }
    var bytes = fields[...damage.key].flatMap(\.bytes) + replacement
    bytes += fields[(damage.key + 2)...].flatMap(\.bytes)
    let error = refusal { () throws(FormatError) in _ = try RecordHeader.decode(bytes.rawSpan) }
    #expect(error == damage.expected(start + 1))
    #expect(NaiveHeader.decode(bytes) == nil)
  }

  @Test(arguments: [
    (0, "previous leaf hash"), (1, "index"), (2, "recorded time"), (3, "kind"),
    (6, "source"),
  ])
  func everyHeaderHas(_ key: Int, _ field: String) throws {
    var fields = try Golden.fields("header-full")
    fields.remove(at: key + 1)
    fields[0].bytes = [0xB6]
    let bytes = fields.flatMap(\.bytes)
    let error = refusal { () throws(FormatError) in _ = try RecordHeader.decode(bytes.rawSpan) }
    #expect(error == .missingField(field: field))
  }

  @Test func keysAscendAndAreAssigned() throws {
    let fields = try Golden.fields("header-full")
    func error(_ order: [[UInt8]]) -> FormatError? {
      let bytes = order.flatMap { $0 }
      return refusal { () throws(FormatError) in _ = try RecordHeader.decode(bytes.rawSpan) }
    }
    var swapped = fields.map(\.bytes)
    swapped.swapAt(4, 5)
    #expect(error(swapped) == .notAscending(field: "key", offset: swapped[0...4].joined().count))
    var twice = fields.map(\.bytes)
    twice[5] = twice[4]
    #expect(error(twice) == .notAscending(field: "key", offset: twice[0...4].joined().count))
    var unknown = fields.map(\.bytes)
    unknown[23] = [0x17, 0x00]
    let end = fields.dropLast().reduce(0) { $0 + $1.bytes.count }
    #expect(error(unknown) == .unknownKey(key: 23, offset: end))
    unknown[23] = [0x19, 0x01, 0x00, 0x00]
    #expect(error(unknown) == .unknownKey(key: 256, offset: end))
  }

  @Test(arguments: [
    ("b817", FormatError.notShortestForm(offset: 0)),
    ("b818", .overLimit(field: "header pairs", found: 24, limit: 23, offset: 0)),
    ("bf", .notDeterministic(offset: 0)),
    ("97", .unexpectedType(field: "header", found: 4, offset: 0)),
    ("17", .unexpectedType(field: "header", found: 0, offset: 0)),
  ])
  func theWholeIsAShortMap(_ head: String, _ expected: FormatError) throws {
    let golden = try Golden.bytes("header-full")
    let bytes = try #require(Hexadecimal.decode(head)) + golden.dropFirst()
    let error = refusal { () throws(FormatError) in _ = try RecordHeader.decode(bytes.rawSpan) }
    #expect(error == expected)
  }

  @Test func aCountThatTheRestCannotHoldReservesNothing() throws {
    let golden = try Golden.bytes("header-full")
    let start = try Golden.offset(of: "key 4", in: "header-full")
    // Cut after key 3, so that key 11 comes next.
    let cut = Array(golden[..<start]) + [0x06, 0x61, 0x61, 0x0B, 0x99, 0xFF, 0xF0, 0x84]
    let error = refusal { () throws(FormatError) in _ = try RecordHeader.decode(cut.rawSpan) }
    #expect(error == .truncated(needed: 65_520 * 6, available: 1, offset: start + 7))
  }

  @Test func aHeaderOverItsLimitIsNotLookedAt() {
    let bytes = [UInt8](repeating: 0, count: 65_536)
    let error = refusal { () throws(FormatError) in _ = try RecordHeader.decode(bytes.rawSpan) }
    #expect(error == .overLimit(field: "header", found: 65_536, limit: 65_535, offset: 0))
  }
}
