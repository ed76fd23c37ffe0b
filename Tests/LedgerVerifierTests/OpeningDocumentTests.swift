import Foundation
import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import Testing

/// The openings that the format document shows, which Python's `json` and `hashlib` made.
struct OpeningDocumentTests {
  private static let salt = Array(UInt8(0x40)...0x4F)
  private static let plain =
    "{\"salt\":\"404142434445464748494a4b4c4d4e4f\",\"bytes\":\"eyJhIjoxfQ==\",\"record\":17,"
    + "\"body\":0}"
  private static let sealed =
    "{\"salt\":\"404142434445464748494a4b4c4d4e4f\",\"bytes\":\"GLAYukvwdvd+LYr7eMIVZnDWeaouDEwb4iW"
    + "34kpu5nL8jKTu+QTtOWdfqA==\",\"record\":17,\"body\":1,\"key\":\"26c0c15ef4c175f2b731e39801e"
    + "dcb5165bef6f912281be644470a0503dd3766\",\"ledgerId\":\"000102030405060708090a0b0c0d0e0f\"}"

  @Test func theDocumentShowsThem() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let document = try String(
      contentsOf: root.appendingPathComponent(
        "Sources/LedgerFormat/Documentation.docc/Format.md"), encoding: .utf8)
    #expect(document.contains("\n```\n\(Self.plain)\n\(Self.sealed)\n```\n"))
    let hash = SHA256Hasher.hash(Self.salt + Array("{\"a\":1}".utf8))
    #expect(document.contains("\n`\(hash)`,"))
    #expect(document.contains("at most 22,373,716 bytes"))
    #expect(BodyOpening.byteCountMax == 22_373_716)
  }

  @Test func areWhatTheProgramReadsAndWrites() throws {
    let opening = BodyOpening(
      slot: BodySlot(record: 17, body: 0), salt: Self.salt, bytes: Array("{\"a\":1}".utf8))
    #expect(opening.encoded == Self.plain)
    #expect(try BodyOpening(parsing: Array(Self.plain.utf8)) == opening)
    let read = try BodyOpening(parsing: Array(Self.sealed.utf8))
    #expect(read.encoded == Self.sealed)
    #expect(read.seal?.ledgerID == LedgerID(Array(0..<16)))
    #expect(read.slot == BodySlot(record: 17, body: 1))
  }

  /// One change per member, with the words that name it.
  @Test(arguments: [
    ("4f\"", "4\"", "salt"), ("4a4b", "4A4B", "salt"), ("eyJh", "eyJ", "bytes"),
    ("fQ==", "fR==", "bytes"), (":17", ":-17", "record or body"), (":17", ":017", "no JSON object"),
    (":17", ":1.7e1", "record or body"), ("\"body\":0", "\"body\":null", "record or body"),
    ("\"body\":0", "\"body\":0,\"key\":\"\"", "exactly the members"),
    ("\"record\":17,", "", "exactly the members"),
    ("\"body\"", "\"record\":17,\"body\"", "exactly the members"), ("}", "", "no JSON object"),
  ])
  func aChangedMemberIsNamed(_ change: (old: String, new: String, words: String)) throws {
    let text = Self.plain.replacing(change.old, with: change.new)
    #expect(text != Self.plain)
    let fault = #expect(throws: BodyOpening.Fault.self) {
      try BodyOpening(parsing: Array(text.utf8))
    }
    #expect(fault?.reason.contains(change.words) ?? false, "\(String(describing: fault))")
  }

  @Test(arguments: [
    ("3766\"", "37\"", "key"), ("26c0", "26C0", "key"), ("0d0e0f\"", "0d0e\"", "ledgerId"),
    (",\"ledgerId\":\"000102030405060708090a0b0c0d0e0f\"", "", "exactly the members"),
  ])
  func aChangedMemberOfASealedOneIsNamed(
    _ change: (old: String, new: String, words: String)
  ) throws {
    let text = Self.sealed.replacing(change.old, with: change.new)
    #expect(text != Self.sealed)
    let fault = #expect(throws: BodyOpening.Fault.self) {
      try BodyOpening(parsing: Array(text.utf8))
    }
    #expect(fault?.reason.contains(change.words) ?? false, "\(String(describing: fault))")
  }
}
