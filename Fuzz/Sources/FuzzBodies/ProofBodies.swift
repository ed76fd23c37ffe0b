import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import MerkleLog
import Provenance

extension FuzzBody {
  /// The key that every proof of the corpora is signed with: made of 32 zero bytes.
  private static let keys: [NoteVerifierKey] = {
    let seed = [UInt8](repeating: 0, count: 32)
    let key = try? NoteSignerKey(
      name: "fuzz.example/ledger", seed: SecretBytes(copying: seed.rawSpan))
    return key.map { [$0.verifierKey] } ?? []
  }()

  /// Whatever it is, the verifier must come to a verdict.
  private static func verify(_ bytes: [UInt8]) {
    var options = ProofOptions()
    options.trustedKeys = keys
    options.entry = bytes
    let report = ProofVerification.verify(bytes, options: options)
    require(
      report.status != .notValid || !report.findings.isEmpty, "a verdict without a reason")
    _ = (report.lines, report.json())
  }

  static let signedNote = FuzzBody("signed-note") { bytes in
    verify(bytes)
    guard let note = try? SignedNote(parsing: bytes) else { return }
    require(note.encoded == bytes, "a note is parsed without loss")
    _ = try? note.verify(keys: keys)
    guard let checkpoint = try? Checkpoint(parsing: note.text) else { return }
    require(checkpoint.text == note.text, "a checkpoint is canonical")
  }

  static let inclusionProof = FuzzBody("inclusion-proof") { bytes in
    verify(bytes)
    guard let file = try? InclusionProofFile(parsing: bytes) else { return }
    require(file.encoded == bytes, "a proof file is canonical")
    try? file.check(leafHash: MerkleHash.leaf(bytes))
  }

  static let consistencyProof = FuzzBody("consistency-proof") { bytes in
    verify(bytes)
    guard let file = try? ConsistencyProofFile(parsing: bytes) else { return }
    require(file.encoded == bytes, "a proof file is canonical")
    try? file.check()
  }

  static let completenessProof = FuzzBody("completeness-proof") { bytes in
    verify(bytes)
    guard let file = try? CompletenessProofFile(parsing: bytes) else { return }
    require(file.encoded == bytes, "a proof file is canonical")
    _ = try? file.check(keys: keys)
    if let records = try? file.checkedRecords() {
      require(
        zip(records, records.dropFirst()).allSatisfy { $0 < $1 }, "records ascend")
    }
  }

  static let omissionProof = FuzzBody("omission-proof") { bytes in
    verify(bytes)
    guard let file = try? OmissionProofFile(parsing: bytes) else { return }
    require(file.encoded == bytes, "a proof file is canonical")
    _ = try? file.check(keys: keys)
  }

  static let closureProof = FuzzBody("closure-proof") { bytes in
    verify(bytes)
    guard let file = try? ClosureProofFile(parsing: bytes) else { return }
    require(file.encoded == bytes, "a proof file is canonical")
    _ = try? file.check(keys: keys)
  }

  static let certificate = FuzzBody("certificate") { bytes in
    verify(bytes)
    if let file = try? CertificateFile(parsing: bytes) {
      require(file.encoded == bytes, "a certificate is canonical")
      _ = try? file.check(keys: keys)
    }
    // What people hand in beside it.
    guard let facts = try? CertificateFacts(parsing: bytes) else { return }
    require(!facts.scope.isEmpty, "facts have a scope")
  }

  /// Salt and bytes of a body, handed to an auditor.
  static let opening = FuzzBody("opening") { bytes in
    guard let opening = try? BodyOpening(parsing: bytes) else { return }
    let again = try? BodyOpening(parsing: Array(opening.encoded.utf8))
    require(again == opening, "what is encoded is parsed")
    require(opening.salt.count == 16, "a salt has 16 bytes")
    guard opening.slot.record < 1 << 40, opening.slot.body < 8 else { return }
    // A record that commits to it, so that the checks behind the first are reached.
    var content = RecordContent(kind: "access", source: "fuzz")
    content.bodies = (0...opening.slot.body).map { _ in
      BodyDescription(
        contentType: "text/plain", byteCount: UInt64(opening.bytes.count),
        commitment: SHA256Hasher.hash(opening.salt + opening.bytes),
        tag: opening.seal.map { SHA256Hasher.hash($0.key) })
    }
    let header = RecordHeader(
      previousLeafHash: .zero, index: opening.slot.record,
      recordedTime: Timestamp(microseconds: 0), content: content)
    let plain = try? opening.check(header)
    require(opening.seal != nil || plain == opening.bytes, "another body than the opening's")
  }

  /// A run file: whatever it answers follows from its own root.
  static let runFile = FuzzBody("run-file") { bytes in
    guard
      let reader = try? RunReader(
        source: RunBytes(bytes), fileByteCount: UInt64(bytes.count), ledger: nil)
    else { return }
    for seed in [[UInt8](), [0x83, 1, 0x61, 0x61, 0x61, 0x62], Array(bytes.prefix(40))] {
      let digest = SHA256Hasher.hash(seed)
      if let answer = try? reader.answer(keyHash: digest) {
        do {
          try answer.check(keyHash: digest, run: reader.commitment)
        } catch {
          fail("a run answers with what its root does not bear out: \(error)")
        }
      }
      _ = try? reader.records(keyHash: digest, limit: 1_000)
    }
  }

  static let nameDictionary = FuzzBody("name-dictionary") { bytes in
    guard
      let reader = try? NameDictionaryReader(
        source: RunBytes(bytes), fileByteCount: UInt64(bytes.count), ledger: nil)
    else { return }
    for type in EntityType.allCases {
      let query = NameQuery(type: type, namespacePrefix: "")
      _ = try? reader.names(matching: query, limit: 100)
    }
  }
}
