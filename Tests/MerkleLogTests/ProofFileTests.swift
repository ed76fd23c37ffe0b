import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@Suite struct InclusionProofFileTests {
  static let good = ProofFileVectors.inclusion
  static let leafHash = NaiveTree(count: 11).leafHash(6)

  static func parse(_ text: String) throws(ProofFileError) -> InclusionProofFile {
    try InclusionProofFile(parsing: Array(text.utf8))
  }

  @Test func readsWhatAnotherProgramMade() throws {
    let file = try Self.parse(Self.good)
    #expect(file.extra == Array("opaque".utf8))
    #expect(file.proof.index == 6)
    #expect(file.proof.treeSize == 11)
    #expect(file.proof.hashes == NaiveTree(count: 11).path(6, 0, 11))
    #expect(file.checkpoint.origin == "acme.example/provenance")
    try file.check(leafHash: Self.leafHash)
    let key = try NoteVerifierKey(vkey: ProofFileVectors.vkey)
    #expect(try file.note.verify(keys: [key]).count == 1)
    #expect(file.encoded == Array(Self.good.utf8))
    let made = try InclusionProofFile(extra: file.extra, proof: file.proof, note: file.note)
    #expect(made == file)
  }

  @Test func extraIsOptional() throws {
    let text = Self.good.replacing("extra b3BhcXVl\n", with: "")
    let file = try Self.parse(text)
    #expect(file.extra == nil)
    #expect(file.encoded == Array(text.utf8))
  }

  @Test(
    arguments: [
      ("empty", "", .wrongHeader(line: 1)),
      ("other version", good.replacing("@v1", with: "@v2"), .wrongHeader(line: 1)),
      ("space after header", good.replacing("@v1", with: "@v1 "), .wrongHeader(line: 1)),
      ("header only", "c2sp.org/tlog-proof@v1\n", .malformedIndex(line: 2)),
      ("header without newline", "c2sp.org/tlog-proof@v1", .wrongHeader(line: 1)),
      ("carriage returns", good.replacing("\n", with: "\r\n"), .wrongHeader(line: 1)),
      ("empty extra", good.replacing("extra b3BhcXVl", with: "extra "), .malformedExtra(line: 2)),
      ("extra without space", good.replacing("extra ", with: "extra"), .malformedIndex(line: 2)),
      ("unused bits in extra", good.replacing("b3BhcXVl", with: "b3B="), .malformedExtra(line: 2)),
      (
        "extra twice", good.replacing("index", with: "extra b3BhcXVl\nindex"),
        .malformedIndex(line: 3)
      ),
      ("extra after index", swappedExtra, .malformedHash(line: 3)),
      ("no index", good.replacing("index 6\n", with: ""), .malformedIndex(line: 3)),
      ("index in capitals", good.replacing("index", with: "Index"), .malformedIndex(line: 3)),
      ("index of zeros", good.replacing("index 6", with: "index 06"), .malformedIndex(line: 3)),
      ("index with sign", good.replacing("index 6", with: "index +6"), .malformedIndex(line: 3)),
      ("index with space", good.replacing("index 6", with: "index 6 "), .malformedIndex(line: 3)),
      ("empty index", good.replacing("index 6", with: "index "), .malformedIndex(line: 3)),
      (
        "index of 2^64", good.replacing("index 6", with: "index 18446744073709551616"),
        .malformedIndex(line: 3)
      ),
      (
        "index beyond the tree", good.replacing("index 6", with: "index 11"),
        .indexBeyondSize(index: 11, treeSize: 11)
      ),
      ("unused bits in hash", good.replacing("3Lc=", with: "3Ld="), .malformedHash(line: 4)),
      ("short hash", good.replacing("Ls2Ka30o", with: "Ls2K"), .malformedHash(line: 4)),
      ("space before hash", good.replacing("S4wS", with: " S4wS"), .malformedHash(line: 5)),
      ("66 hashes", manyHashes, .tooManyHashes(line: 69, limit: 65)),
      (
        "no empty line", good.replacing("\n\nacme", with: "\nacme"), .malformedHash(line: 8)
      ),
      ("ends after hashes", String(good.prefix(30)) + "\n", .malformedExtra(line: 2)),
      (
        "no note", "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        .note(.missingFinalNewline, line: 4)
      ),
      ("no end of hashes", "c2sp.org/tlog-proof@v1\nindex 0\n", .missingEmptyLine(line: 3)),
      (
        "two empty lines", good.replacing("\n\nacme", with: "\n\n\nacme"),
        .checkpoint(.emptyLine(line: 1), line: 9)
      ),
      (
        "no signature", String(good.prefix { $0 != "—" }),
        .note(.missingSignatures, line: 9)
      ),
      (
        "no final newline", String(good.dropLast()), .note(.missingFinalNewline, line: 9)
      ),
      (
        "damaged signature line", good.replacing("— acme", with: "- acme"),
        .note(.notASignatureLine(line: 5), line: 9)
      ),
      (
        "checkpoint size of zeros", good.replacing("\n11\n", with: "\n011\n"),
        .checkpoint(.malformedSize, line: 9)
      ),
    ] as [(String, String, ProofFileError)])
  func refuses(damage: String, text: String, expected: ProofFileError) {
    #expect(throws: expected) { try Self.parse(text) }
  }

  static let swappedExtra =
    good.replacing("extra b3BhcXVl\nindex 6\n", with: "index 6\nextra b3BhcXVl\n")
  static let manyHashes = good.replacing(
    "index 6\n",
    with: "index 6\n"
      + String(repeating: "Ls2Ka30oRVRmWa1M9ENTPPkhsZ3IH6g5NOg4IbTf3Lc=\n", count: 62))

  @Test func refusesAFileBeyondTheLimitBeforeReadingIt() {
    let count = InclusionProofFile.byteCountMax + 1
    #expect(
      throws: ProofFileError.tooLarge(
        byteCount: count, limit: InclusionProofFile.byteCountMax)
    ) { try InclusionProofFile(parsing: [UInt8](repeating: 0, count: count)) }
  }

  /// Whatever bit of the file is changed: parsing, proof or signature refuses it. Only the extra
  /// data is free, as the format says.
  @Test func everyDamagedBitIsRefused() throws {
    let key = try NoteVerifierKey(vkey: ProofFileVectors.vkey)
    let bytes = Array(Self.good.utf8)
    let free =
      Array("c2sp.org/tlog-proof@v1\nextra ".utf8)
      .count..<"c2sp.org/tlog-proof@v1\nextra b3BhcXVl".utf8.count
    for bit in 0..<(8 * bytes.count) where !free.contains(bit / 8) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: (any Error).self, "bit \(bit)") {
        let file = try InclusionProofFile(parsing: damaged)
        _ = try file.note.verify(keys: [key])
        try file.check(leafHash: Self.leafHash)
      }
    }
  }

  @Test func everyTruncationIsRefused() {
    let bytes = Array(Self.good.utf8)
    for count in 0..<bytes.count {
      #expect(throws: ProofFileError.self, "\(count) bytes") {
        try InclusionProofFile(parsing: Array(bytes.prefix(count)))
      }
    }
  }

  @Test func anotherLeafAndMissingHashesAreRefused() throws {
    let file = try Self.parse(Self.good)
    let other = NaiveTree(count: 11).leafHash(7)
    #expect(throws: ProofError.self) { try file.check(leafHash: other) }
    let short = try Self.parse(
      Self.good.replacing("Ls2Ka30oRVRmWa1M9ENTPPkhsZ3IH6g5NOg4IbTf3Lc=\n", with: ""))
    #expect(throws: ProofError.wrongHashCount(expected: 4, found: 3)) {
      try short.check(leafHash: Self.leafHash)
    }
  }
}

