import LedgerCryptography
import MerkleLog
import Testing

@testable import LedgerFormat

/// The form of a certificate; what it says is tested where it is made.
@Suite struct CertificateFileTests {
  private func refusal(_ bytes: [UInt8]) -> CertificateFileError? {
    do throws(CertificateFileError) {
      _ = try CertificateFile(parsing: bytes)
      return nil
    } catch {
      return error
    }
  }

  private func with(_ field: String, _ text: String) throws -> [UInt8] {
    try Golden.fields("certificate").flatMap { $0.name == field ? Array(text.utf8) : $0.bytes }
  }

  @Test func golden() throws {
    let bytes = try Golden.bytes("certificate")
    let file = try CertificateFile(parsing: bytes)
    #expect(file.encoded == bytes)
    #expect(file.content.statement == Array("{\"certificate\":\"example\"}".utf8))
    #expect(file.content.records.map(\.index) == [1])
    #expect(file.content.history.encoded == (try Golden.bytes("completeness-proof")))
    #expect(file.content.closures.isEmpty && file.content.attestation == nil)
    // Python hashed the same bytes.
    #expect(file.note.text == file.content.noteText)
    let checkpoint = file.content.checkpoint
    try SelectionProof(
      indexes: [1], treeSize: checkpoint.size, hashes: file.content.recordHashes
    ).check(
      leafHashes: [MerkleHash.leaf(file.content.recordBytes[0])], root: checkpoint.root)
    // The signatures are made up.
    #expect(throws: CertificateError.signature(.noKnownSignature)) { try file.check(keys: []) }
    #expect((try? Checkpoint(parsing: file.content.noteText)) == nil)
  }

  @Test func everyFieldIsChecked() throws {
    #expect(try refusal(with("format", "ledgerstone/certificate@v2\n")) == .wrongHeader)
    #expect(
      try refusal(with("statement", "statemen {}\n"))
        == .malformedLine(field: "statement", line: 2))
    #expect(
      try refusal(with("statement", "statement \n"))
        == .malformedLine(field: "statement", line: 2))
    #expect(
      try refusal(with("record", "record ?\n")) == .malformedLine(field: "record", line: 3))
    #expect(try refusal(with("hash beside the record", "A\n")) != nil)
    for count in ["history\n", "history 0\n", "history 1\n", "history 010\n", "history 99\n"] {
      #expect(try refusal(with("history", count)) != nil, "\(count)")
    }
    #expect(try refusal(with("note: hash", "")) == nil, "the hash is compared, not read")
    #expect(try refusal(with("note: signature", "")) != nil)
    #expect(try refusal(with("note: origin", "")) == nil)
  }

  @Test func cutAnywhere() throws {
    let bytes = try Golden.bytes("certificate")
    for count in bytes.indices { #expect(refusal(Array(bytes.prefix(count))) != nil, "\(count)") }
    #expect(refusal(bytes + [0x0A]) != nil)
  }

  @Test func recordsAscend() throws {
    let content = try CertificateFile(parsing: Golden.bytes("certificate")).content
    let twice = content.recordBytes + content.recordBytes
    #expect(throws: CertificateFileError.record(.recordsOutOfOrder(line: 4))) {
      _ = try CertificateContent(
        statement: content.statement, recordBytes: twice, recordHashes: [],
        history: content.history, closures: [], attestation: nil)
    }
    for statement in [[], Array("{}\n".utf8)] {
      #expect(throws: CertificateFileError.malformedLine(field: "statement", line: 2)) {
        _ = try CertificateContent(
          statement: statement, recordBytes: content.recordBytes, recordHashes: [],
          history: content.history, closures: [], attestation: nil)
      }
    }
  }
}
