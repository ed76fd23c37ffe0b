internal import LedgerCryptography
internal import LedgerFormat
public import MerkleLog

/// Checks a proof file with nothing but itself, a trusted key and the bytes it is about.
///
/// The first line tells the kinds apart: an inclusion proof (`c2sp.org/tlog-proof@v1`), a
/// consistency proof (`ledgerstone/consistency@v1`), or else a signed checkpoint.
public enum ProofVerification {
  /// Verifies one file.
  ///
  /// - Parameters:
  ///   - file: the whole proof file.
  ///   - entry: the exact bytes of the record's header; an inclusion proof needs them.
  ///   - opening: salt and bytes of one of the record's bodies, as `show --opening` prints them.
  ///   - keys: the keys that may have signed; at least one.
  public static func verify(
    _ file: [UInt8], entry: [UInt8]?, opening: [UInt8]?, keys: [NoteVerifierKey]
  ) -> VerificationReport {
    guard !keys.isEmpty else {
      return .couldNotCheck(.argumentMissing, "a proof is checked with a trusted key")
    }
    var check = ProofCheck(keys: keys)
    if file.starts(with: InclusionProofFile.header.utf8) {
      guard let entry else {
        return .couldNotCheck(
          .argumentMissing, "an inclusion proof is checked with the record's exact bytes (--entry)")
      }
      check.inclusion(file, entry: entry, opening: opening)
    } else if entry != nil || opening != nil {
      return .couldNotCheck(
        .argumentMissing, "--entry and --opening belong to an inclusion proof, which this is not")
    } else if file.starts(with: ConsistencyProofFile.header.utf8) {
      check.consistency(file)
    } else {
      do throws(NoteCheck.Unreadable) {
        check.note(try NoteCheck(file))
      } catch {
        return .couldNotCheck(
          .unknownProof,
          "this is no tlog-proof, no consistency proof and no checkpoint: \(error.reason)")
      }
    }
    return check.report
  }
}

extension VerificationReport {
  static func couldNotCheck(_ code: Obstacle.Code, _ message: String) -> VerificationReport {
    VerificationReport(
      status: .couldNotCheck(Obstacle(code, message)), findings: [], findingCount: 0, remarks: [],
      summary: VerificationSummary())
  }
}

/// One file under check.
private struct ProofCheck {
  let keys: [NoteVerifierKey]
  var findings: [Finding] = []
  var summary = VerificationSummary()

  init(keys: [NoteVerifierKey]) {
    self.keys = keys
    summary.keySource = .given
  }

  var report: VerificationReport {
    VerificationReport(
      status: findings.isEmpty ? .valid : .notValid, findings: findings,
      findingCount: findings.count, remarks: [], summary: summary)
  }

  /// A signed checkpoint: its signature, and that it is under the name of the key.
  mutating func note(_ note: NoteCheck) {
    findings += note.faults(keys: keys, allowsOthers: true)
    let origin = note.checkpoint.origin
    if !keys.contains(where: { $0.name.utf8.elementsEqual(origin.utf8) }) {
      findings.append(
        Finding(.originMismatch, "the checkpoint is of \(origin), the key of another ledger"))
    }
    summary.origin = origin
    summary.checkpointSize = note.checkpoint.size
    summary.checkpointRoot = note.checkpoint.root
  }

  private mutating func signed(_ signed: SignedNote) {
    do throws(NoteCheck.Unreadable) {
      note(try NoteCheck(signed.encoded))
    } catch {
      findings.append(Finding(.checkpointDamaged, error.reason))
    }
  }

  mutating func consistency(_ bytes: [UInt8]) {
    let file: ConsistencyProofFile
    do throws(ProofFileError) {
      file = try ConsistencyProofFile(parsing: bytes)
    } catch {
      findings.append(Finding(.proofMalformed, "not a consistency proof: \(error)"))
      return
    }
    signed(file.oldNote)
    signed(file.newNote)
    summary.savedCheckpointSize = file.oldCheckpoint.size
    do throws(ProofError) {
      try file.check()
    } catch {
      findings.append(
        Finding(.proofInvalid, "the proof does not lead from the one root to the other: \(error)"))
    }
  }

  mutating func inclusion(_ bytes: [UInt8], entry: [UInt8], opening: [UInt8]?) {
    let file: InclusionProofFile
    do throws(ProofFileError) {
      file = try InclusionProofFile(parsing: bytes)
    } catch {
      findings.append(Finding(.proofMalformed, "not an inclusion proof: \(error)"))
      return
    }
    let index = file.proof.index
    signed(file.note)
    do throws(ProofError) {
      try file.check(leafHash: MerkleHash.leaf(entry.rawSpan))
    } catch {
      findings.append(
        Finding(
          .proofInvalid, "the entry's proof does not lead to the signed root: \(error)",
          records: index...index))
    }
    do throws(FormatError) {
      let header = try RecordHeader.decode(entry.rawSpan)
      if header.index != index {
        findings.append(
          Finding(
            .headerInvalid, "the entry says that it is record \(header.index)",
            records: index...index))
      }
      if let opening { check(opening, of: header) }
    } catch {
      findings.append(
        Finding(.headerInvalid, "the entry is no record: \(error)", records: index...index))
    }
  }

  /// Salt and bytes against the commitment in the header.
  private mutating func check(_ bytes: [UInt8], of header: RecordHeader) {
    let index = header.index
    func fail(_ message: String) -> Finding {
      Finding(.openingInvalid, message, records: index...index)
    }
    guard let opening = BodyOpening(parsing: bytes) else {
      findings.append(fail("the opening is not what show --opening prints"))
      return
    }
    guard opening.record == index else {
      findings.append(fail("the opening is of record \(opening.record)"))
      return
    }
    guard header.content.bodies.indices.contains(opening.body) else {
      findings.append(fail("the record has no body \(opening.body)"))
      return
    }
    let body = header.content.bodies[opening.body]
    let committed = opening.salt + opening.bytes
    if SHA256Hasher.hash(committed) != body.commitment
      || UInt64(opening.bytes.count) != body.byteCount
    {
      findings.append(
        fail("body \(opening.body): salt and bytes are not what the record committed to"))
    } else {
      summary.bodyCount = 1
    }
  }
}
