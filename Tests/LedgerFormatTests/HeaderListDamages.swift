@testable import LedgerFormat

/// Damages to what stands in lists, with the error of each field.
enum HeaderListDamages {
  typealias Damage = HeaderMutationTests.Damage

  static let all = entities + lineage + evidence + identity

  private static let most = UInt64(Int64.max)
  private static let hash = "5820" + String(repeating: "ee", count: 32)

  static let entities: [Damage] = [
    Damage(key: 11, pair: "0b80") { .emptyCollection(field: "entities", offset: $0) },
    Damage(key: 11, pair: "0ba0") { .unexpectedType(field: "entities", found: 5, offset: $0) },
    Damage(key: 11, pair: "0b9a00010000") {
      .overLimit(field: "entities", found: 65_536, limit: 65_535, offset: $0)
    },
    Damage(key: 11, pair: "0b8183030160") { .badValue(field: "entity", found: 3, offset: $0 + 1) },
    Damage(key: 11, pair: "0b8187030160616101") {
      .overLimit(field: "entity", found: 7, limit: 6, offset: $0 + 1)
    },
    Damage(key: 11, pair: "0b818400016061610000") {
      .badValue(field: "entity role", found: 0, offset: $0 + 2)
    },
    Damage(key: 11, pair: "0b81840e01606161") {
      .badValue(field: "entity role", found: 14, offset: $0 + 2)
    },
    Damage(key: 11, pair: "0b81840307606161") {
      .badValue(field: "entity type", found: 7, offset: $0 + 3)
    },
    Damage(key: 11, pair: "0b81840301406161") {
      .unexpectedType(field: "entity namespace", found: 2, offset: $0 + 4)
    },
    Damage(key: 11, pair: "0b818403036161" + "6161") { _ in
      .inconsistent(field: "entity namespace", offset: 0)
    },
    Damage(key: 11, pair: "0b818403016060") { _ in
      .emptyCollection(field: "entity name", offset: 0)
    },
    Damage(key: 11, pair: "0b818403016061c0") {
      .invalidText(field: "entity name", offset: $0 + 6)
    },
    Damage(key: 11, pair: "0b8185030160616160") { _ in
      .emptyCollection(field: "entity version", offset: 0)
    },
    Damage(key: 11, pair: "0b81850301606161f6") {
      .unexpectedType(field: "entity version", found: 7, offset: $0 + 7)
    },
    Damage(key: 11, pair: "0b81860301606161f6a0") {
      .emptyCollection(field: "entity facts", offset: $0 + 8)
    },
    Damage(key: 11, pair: "0b81860301606161f6a5") {
      .overLimit(field: "entity facts", found: 5, limit: 4, offset: $0 + 8)
    },
    Damage(key: 11, pair: "0b81860301606161f6a10401") {
      .unknownKey(key: 4, offset: $0 + 9)
    },
    Damage(key: 11, pair: "0b81860301606161f6a201010001") {
      .notAscending(field: "fact key", offset: $0 + 11)
    },
    Damage(key: 11, pair: "0b81860301606161f6a10007") {
      .badValue(field: "lifecycle", found: 7, offset: $0 + 10)
    },
    Damage(key: 11, pair: "0b81860301606161f6a10108") {
      .badValue(field: "write mode", found: 8, offset: $0 + 10)
    },
    Damage(key: 11, pair: "0b81860301606161f6a10210") {
      .badValue(field: "subset", found: 16, offset: $0 + 10)
    },
    Damage(key: 11, pair: "0b81860301606161f6a103f4") {
      .badValue(field: "edges complete", found: 0xF4, offset: $0 + 10)
    },
  ]

  static let lineage: [Damage] = [
    Damage(key: 12, pair: "0c80") { .emptyCollection(field: "edges", offset: $0) },
    Damage(key: 12, pair: "0c81820302") { .badValue(field: "edge", found: 2, offset: $0 + 1) },
    Damage(key: 12, pair: "0c81831b00000001000000000201") {
      .overLimit(
        field: "edge target", found: 1 << 32, limit: UInt64(UInt32.max), offset: $0 + 2)
    },
    Damage(key: 12, pair: "0c8183032001") {
      .unexpectedType(field: "edge source", found: 1, offset: $0 + 3)
    },
    Damage(key: 12, pair: "0c8183030200") {
      .badValue(field: "edge basis", found: 0, offset: $0 + 4)
    },
    Damage(key: 12, pair: "0c818403020100") {
      .badValue(field: "edge flags", found: 0, offset: $0 + 5)
    },
    Damage(key: 12, pair: "0c818403020104") {
      .badValue(field: "edge flags", found: 4, offset: $0 + 5)
    },
    Damage(key: 13, pair: "0d818103") { .badValue(field: "entity pair", found: 1, offset: $0 + 1) },
    Damage(key: 13, pair: "0d80") { .emptyCollection(field: "symlinks", offset: $0) },
    Damage(key: 14, pair: "0e80") { .emptyCollection(field: "renames", offset: $0) },
    Damage(key: 14, pair: "0e828100") { .badValue(field: "entity pair", found: 1, offset: $0 + 1) },
  ]