@Suite struct ConsistencyProofFileTests {
  static let good = ProofFileVectors.consistency

  static func parse(_ text: String) throws(ProofFileError) -> ConsistencyProofFile {
    try ConsistencyProofFile(parsing: Array(text.utf8))
  }

  @Test func readsWhatAnotherProgramMade() throws {
    let file = try Self.parse(Self.good)
    #expect(file.proof.oldSize == 6)
    #expect(file.proof.newSize == 11)
    #expect(file.proof.hashes == NaiveTree(count: 11).proof(6, 11))
    try file.check()
    let key = try NoteVerifierKey(vkey: ProofFileVectors.vkey)
    #expect(try file.oldNote.verify(keys: [key]).count == 1)
    #expect(try file.newNote.verify(keys: [key]).count == 1)
    #expect(file.encoded == Array(Self.good.utf8))
    let made = try ConsistencyProofFile(
      proof: file.proof, oldNote: file.oldNote, newNote: file.newNote)
    #expect(made == file)
  }

  @Test(arguments: [(0, 0), (0, 5), (5, 5)])
  func hasNoHashesFromNothingOrBetweenEquals(oldSize: Int, newSize: Int) throws {
    let key = try NoteSignerKey.generate(name: "example.com/log")
    let tree = NaiveTree(count: 5)
    func note(_ size: Int) throws -> SignedNote {
      let checkpoint = Checkpoint(
        origin: "example.com/log", size: UInt64(size), root: tree.hash(0, size))
      return try SignedNote.sign(checkpoint.text, with: [key])
    }
    let proof = ConsistencyProof(
      oldSize: UInt64(oldSize), newSize: UInt64(newSize), hashes: [])
    let file = try ConsistencyProofFile(
      proof: proof, oldNote: note(oldSize), newNote: note(newSize))
    try file.check()
    #expect(
      String(decoding: file.encoded, as: UTF8.self)
        .hasPrefix("ledgerstone/consistency@v1\n\nexample.com/log\n"))
    #expect(try ConsistencyProofFile(parsing: file.encoded) == file)
  }

  @Test(
    arguments: [
      ("empty", "", .wrongHeader(line: 1)),
      ("other version", good.replacing("@v1", with: "@v2"), .wrongHeader(line: 1)),
      ("inclusion header", ProofFileVectors.inclusion, .wrongHeader(line: 1)),
      ("header only", "ledgerstone/consistency@v1\n", .missingEmptyLine(line: 2)),
      ("unused bits in hash", good.replacing("qNE=", with: "qNF="), .malformedHash(line: 2)),
      ("hash of another length", good.replacing("S4wS", with: ""), .malformedHash(line: 2)),
      (
        "no empty line after hashes", good.replacing("1A=\n\n", with: "1A=\n"),
        .malformedHash(line: 6)
      ),
      ("one note only", oneNote, .missingEmptyLine(line: 12)),
      (
        "second note empty", oneNote + "\n", .note(.missingFinalNewline, line: 13)
      ),
      (
        "no empty line between notes", good.replacing("gA=\n\n", with: "gA=\n"),
        .note(.notASignatureLine(line: 6), line: 7)
      ),
      (
        "no final newline", String(good.dropLast()), .note(.missingFinalNewline, line: 13)
      ),
      ("trailing empty line", good + "\n", .note(.missingSignatures, line: 13)),
      (
        "old size of zeros", good.replacing("\n6\n", with: "\n06\n"),
        .checkpoint(.malformedSize, line: 7)
      ),
      (
        "new size of zeros", good.replacing("\n11\n", with: "\n011\n"),
        .checkpoint(.malformedSize, line: 13)
      ),
      (
        "new size below the old", good.replacing("\n11\n", with: "\n5\n"),
        .sizesOutOfOrder(oldSize: 6, newSize: 5)
      ),
      (
        "another origin", good.replacing("acme.example/provenance\n6", with: "other\n6"),
        .originsDiffer(old: "other", new: "acme.example/provenance")
      ),
      (
        "damaged old signature line", good.replacing("gA=\n\n", with: "gB=\n\n"),
        .note(.malformedBase64(line: 5), line: 7)
      ),
    ] as [(String, String, ProofFileError)])
  func refuses(damage: String, text: String, expected: ProofFileError) {
    #expect(throws: expected) { try Self.parse(text) }
  }

  static let oneNote = String(
    good.split(separator: "\n", omittingEmptySubsequences: false).prefix(11)
      .joined(separator: "\n") + "\n")

  @Test func everyDamagedBitIsRefused() throws {
    let key = try NoteVerifierKey(vkey: ProofFileVectors.vkey)
    let bytes = Array(Self.good.utf8)
    for bit in 0..<(8 * bytes.count) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: (any Error).self, "bit \(bit)") {
        let file = try ConsistencyProofFile(parsing: damaged)
        _ = try file.oldNote.verify(keys: [key])
        _ = try file.newNote.verify(keys: [key])
        try file.check()
      }
    }
  }

  @Test func refusesAFileBeyondTheLimitBeforeReadingIt() {
    let count = ConsistencyProofFile.byteCountMax + 1
    #expect(
      throws: ProofFileError.tooLarge(
        byteCount: count, limit: ConsistencyProofFile.byteCountMax)
    ) { try ConsistencyProofFile(parsing: [UInt8](repeating: 0, count: count)) }
  }
}
