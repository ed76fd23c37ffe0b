import LedgerCryptography
import MerkleLog
import Testing

/// Cosignatures of c2sp.org/tlog-cosignature. The known answer was computed from the specification
/// with Python's `cryptography`, seed 00…1f.
@Suite struct CosignatureTests {
  static let vkey =
    "auditor.example/index+8d10b72a+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
  static let skey =
    "PRIVATE+KEY+auditor.example/index+8d10b72a+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
  static let text =
    "acme.example/provenance\n3\nrdCoV03XaDKPKdaYKXG6194MyYMUVhUSyk0oJ9v56ts=\n"
  static let line =
    "— auditor.example/index jRC3KgAAAABqsTuADrKDLtRfRqe50j3UjOEfXfP+bReavb9asYaDrhmne6yMkHL50SdK"
    + "tiMucrKs/ibNUtQ8PzuB+p4cxp35+3veAg==\n"

  private static func note(_ signatures: [NoteSignature]) throws -> SignedNote {
    try SignedNote(text: text, signatures: signatures)
  }

  @Test func knownAnswer() throws {
    let signer = try NoteSignerKey(privateText: Self.skey, algorithm: .cosignature)
    #expect(signer.verifierKey.vkey == Self.vkey)
    #expect(signer.privateText() == Self.skey)
    let signature = try signer.cosign(Self.text, time: 1_790_000_000)
    #expect(try Self.note([signature]).encoded == Array("\(Self.text)\n\(Self.line)".utf8))
    #expect(Cosignature(signature)?.time == 1_790_000_000)
    let key = try NoteVerifierKey(vkey: Self.vkey, algorithm: .cosignature)
    #expect(try Self.note([signature]).verify(keys: [key]) == [signature])
  }

  /// A cosigner's key is never taken for a log's, nor the other way round.
  @Test func keysAreNotInterchangeable() throws {
    #expect(throws: NoteKeyError.unsupportedAlgorithm(found: 4)) {
      try NoteVerifierKey(vkey: Self.vkey)
    }
    #expect(throws: NoteKeyError.unsupportedAlgorithm(found: 4)) {
      try NoteSignerKey(privateText: Self.skey)
    }
    #expect(throws: NoteKeyError.unsupportedAlgorithm(found: 1)) {
      try NoteVerifierKey(vkey: NoteKeyTests.vkey, algorithm: .cosignature)
    }
    let cosigner = try NoteSignerKey(privateText: Self.skey, algorithm: .cosignature)
    let log = try #require(
      NoteVerifierKey(
        name: cosigner.verifierKey.name, publicKey: cosigner.verifierKey.publicKey))
    #expect(log != cosigner.verifierKey)
    let note = try Self.note([try cosigner.cosign(Self.text, time: 1)])
    #expect(throws: SignedNoteError.noKnownSignature) { try note.verify(keys: [log]) }
  }

  @Test func everyFlipIsFound() throws {
    let key = try NoteVerifierKey(vkey: Self.vkey, algorithm: .cosignature)
    let signer = try NoteSignerKey(privateText: Self.skey, algorithm: .cosignature)
    let signature = try signer.cosign(Self.text, time: 1_790_000_000)
    let refused = SignedNoteError.invalidSignature(name: key.name, keyHash: key.keyHash)
    for offset in signature.bytes.indices {
      for bit in 0..<8 {
        var bytes = signature.bytes
        bytes[offset] ^= 1 << UInt8(bit)
        let damaged = NoteSignature(name: key.name, keyHash: key.keyHash, bytes: bytes)
        #expect(throws: refused) { try Self.note([damaged]).verify(keys: [key]) }
      }
    }
    let other = try SignedNote(
      text: Self.text.replacing("3", with: "4"), signatures: [signature])
    #expect(throws: refused) { try other.verify(keys: [key]) }
  }

  @Test(arguments: [0, 8, 63, 64, 71, 73, 136])
  func wrongLengthsAreRefused(_ count: Int) throws {
    let key = try NoteVerifierKey(vkey: Self.vkey, algorithm: .cosignature)
    let bytes = [UInt8](repeating: 0, count: count)
    #expect(Cosignature(NoteSignature(name: key.name, keyHash: key.keyHash, bytes: bytes)) == nil)
  }

  /// Times are below 2^63.
  @Test func timeLimit() throws {
    let bytes = [0x80] + [UInt8](repeating: 0, count: 71)
    #expect(Cosignature(NoteSignature(name: "a", keyHash: 1, bytes: bytes)) == nil)
    let last = [0x7F] + [UInt8](repeating: 0xFF, count: 71)
    #expect(
      Cosignature(NoteSignature(name: "a", keyHash: 1, bytes: last))?.time == UInt64(Int64.max))
  }
}
