internal import LedgerCryptography
public import MerkleLog

/// Why a certificate's signature or proofs do not hold, one case per check.
public enum CertificateError: Error, Hashable, Sendable {
  /// No known key signed the certificate, or one did so wrongly.
  case signature(SignedNoteError)
  /// The certificate is not signed under the name that its checkpoint carries.
  case foreignSignature(origin: String)
  /// What is signed is not this content.
  case contentDiffers
  /// The history of the request is not complete, or not signed.
  case history(IndexProofError)
  /// The history is not asked for from the first record on.
  case historyCut(since: UInt64)
  /// A closure stands on another checkpoint than the history.
  case otherCheckpoint(closure: Int)
  /// The records cited are not in the tree at their places.
  case recordInclusion(ProofError)
  /// The attested checkpoint does not lead to the certificate's.
  case attestation(ProofError)
  /// The attestation ends at another checkpoint than the certificate's.
  case attestationElsewhere
}

extension CertificateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .signature(let error): "the certificate: \(error)"
    case .foreignSignature(let origin): "the certificate is not signed by \(origin)"
    case .contentDiffers: "the signature is over other content: the certificate was changed"
    case .history(let error): "the history of the request: \(error)"
    case .historyCut(let since): "the history of the request begins at record \(since), not at 0"
    case .otherCheckpoint(let number):
      "closure \(number) stands on another checkpoint than the history of the request"
    case .recordInclusion(let error): "the records cited: \(error)"
    case .attestation(let error): "the attestation: \(error)"
    case .attestationElsewhere: "the attestation does not end at the certificate's checkpoint"
    }
  }
}

extension CertificateFile {
  /// Checks signature, hash and all proofs but those of the closures, which are checked where they
  /// are computed.
  ///
  /// - Parameter keys: verifier keys of the ledger that the caller trusts.
  /// - Returns: all records of the request that the committed index has, ascending.
  public func check(keys: [NoteVerifierKey]) throws(CertificateError) -> [UInt64] {
    let signatures: [NoteSignature]
    do throws(SignedNoteError) {
      signatures = try note.verify(keys: keys)
    } catch {
      throw .signature(error)
    }
    let checkpoint = content.checkpoint
    guard signatures.contains(where: { NoteKeyName.areSame($0.name, checkpoint.origin) }) else {
      throw .foreignSignature(origin: checkpoint.origin)
    }
    guard note.text.utf8.elementsEqual(content.noteText.utf8) else { throw .contentDiffers }
    return try content.check(keys: keys)
  }
}

extension CertificateContent {
  func check(keys: [NoteVerifierKey]) throws(CertificateError) -> [UInt64] {
    guard history.since == 0 else { throw .historyCut(since: history.since) }
    let records: [UInt64]
    do throws(IndexProofError) {
      records = try history.check(keys: keys).records
    } catch {
      throw .history(error)
    }
    for (number, closure) in closures.enumerated()
    where closure.evidence.checkpoint != checkpoint {
      throw .otherCheckpoint(closure: number)
    }
    do throws(ProofError) {
      try SelectionProof(
        indexes: self.records.map(\.index), treeSize: checkpoint.size, hashes: recordHashes
      ).check(leafHashes: recordBytes.map { MerkleHash.leaf($0) }, root: checkpoint.root)
    } catch {
      throw .recordInclusion(error)
    }
    try checkAttestation()
    return records
  }

  private func checkAttestation() throws(CertificateError) {
    guard let attestation else { return }
    guard attestation.newCheckpoint == checkpoint else { throw .attestationElsewhere }
    do throws(ProofError) {
      try attestation.check()
    } catch {
      throw .attestation(error)
    }
  }

  /// Who says to have derived the index anew, and up to which size: cosigners of the attested
  /// checkpoint whose name ends in `/index`. Their signatures are the caller's to verify.
  public var attesters: [(name: String, size: UInt64)] {
    guard let attestation else { return [] }
    var names: [String] = []
    for signature in attestation.oldNote.signatures
    where signature.name.utf8.suffix(6).elementsEqual("/index".utf8)
      && Cosignature(signature) != nil
    {
      if !names.contains(where: { NoteKeyName.areSame($0, signature.name) }) {
        names.append(signature.name)
      }
    }
    return names.map { ($0, attestation.oldCheckpoint.size) }
  }
}
