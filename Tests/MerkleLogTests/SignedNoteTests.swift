import LedgerCryptography
import MerkleLog
import Testing

@Suite struct SignedNoteTests {
  static let text =
    "If you think cryptography is the answer to your problem,\n"
    + "then you don't know what your problem is.\n"
  static let line =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    + "pRZb6KE6RyyBwJnAM=\n"
  static let note = text + "\n" + line

  static func parse(_ note: String) throws(SignedNoteError) -> SignedNote {
    try SignedNote(parsing: Array(note.utf8))
  }

  /// The example of the Go module x/mod's documentation.
  @Test func publishedNoteOfGo() throws {
    let note = try Self.parse(Self.note)
    #expect(note.text == Self.text)
    #expect(note.signatures.count == 1)
    #expect(note.signatures[0].name == "PeterNeumann")
    #expect(note.signatures[0].keyHash == 0xc74f_20a3)
    let key = try NoteVerifierKey(vkey: NoteKeyTests.vkey)
    #expect(try note.verify(keys: [key]) == note.signatures)
    #expect(note.encoded == Array(Self.note.utf8))
    let signer = try NoteSignerKey(privateText: NoteKeyTests.skey)
    #expect(try SignedNote.sign(Self.text, with: [signer]).encoded == Array(Self.note.utf8))
  }

  /// The example of c2sp.org/signed-note.
  @Test func publishedNoteOfTheSpecification() throws {
    let text =
      "This is an example message.\n\n"
      + "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH"
      + "3mFXmRKuwHjG1Yu72IneyaQM=\n"
    let key = try NoteVerifierKey(
      vkey: "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    #expect(try Self.parse(text).verify(keys: [key]).count == 1)
  }

  /// The other example there: its text has an empty line of its own.
  @Test func theLastEmptyLineSplits() throws {
    let verse =
      "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    let signature =
      "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKON"
      + "rMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    let note = try Self.parse(verse + "\n" + signature)
    #expect(note.text == verse)
    #expect(note.encoded == Array((verse + "\n" + signature).utf8))
    #expect(throws: SignedNoteError.notASignatureLine(line: 7)) {
      try Self.parse(verse + "\n" + signature + "?\n")
    }
  }

  @Test(
    arguments: [
      ("empty", "", .missingFinalNewline),
      ("only text", text, .missingBlankLine),
      ("no signature", text + "\n", .missingSignatures),
      ("no text", "\n" + line, .missingBlankLine),
      ("no blank line", text + line, .missingBlankLine),
      ("no final newline", String(note.dropLast()), .missingFinalNewline),
      ("blank line at the end", note + "\n", .missingSignatures),
      (
        "carriage return", note.replacing("\n", with: "\r\n"),
        .controlCharacter(found: 13, offset: 56)
      ),
      ("tab", "a\tb\n\n" + line, .controlCharacter(found: 9, offset: 1)),
      ("nul", "a\u{0}\n\n" + line, .controlCharacter(found: 0, offset: 1)),
      ("hyphen for em dash", note.replacing("—", with: "-"), .notASignatureLine(line: 4)),
      ("no space after dash", note.replacing("— ", with: "—"), .notASignatureLine(line: 4)),
      ("dash only", text + "\n— \n", .notASignatureLine(line: 4)),
      ("no signature bytes", text + "\n— PeterNeumann\n", .notASignatureLine(line: 4)),
      ("empty name", text + "\n—  x08go/ZJkg==\n", .malformedKeyName(line: 4)),
      ("plus in name", text + "\n— a+b x08go/ZJkg==\n", .malformedKeyName(line: 4)),
      ("wide space in name", text + "\n— a\u{2003}b x08go/ZJkg==\n", .malformedKeyName(line: 4)),
      ("two spaces", note.replacing(" x08", with: "  x08"), .malformedBase64(line: 4)),
      ("trailing space", note.replacing("AM=\n", with: "AM= \n"), .malformedBase64(line: 4)),
      ("no padding", note.replacing("AM=\n", with: "AM\n"), .malformedBase64(line: 4)),
      ("unused bits", note.replacing("AM=\n", with: "AN=\n"), .malformedBase64(line: 4)),
      ("url alphabet", note.replacing("/", with: "_"), .malformedBase64(line: 4)),
      ("empty signature", text + "\n— a \n", .signatureTooShort(line: 4, found: 0, needed: 5)),
      ("key ID only", text + "\n— a x08gow==\n", .signatureTooShort(line: 4, found: 4, needed: 5)),
      ("text among signatures", note + "x\n" + line, .notASignatureLine(line: 5)),
      (
        "101 signatures", text + "\n" + String(repeating: line, count: 101),
        .tooManySignatures(found: 101, limit: 100)
      ),
    ] as [(String, String, SignedNoteError)])
  func refuses(damage: String, note: String, expected: SignedNoteError) {
    #expect(throws: expected) { try Self.parse(note) }
  }

