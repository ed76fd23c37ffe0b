import LedgerCryptography
import MerkleLog
import Testing

@Suite struct CheckpointTests {
  /// The text of the example in c2sp.org/tlog-checkpoint.
  static let published =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

  @Test func publishedText() throws {
    let checkpoint = try Checkpoint(parsing: Self.published)
    #expect(checkpoint.origin == "example.com/behind-the-sofa")
    #expect(checkpoint.size == 20_852_163)
    #expect(
      checkpoint.root.description
        == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62")
    #expect(checkpoint.extensionLines.isEmpty)
    #expect(checkpoint.text == Self.published)
    #expect(
      Checkpoint(
        origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root) == checkpoint)
  }

  @Test func extensionLinesAreKept() throws {
    let text = Self.published + "one\n two \n—\n"
    let checkpoint = try Checkpoint(parsing: text)
    #expect(checkpoint.extensionLines == ["one", " two ", "—"])
    #expect(checkpoint.text == text)
    #expect(try checkpoint != Checkpoint(parsing: Self.published))
  }

  @Test func sizesAtTheirEnds() throws {
    for size: UInt64 in [0, 1, .max] {
      let checkpoint = Checkpoint(origin: "a", size: size, root: MerkleHash.empty)
      #expect(try Checkpoint(parsing: checkpoint.text) == checkpoint)
    }
  }

  @Test(
    arguments: [
      ("empty", "", .tooFewLines(found: 0, needed: 3)),
      ("no final newline", String(published.dropLast()), .missingFinalNewline),
      ("origin only", "example.com\n", .tooFewLines(found: 1, needed: 3)),
      ("no root", "example.com\n5\n", .tooFewLines(found: 2, needed: 3)),
      ("empty origin", "\n" + published, .emptyLine(line: 1)),
      ("empty size", published.replacing("20852163", with: ""), .emptyLine(line: 2)),
      ("empty line at the end", published + "\n", .emptyLine(line: 4)),
      ("empty extension line", published + "a\n\nb\n", .emptyLine(line: 5)),
      ("leading zero", published.replacing("2085", with: "02085"), .malformedSize),
      ("two zeros", published.replacing("20852163", with: "00"), .malformedSize),
      ("plus sign", published.replacing("2085", with: "+2085"), .malformedSize),
      ("negative", published.replacing("2085", with: "-2085"), .malformedSize),
      ("hexadecimal", published.replacing("20852163", with: "0x10"), .malformedSize),
      ("space before size", published.replacing("2085", with: " 2085"), .malformedSize),
      ("space after size", published.replacing("2163\n", with: "2163 \n"), .malformedSize),
      ("full-width digit", published.replacing("20852163", with: "５"), .malformedSize),
      ("2^64", published.replacing("20852163", with: "18446744073709551616"), .malformedSize),
      ("short root", "a\n1\nAAAA\n", .malformedRoot),
      ("33-byte root", "a\n1\n\(String(repeating: "A", count: 44))\n", .malformedRoot),
      ("root without padding", published.replacing("q2I=", with: "q2I"), .malformedRoot),
      ("unused bits in root", published.replacing("q2I=", with: "q2J="), .malformedRoot),
      ("space after root", published.replacing("q2I=", with: "q2I= "), .malformedRoot),
      ("hexadecimal root", "a\n1\n\(String(repeating: "0", count: 64))\n", .malformedRoot),
      ("carriage return in size", published.replacing("63\n", with: "63\r\n"), .malformedSize),
      ("tab in origin", "a\tb\n" + published.dropFirst(28), .controlCharacter(line: 1)),
      ("return in extension", published + "a\r\n", .controlCharacter(line: 4)),
    ] as [(String, String, CheckpointError)])
  func refuses(damage: String, text: String, expected: CheckpointError) {
    #expect(throws: expected) { try Checkpoint(parsing: text) }
  }

  @Test func originLimits() {
    #expect(Checkpoint.isValidOrigin("acme.example/provenance"))
    #expect(Checkpoint.isValidOrigin("é"))
    #expect(Checkpoint.isValidOrigin(String(repeating: "a", count: 255)))
    #expect(!Checkpoint.isValidOrigin(String(repeating: "a", count: 256)))
    #expect(!Checkpoint.isValidOrigin(String(repeating: "é", count: 128)))
  }
}
