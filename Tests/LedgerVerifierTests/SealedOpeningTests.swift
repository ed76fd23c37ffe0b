import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import Testing

/// Openings of sealed bodies: the known answer of Python's `cryptography`, and every way to be
/// wrong.
struct SealedOpeningTests {
  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    Hexadecimal.decode(hexadecimal) ?? []
  }

  // The golden file sealed-body.
  private static let salt = bytes("404142434445464748494a4b4c4d4e4f")
  private static let key = bytes(
    "26c0c15ef4c175f2b731e39801edcb5165bef6f912281be644470a0503dd3766")
  private static let stored = bytes(
    "18b018ba4bf076f77e2d8afb78c2156670d679aa2e0c4c1be225b7e24a6ee672fc8ca4eef904ed39675fa8")
  private static let commitment = "a27e7dcef983d6d363425958b24cf1082ce8795eab0db6d698b0b7d940aeb6b8"
  private static let tag = "3facc3374a167f5779af15f4bf7806e5a1f14586fc983cdb0039741eaee74c57"
  private static let ledgerID = LedgerID(Array(0..<16))
  private static let plaintext = Array("{\"name\":\"A. Lovelace\"}".utf8)

  private func header(isSealed: Bool = true) throws -> RecordHeader {
    var content = RecordContent(kind: "access", source: "local")
    content.bodies = [
      BodyDescription(
        contentType: "application/json", byteCount: UInt64(Self.stored.count),
        commitment: try #require(SHA256Digest(hexadecimal: Self.commitment)),
        tag: isSealed ? SHA256Digest(hexadecimal: Self.tag) : nil)
    ]
    return RecordHeader(
      previousLeafHash: .zero, index: 9, recordedTime: Timestamp(microseconds: 1), content: content)
  }

  private func opening(
    key: [UInt8]? = SealedOpeningTests.key, ledgerID: LedgerID = SealedOpeningTests.ledgerID
  ) -> BodyOpening {
    BodyOpening(
      slot: BodySlot(record: 9, body: 0), salt: Self.salt, bytes: Self.stored,
      seal: key.map { .init(key: $0, ledgerID: ledgerID) })
  }

  @Test func opens() throws {
    #expect(try opening().check(header()) == Self.plaintext)
    // Without the key only the commitment is checked, and it stays closed.
    #expect(try opening(key: nil).check(header()) == nil)
    #expect(try BodyOpening(parsing: Array(opening().encoded.utf8)) == opening())
    #expect(try BodyOpening(parsing: Array(opening(key: nil).encoded.utf8)) == opening(key: nil))
  }

  @Test func doesNotOpen() throws {
    let header = try header()
    for position in 0..<32 {
      var key = Self.key
      key[position] ^= 1
      #expect(throws: BodyOpening.Fault.self) { try opening(key: key).check(header) }
    }
    let other = #expect(throws: BodyOpening.Fault.self) {
      try opening(ledgerID: LedgerID(Array(1...16))).check(header)
    }
    #expect(other?.reason.contains("does not open") == true)
    let plain = try self.header(isSealed: false)
    #expect(throws: BodyOpening.Fault.self) { try opening().check(plain) }
    for position in Self.stored.indices {
      var opening = opening()
      opening.bytes[position] ^= 1
      #expect(throws: BodyOpening.Fault.self) { try opening.check(header) }
    }
    var salted = opening()
    salted.salt[0] ^= 1
    #expect(throws: BodyOpening.Fault.self) { try salted.check(header) }
  }

  @Test func textsThatAreNone() {
    let text = opening().encoded
    for changed in [
      text.replacing("\"key\":\"26", with: "\"key\":\""),
      text.replacing("\"key\":\"26", with: "\"key\":\"26AA"),
      text.replacing("\"key\":\"26", with: "\"key\":\"0026"),
      text.replacing("\"ledgerId\":\"00", with: "\"ledgerId\":\""),
      text.replacing("\"ledgerId\":\"00", with: "\"ledgerId\":\"0000"),
      text.replacing("\"ledgerId\"", with: "\"ledgerID\""),
      text.replacing(",\"ledgerId\":\"000102030405060708090a0b0c0d0e0f\"", with: ""),
      text.replacing("{", with: "{\"key\":\"\","),
      text.replacing("{", with: "{\"subject\":\"alice\","),
    ] {
      #expect(changed != text)
      #expect(throws: BodyOpening.Fault.self, "\(changed)") {
        try BodyOpening(parsing: Array(changed.utf8))
      }
    }
  }
}
