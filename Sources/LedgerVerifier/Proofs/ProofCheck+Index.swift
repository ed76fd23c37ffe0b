internal import LedgerFormat
internal import MerkleLog
internal import Provenance

extension ProofCheck {
  /// Checks that an entity's records are exactly those listed.
  mutating func completeness(_ bytes: [UInt8]) {
    let file: CompletenessProofFile
    do throws(IndexProofFileError) {
      file = try CompletenessProofFile(parsing: bytes)
    } catch {
      return fail(.proofMalformed, "\(error)")
    }
    take(file.evidence, file.key)
    report.range = file.since..<max(file.since, file.evidence.indexRecord)
    do throws(IndexProofError) {
      let complete = try file.check(keys: options.trustedKeys)
      report.records = complete.records
    } catch {
      fail(error)
    }
    checkCosignatures(file.evidence.note)
  }

  /// Checks that a signed index leaves out a record.
  mutating func omission(_ bytes: [UInt8]) {
    let file: OmissionProofFile
    do throws(IndexProofFileError) {
      file = try OmissionProofFile(parsing: bytes)
    } catch {
      return fail(.proofMalformed, "\(error)")
    }
    take(file.evidence, file.key)
    report.index = file.index
    do throws(IndexProofError) {
      let omitted = try file.check(keys: options.trustedKeys)
      report.record = omitted.record
      report.leafHash = MerkleHash.leaf(file.recordBytes)
    } catch {
      fail(error, record: file.index)
    }
    checkCosignatures(file.evidence.note)
  }

  /// Checks that histories are complete, and computes the closure that follows from them.
  mutating func closure(_ bytes: [UInt8]) {
    let file: ClosureProofFile
    do throws(IndexProofFileError) {
      file = try ClosureProofFile(parsing: bytes)
    } catch {
      return fail(.proofMalformed, "\(error)")
    }
    take(file.evidence, file.question.root)
    report.range = 0..<file.evidence.indexRecord
    do {
      let proven = try file.check(keys: options.trustedKeys)
      report.closure = try Closure.compute(ClosureQuery(file.question), from: proven)
      report.knownGapCount = proven.gaps.count
      report.givenErasure = file.question.erasure
    } catch ClosureProofError.index(let error) {
      fail(error)
    } catch {
      fail(.proofInvalid, "\(error)")
    }
    checkCosignatures(file.evidence.note)
  }

  private mutating func take(_ evidence: IndexEvidence, _ key: EntityKey) {
    report.take(evidence.checkpoint)
    report.entity = key
  }

  private mutating func fail(_ error: IndexProofError, record: UInt64? = nil) {
    if case .signature(let reason) = error {
      return fail(.signatureInvalid, "the checkpoint: \(reason)")
    }
    fail(.proofInvalid, "\(error)", record: record)
  }
}