  static let evidence: [Damage] = [
    Damage(key: 16, pair: "1080") { .emptyCollection(field: "references", offset: $0) },
    Damage(key: 16, pair: "1081820005") {
      .badValue(field: "reference relation", found: 0, offset: $0 + 2)
    },
    Damage(key: 16, pair: "1081820505") {
      .badValue(field: "reference relation", found: 5, offset: $0 + 2)
    },
    Damage(key: 16, pair: "108182011b8000000000000000") {
      .overLimit(field: "reference index", found: most + 1, limit: most, offset: $0 + 3)
    },
    Damage(key: 17, pair: "1180") { .emptyCollection(field: "bodies", offset: $0) },
    Damage(key: 17, pair: "1181836000" + hash) { _ in
      .inconsistent(field: "content type", offset: 0)
    },
    Damage(key: 17, pair: "118183612000" + hash) { _ in
      .inconsistent(field: "content type", offset: 0)
    },
    Damage(key: 17, pair: "11818361611a01000001" + hash) {
      .overLimit(
        field: "body byte count", found: 16_777_217, limit: 16_777_216, offset: $0 + 4)
    },
    Damage(key: 17, pair: "118183616100581f" + String(repeating: "ee", count: 31)) {
      .badValue(field: "commitment", found: 31, offset: $0 + 5)
    },
    Damage(key: 17, pair: "1181846161" + "00" + hash + "5821" + String(repeating: "00", count: 33))
    {
      .badValue(field: "body tag", found: 33, offset: $0 + 39)
    },
    Damage(key: 18, pair: "1280") { .emptyCollection(field: "runs", offset: $0) },
    Damage(key: 18, pair: "12818510000000" + hash) {
      .overLimit(field: "run level", found: 16, limit: 15, offset: $0 + 2)
    },
    Damage(key: 18, pair: "12818500200000" + hash) {
      .unexpectedType(field: "run first record", found: 1, offset: $0 + 3)
    },
    Damage(key: 18, pair: "1281850000" + "1bffffffffffffffff00" + hash) {
      .overLimit(field: "run record count", found: .max, limit: most, offset: $0 + 4)
    },
    Damage(key: 18, pair: "128185000000" + "1bffffffffffffffff" + hash) {
      .overLimit(field: "run entry count", found: .max, limit: most, offset: $0 + 5)
    },
    Damage(key: 18, pair: "128185000000004000" + hash) {
      .badValue(field: "run root", found: 0, offset: $0 + 6)
    },
    Damage(key: 19, pair: "1380") { .emptyCollection(field: "slots", offset: $0) },
    Damage(key: 19, pair: "138182071901" + "00") {
      .overLimit(field: "slot body", found: 256, limit: 255, offset: $0 + 3)
    },
    Damage(key: 19, pair: "138182" + "1bffffffffffffffff00") {
      .overLimit(field: "slot record", found: .max, limit: most, offset: $0 + 2)
    },
    Damage(key: 19, pair: "1382820701820700") { _ in .notAscending(field: "slots", offset: 0) },
    Damage(key: 19, pair: "1382820700820700") { _ in .notAscending(field: "slots", offset: 0) },
  ]

  private static let id = "50" + String(repeating: "ab", count: 16)

  static let identity: [Damage] = [
    Damage(key: 20, pair: "1480") { .emptyCollection(field: "identity", offset: $0) },
    Damage(key: 20, pair: "14856120" + id + "01816161" + hash) { _ in
      .inconsistent(field: "origin", offset: 0)
    },
    Damage(key: 20, pair: "1485616141ab01816161" + hash) {
      .badValue(field: "ledger id", found: 1, offset: $0 + 3)
    },
    Damage(key: 20, pair: "14856161" + id + "02816161" + hash) { _ in
      .unsupportedVersion(found: 2)
    },
    Damage(key: 20, pair: "14856161" + id + "0180" + hash) {
      .emptyCollection(field: "verifier keys", offset: $0 + 21)
    },
    Damage(key: 20, pair: "14856161" + id + "0191" + hash) {
      .overLimit(field: "verifier keys", found: 17, limit: 16, offset: $0 + 21)
    },
    Damage(key: 20, pair: "14856161" + id + "018160" + hash) { _ in
      .emptyCollection(field: "verifier key", offset: 0)
    },
    Damage(key: 20, pair: "14856161" + id + "01816161" + "40") {
      .badValue(field: "hash of ledger.json", found: 0, offset: $0 + 24)
    },
    Damage(key: 21, pair: "1581") { .badValue(field: "head", found: 1, offset: $0) },
    Damage(key: 21, pair: "15821b8000000000000000" + hash) {
      .overLimit(field: "head size", found: most + 1, limit: most, offset: $0 + 1)
    },
    Damage(key: 21, pair: "15820140") { .badValue(field: "head root", found: 0, offset: $0 + 2) },
    Damage(key: 21, pair: "158301" + hash + "60") { _ in
      .inconsistent(field: "head origin", offset: 0)
    },
    Damage(key: 21, pair: "158301" + hash + "790100") {
      .overLimit(field: "head origin", found: 256, limit: 255, offset: $0 + 36)
    },
  ]
}
