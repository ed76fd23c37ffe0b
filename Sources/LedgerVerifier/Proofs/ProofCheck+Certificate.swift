public import LedgerFormat
internal import MerkleLog
public import Provenance

extension ProofCheck {
  /// Checks a deletion certificate: signature, proofs, that nothing is left out of its evidence,
  /// and that what it states is what that evidence shows.
  mutating func certificate(_ bytes: [UInt8]) {
    let file: CertificateFile
    do throws(CertificateFileError) {
      file = try CertificateFile(parsing: bytes)
    } catch {
      return fail(.proofMalformed, "\(error)")
    }
    report.take(file.content.checkpoint)
    do {
      let listed = try file.check(keys: options.trustedKeys)
      try takeCertificate(file, listed: listed)
    } catch CertificateError.signature(let error) {
      fail(.signatureInvalid, "the certificate: \(error)")
    } catch {
      fail(.proofInvalid, "\(error)")
    }
    if let attestation = file.content.attestation {
      checkCosignatures(attestation.oldNote)
    } else {
      for key in options.cosignerKeys {
        fail(.cosignatureMissing, "the certificate has no attestation by \(key.name)")
      }
    }
    if let later = options.later { checkLater(later, than: file.content.history.evidence) }
  }

  private mutating func takeCertificate(_ file: CertificateFile, listed: [UInt64]) throws {
    let content = file.content
    let statement = try CertificateStatement(parsing: content.statement)
    var closures: [Closure] = []
    var firstRecords: [UInt64?] = []
    for proof in content.closures {
      let proven = try proof.check(keys: options.trustedKeys)
      firstRecords.append(proven.histories[proof.question.root]?.first)
      closures.append(try Closure.compute(ClosureQuery(proof.question), from: proven))
      report.knownGapCount += proven.gaps.count
    }
    let evidence = try CertifiedEvidence(
      content, request: statement.request, listed: listed, facts: statement.facts,
      closures: closures, firstRecords: firstRecords)
    for (number, proof) in content.closures.enumerated() {
      let question = statement.question(
        number, first: firstRecords[number] ?? 0, size: evidence.indexRecord,
        records: evidence.records)
      guard proof.question == question.question else {
        throw CertifiedEvidenceError.otherQuestion(closure: number)
      }
    }
    for problem in evidence.problems(with: statement.facts) {
      fail(.certificateUnfounded, "\(problem)")
    }
    if let previous = evidence.previousCertificate, previous != statement.previous {
      fail(.certificateUnfounded, "A1: the last certificate on record is not the one named")
    }
    guard statement.json(evidence) == content.statement else {
      return fail(
        .certificateUnfounded, "the statement says something else than its evidence shows")
    }
    report.certificate = CheckedCertificate(
      identifier: statement.identifier, request: statement.request,
      issuedAt: statement.issuedAt, result: evidence.result, evidence: evidence)
  }

  /// Checks that a later checkpoint continues the certificate's.
  private mutating func checkLater(_ bytes: [UInt8], than evidence: IndexEvidence) {
    let checkpoint = evidence.checkpoint
    if let file = try? ConsistencyProofFile(parsing: bytes) {
      checkSignatures(file.newNote, called: "the later checkpoint")
      guard file.oldCheckpoint == checkpoint else {
        return fail(.proofInvalid, "the consistency proof begins at another checkpoint")
      }
      do throws(ProofError) {
        try file.check()
        report.laterSize = file.newCheckpoint.size
      } catch {
        fail(.proofInvalid, "the later checkpoint: \(error)")
      }
      return
    }
    guard let note = try? SignedNote(parsing: bytes),
      let later = try? Checkpoint(parsing: note.text)
    else { return stop(.argumentUnused, "--since is neither a checkpoint nor a consistency proof") }
    checkSignatures(note, called: "the later checkpoint")
    guard NoteKeyName.areSame(later.origin, checkpoint.origin) else {
      return fail(.originMismatch, "the later checkpoint is of \(later.origin)")
    }
    guard later.size >= checkpoint.size else {
      return stop(
        .argumentUnused,
        "--since is a checkpoint of \(later.size) records, older than the certificate's of "
          + "\(checkpoint.size)")
    }
    guard later.size == checkpoint.size else {
      return stop(
        .argumentMissing,
        "a checkpoint of another size needs a consistency proof, made with: ledgerstone prove "
          + "LEDGER --since CERTIFICATE")
    }
    guard later.root == checkpoint.root else {
      return fail(.fork, "the checkpoint of the same size has another root")
    }
    report.laterSize = later.size
  }
}

/// What a certificate that holds says.
public struct CheckedCertificate: Sendable {
  public var identifier: String
  public var request: String
  public var issuedAt: Timestamp
  public var result: CertifiedEvidence.Result
  public var evidence: CertifiedEvidence
}
