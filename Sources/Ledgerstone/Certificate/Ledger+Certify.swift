internal import Foundation
internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
internal import Provenance

extension Ledger {
  /// Issues a deletion certificate: one file that verifies without the ledger.
  ///
  /// In this order: an index record over everything, unless the last record is one; the file is put
  /// together under its checkpoint, checked as a verifier does, and signed with the ledger's key;
  /// `keep` stores it; a `ledger/exported` record has its hash, and a checkpoint is signed. A crash
  /// before the record leaves a good file that the next certificate does not name.
  ///
  /// Issuing again makes another certificate, which names the one before by its hash.
  ///
  /// - Parameter keep: stores the file where it is wanted; what it throws ends everything before
  ///   the record.
  /// - Throws: `invalid` with every reason at once if none can be given; `noLedger` and others as
  ///   `append`; what `keep` throws.
  public func certify(
    _ order: CertificateOrder, keep: (IssuedCertificate) throws -> Void
  ) async throws -> IssuedCertificate {
    _ = try await index()
    let assembly = try await assemble(order)
    let content = assembly.content
    let note = try await signature(over: content.noteText)
    let file = CertificateFile(content: content, note: note)
    var issued = IssuedCertificate(
      file: file.encoded, statement: assembly.statement, evidence: assembly.evidence, record: 0)
    try keep(issued)
    let record = LedgerRecords.exportedCertificate(
      issued.statement, hash: SHA256Hasher.hash(issued.file), index: assembly.evidence.indexRecord)
    var batch = makeBatch()
    try batch.append(record)
    guard case .recorded(let receipt)? = try await append(batch).first else {
      throw LedgerError(.conflict, "the record of the certificate was taken for another one")
    }
    issued.record = receipt.index
    _ = try await checkpoint()
    return issued
  }

  /// Reads what the certificate needs, on a queue of its own: that takes long, and appends that
  /// wait for their receipts need the threads that they run on.
  private func assemble(
    _ order: CertificateOrder
  ) async throws(LedgerError) -> CertificateAssembly {
    let result: Result<CertificateAssembly, LedgerError> = await withCheckedContinuation {
      continuation in
      certifying.async { [self] in
        continuation.resume(
          returning: Result { () throws(LedgerError) in
            let reader = try LedgerReader.open(at: location, fileSystem: options.fileSystem)
            return try CertificateAssembly(
              order, reader, issuedAt: options.clock.now(), verifierKey: reader.verifierKey)
          })
      }
    }
    return try result.get()
  }

  /// A note over `text`, which is no checkpoint, signed with the ledger's key.
  private func signature(over text: String) async throws(LedgerError) -> SignedNote {
    let result: Result<SignedNote, LedgerError> = await withCheckedContinuation { continuation in
      let isAccepted = pipeline.perform { committer in
        continuation.resume(
          returning: Result { () throws(LedgerError) in
            try committer.requireHealth()
            return try committer.signer.sign(text: text)
          })
      }
      if !isAccepted {
        continuation.resume(returning: .failure(LedgerError(.closed, "the ledger was closed")))
      }
    }
    return try result.get()
  }
}

extension CheckpointSigner {
  /// Signs a text that nobody can take for a checkpoint.
  func sign(text: String) throws(LedgerError) -> SignedNote {
    guard (try? Checkpoint(parsing: text)) == nil else {
      throw LedgerError(.invalid, "a checkpoint is signed over the tree only")
    }
    do throws(SignedNoteError) {
      return try SignedNote.sign(text, with: [key])
    } catch {
      throw LedgerError(.invalid, "the certificate could not be signed: \(error)")
    }
  }
}

extension LedgerRecords {
  /// A certificate left the ledger.
  static func exportedCertificate(
    _ statement: CertificateStatement, hash: SHA256Digest, index: UInt64
  ) -> RecordContent {
    var content = RecordContent(kind: RecordKind.ledgerExported.rawValue, source: source)
    content.entities = [ErasureRecords.requestEntity(statement.request)]
    content.attributes["certificate"] = .text(statement.identifier)
    content.attributes["format"] = .text(CertificateContent.header)
    content.attributes["sha256"] = .bytes(hash.bytes.copied())
    content.references = [RecordReference(relation: .cites, index: index)]
    return content
  }
}