  @Test func refusesBytesThatAreNoText() {
    for bad: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x80]] {
      #expect(throws: SignedNoteError.notUTF8) {
        try SignedNote(parsing: bad + Array(Self.note.utf8))
      }
      #expect(throws: SignedNoteError.notUTF8) {
        try SignedNote(parsing: Array((Self.text + "\n— ").utf8) + bad + Array(" AAAAAAA=\n".utf8))
      }
    }
  }

  @Test func limitsAreTaken() throws {
    let many = try Self.parse(Self.text + "\n" + String(repeating: Self.line, count: 100))
    #expect(many.signatures.count == 100)
    let tail = "\n\n" + Self.line
    let room = SignedNote.byteCountMax - tail.utf8.count
    let longest = String(repeating: "x", count: room) + tail
    #expect(try Self.parse(longest).encoded.count == SignedNote.byteCountMax)
    #expect(
      throws: SignedNoteError.tooLarge(
        byteCount: SignedNote.byteCountMax + 1, limit: SignedNote.byteCountMax)
    ) { try Self.parse("x" + longest) }
  }

  @Test func everyDamagedBitOfTheTextIsRefused() throws {
    let key = try NoteVerifierKey(vkey: NoteKeyTests.vkey)
    let bytes = Array(Self.note.utf8)
    for bit in 0..<(8 * bytes.count) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: SignedNoteError.self, "bit \(bit)") {
        try SignedNote(parsing: damaged).verify(keys: [key])
      }
    }
  }

  @Test func unknownSignaturesArePassedOverAndKnownOnesMustVerify() throws {
    let first = try NoteSignerKey.generate(name: "example.com/a")
    let second = try NoteSignerKey.generate(name: "example.com/b")
    let sameName = try NoteSignerKey.generate(name: "example.com/a")
    let note = try SignedNote.sign("text\n", with: [first, sameName, second])
    #expect(try note.verify(keys: [first.verifierKey]) == [note.signatures[0]])
    #expect(
      try note.verify(keys: [second.verifierKey, first.verifierKey])
        == [note.signatures[0], note.signatures[2]])
    #expect(throws: SignedNoteError.noKnownSignature) { try note.verify(keys: []) }
    let other = try SignedNote.sign("other\n", with: [second])
    let mixed = try SignedNote(
      text: "text\n", signatures: [note.signatures[0], other.signatures[0]])
    #expect(try mixed.verify(keys: [first.verifierKey]).count == 1)
    #expect(
      throws: SignedNoteError.invalidSignature(
        name: "example.com/b", keyHash: second.verifierKey.keyHash)
    ) { try mixed.verify(keys: [first.verifierKey, second.verifierKey]) }
    // The same key given twice is one key.
    #expect(try note.verify(keys: [first.verifierKey, first.verifierKey]).count == 1)
  }

  @Test func refusesToMakeWhatItWouldNotRead() throws {
    let key = try NoteSignerKey.generate(name: "example.com/a")
    for text in ["", "no newline", "tab\t\n", "return\r\n"] {
      #expect(throws: SignedNoteError.malformedText) {
        try SignedNote.sign(text, with: [key])
      }
    }
    #expect(throws: SignedNoteError.missingSignatures) { try SignedNote.sign("a\n", with: []) }
    #expect(throws: SignedNoteError.malformedKeyName(line: 3)) {
      try SignedNote(
        text: "a\n", signatures: [NoteSignature(name: "b c", keyHash: 1, bytes: [1])])
    }
    #expect(throws: SignedNoteError.signatureTooShort(line: 3, found: 4, needed: 5)) {
      try SignedNote(text: "a\n", signatures: [NoteSignature(name: "b", keyHash: 1, bytes: [])])
    }
    let signature = NoteSignature(name: "b", keyHash: 1, bytes: [1])
    #expect(throws: SignedNoteError.tooManySignatures(found: 101, limit: 100)) {
      try SignedNote(text: "a\n", signatures: Array(repeating: signature, count: 101))
    }
    #expect(throws: SignedNoteError.self) {
      try SignedNote(
        text: String(repeating: "x", count: SignedNote.byteCountMax) + "\n",
        signatures: [signature])
    }
  }
}
