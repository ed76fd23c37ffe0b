import LedgerCryptography
import MerkleLog
import Testing

/// Keys of the Go module x/mod's documentation, and of c2sp.org/signed-note.
@Suite struct NoteKeyTests {
  static let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let skey =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"

  @Test(arguments: [
    vkey, "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
  ])
  func publishedVerifierKeys(_ text: String) throws {
    let key = try NoteVerifierKey(vkey: text)
    #expect(key.vkey == text)
    #expect(text.hasPrefix(key.name + "+" + String(key.keyHash, radix: 16) + "+"))
    #expect(NoteVerifierKey(name: key.name, publicKey: key.publicKey) == key)
  }

  @Test func publishedSigningKey() throws {
    let key = try NoteSignerKey(privateText: Self.skey)
    #expect(key.verifierKey.vkey == Self.vkey)
    #expect(key.privateText() == Self.skey)
  }

  @Test(
    arguments: [
      ("no part", "PeterNeumann", .wrongPartCount(expected: 3, found: 1)),
      ("no key", "PeterNeumann+c74f20a3", .wrongPartCount(expected: 3, found: 2)),
      ("empty", "", .wrongPartCount(expected: 3, found: 1)),
      ("empty name", "+c74f20a3+AQ==", .malformedName),
      ("space in name", "Peter Neumann+c74f20a3+AQ==", .malformedName),
      ("no-break space in name", "Peter\u{a0}Neumann+c74f20a3+AQ==", .malformedName),
      ("newline in name", "Peter\nNeumann+c74f20a3+AQ==", .malformedName),
      ("short hash", "PeterNeumann+c74f20a+AQ==", .malformedKeyHash),
      ("long hash", "PeterNeumann+0c74f20a3+AQ==", .malformedKeyHash),
      ("upper-case hash", "PeterNeumann+C74F20A3+AQ==", .malformedKeyHash),
      ("no hash digit", "PeterNeumann+c74f20ag+AQ==", .malformedKeyHash),
      ("empty key", "PeterNeumann+c74f20a3+", .malformedKey),
      ("unpadded key", "PeterNeumann+c74f20a3+AQ", .malformedKey),
      ("final newline", vkey + "\n", .malformedKey),
      (
        "unused bits", String(vkey.dropLast(4)) + "10T=", .malformedKey
      ),
      ("no key bytes", "PeterNeumann+c74f20a3+AQ==", .wrongKeyLength(expected: 32, found: 0)),
      (
        "long key", "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEQ==",
        .wrongKeyLength(expected: 32, found: 36)
      ),
      (
        "unknown algorithm", "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        .unsupportedAlgorithm(found: 0x65)
      ),
      ("cosignature key", "a+00000000+BA==", .unsupportedAlgorithm(found: 4)),
      (
        "another hash", "PeterNeumann+c74f20a2+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        .keyHashMismatch(expected: 0xc74f_20a3, found: 0xc74f_20a2)
      ),
    ] as [(String, String, NoteKeyError)])
  func refusesVerifierKey(damage: String, text: String, expected: NoteKeyError) {
    #expect(throws: expected) { try NoteVerifierKey(vkey: text) }
  }

  @Test func refusesTheKeyUnderAnotherName() {
    #expect(throws: NoteKeyError.self) {
      try NoteVerifierKey(vkey: Self.vkey.replacing("Peter", with: "Pieter"))
    }
  }

  @Test(
    arguments: [
      ("a verifier key", vkey, .notAPrivateKey),
      ("empty", "", .notAPrivateKey),
      ("lower case", skey.lowercased(), .notAPrivateKey),
      ("no parts", "PRIVATE+KEY+", .wrongPartCount(expected: 3, found: 1)),
      ("empty name", "PRIVATE+KEY++c74f20a3+AQ==", .malformedName),
      ("final newline", skey + "\n", .malformedKey),
      ("short seed", "PRIVATE+KEY+a+c74f20a3+AQEB", .wrongKeyLength(expected: 32, found: 2)),
      ("unknown algorithm", "PRIVATE+KEY+a+c74f20a3+AgEB", .unsupportedAlgorithm(found: 2)),
      (
        "another hash", skey.replacing("c74f20a3", with: "c74f20a4"),
        .keyHashMismatch(expected: 0xc74f_20a3, found: 0xc74f_20a4)
      ),
    ] as [(String, String, NoteKeyError)])
  func refusesSigningKey(damage: String, text: String, expected: NoteKeyError) {
    #expect(throws: expected) { try NoteSignerKey(privateText: text) }
  }

  @Test func generatedKeysDifferAndSign() throws {
    let first = try NoteSignerKey.generate(name: "example.com/log")
    let second = try NoteSignerKey.generate(name: "example.com/log")
    #expect(first.verifierKey != second.verifierKey)
    let note = try SignedNote.sign("text\n", with: [first])
    #expect(try note.verify(keys: [first.verifierKey]).count == 1)
    #expect(throws: SignedNoteError.noKnownSignature) {
      try note.verify(keys: [second.verifierKey])
    }
    let again = try NoteSignerKey(privateText: first.privateText())
    #expect(again.verifierKey == first.verifierKey)
    #expect(try SignedNote.sign("text\n", with: [again]) == note)
  }

  @Test(arguments: ["", "a+b", "a b", "a\u{2003}b", "a\nb", "a\tb", "a\u{1}b", "a\u{85}b"])
  func refusesName(_ name: String) {
    #expect(!NoteKeyName.isValid(name))
    #expect(throws: NoteKeyError.malformedName) { try NoteSignerKey.generate(name: name) }
    #expect(!Checkpoint.isValidOrigin(name))
  }

  /// "é" in its two forms: equal strings in Swift, but different keys.
  @Test func namesAreComparedAsBytes() throws {
    let key = try NoteSignerKey.generate(name: "caf\u{e9}").verifierKey
    let other = try #require(
      NoteVerifierKey(name: "cafe\u{301}", publicKey: key.publicKey))
    #expect(key.name == other.name)
    #expect(key != other)
    #expect(key.keyHash != other.keyHash)
    let signature = NoteSignature(name: other.name, keyHash: key.keyHash, bytes: [1])
    #expect(!signature.isBy(key))
  }
}
