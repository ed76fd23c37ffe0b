import LedgerCryptography
import Testing

@testable import LedgerFormat

@Suite struct LedgerFileTests {
  @Test func readsAndWritesTheGoldenBytes() throws {
    let golden = try Golden.bytes("ledger-file")
    #expect(Golden.ledgerFile.encoded() == golden)
    #expect(try LedgerFile.decode(golden) == Golden.ledgerFile)
    #expect(Golden.ledgerFile.hash == SHA256Hasher.hash(golden))
  }

  @Test func refusesEveryCutAndAddition() throws {
    let golden = try Golden.bytes("ledger-file")
    for count in 0..<golden.count {
      #expect(
        refusal { () throws(FormatError) in
          _ = try LedgerFile.decode(Array(golden[..<count]))
        } != nil)
    }
    #expect(error(golden + [0x0A]) == .notCanonical(structure: "ledger.json"))
  }

  private func error(_ bytes: [UInt8]) -> FormatError? {
    refusal { () throws(FormatError) in _ = try LedgerFile.decode(bytes) }
  }

  @Test(arguments: [
    ("{\"format\":1", "{ \"format\":1"), ("format\":1", "format\":01"),
    ("format\":1", "format\":+1"),
    ("{\"format\":1", "{\"format\": 1"), ("format\":1", "format\":\"1\""), ("0a0b", "0A0B"),
    ("000102", "0001020"), ("000102", "00010"), ("acme.example/provenance\",", "\","),
    ("acme.example/provenance\",", "acme example\","), ("AQIDBAUG", "AQ ID"),
    ("AQIDBAUG", "AQ\\u0041"),
    ("\"verifierKey\":\"acme.example/provenance+1a2b3c4d+AQIDBAUG\"", "\"verifierKey\":\"\""),
    ("}\n", "}"), ("}\n", "}\r\n"), ("}\n", ",\"more\":1}\n"),
    ("\"ledgerId\"", "\"ledgerID\""),
  ])
  func refusesAnyOtherForm(_ part: String, _ replacement: String) throws {
    let text = String(decoding: try Golden.bytes("ledger-file"), as: UTF8.self)
    let changed = text.replacing(part, with: replacement, maxReplacements: 1)
    #expect(changed != text)
    #expect(error(Array(changed.utf8)) == .notCanonical(structure: "ledger.json"))
  }

  @Test func tellsANewerFormatApart() throws {
    let text = String(decoding: try Golden.bytes("ledger-file"), as: UTF8.self)
    let newer = text.replacing("format\":1", with: "format\":2")
    #expect(error(Array(newer.utf8)) == .unsupportedVersion(found: 2))
  }

  @Test func looksAtLengthAndTextFirst() {
    #expect(
      error([UInt8](repeating: 0x20, count: 4_097))
        == .overLimit(field: "ledger.json", found: 4_097, limit: 4_096, offset: 0))
    #expect(error([0xFF]) == .invalidText(field: "ledger.json", offset: 0))
    #expect(error([]) == .notCanonical(structure: "ledger.json"))
  }

  @Test(arguments: [
    ("a", true), ("acme.example/provenance", true), ("A-Z_~:9", true), ("", false), (" ", false),
    ("a b", false), ("a+b", false), ("a\n", false), ("é", false), ("a\"", false), ("a\\", false),
    (String(repeating: "a", count: 255), true), (String(repeating: "a", count: 256), false),
  ])
  func origins(_ text: String, _ isValid: Bool) { #expect(LedgerOrigin.isValid(text) == isValid) }

  @Test(arguments: [
    "", "00", "0g0102030405060708090a0b0c0d0e0f", "000102030405060708090A0b0c0d0e0f",
    "000102030405060708090a0b0c0d0e0f00",
  ])
  func ledgerIdentifiersAre32Digits(_ text: String) { #expect(LedgerID(hexadecimal: text) == nil) }
}
