internal import Foundation
internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog
public import Provenance

/// Puts a certificate together from what the newest index record commits to.
struct CertificateAssembly {
  let content: CertificateContent
  let statement: CertificateStatement
  let evidence: CertifiedEvidence

  init(
    _ order: CertificateOrder, _ reader: LedgerReader, issuedAt: Timestamp, verifierKey: String
  ) throws(LedgerError) {
    let (note, standing) = try reader.requireIndexNote()
    let key = CertifiedEvidence.requestKey(order.request)
    let (bytes, listed, _) = try reader.completenessProof(of: key)
    guard !listed.isEmpty else {
      throw LedgerError(
        .notFound, "no record is about the request '\(order.request)'; its id is compared as bytes")
    }
    let history = try translatingErrors { try CompletenessProofFile(parsing: bytes) }
    var stored: [UInt64: StoredRecord] = [:]
    let needed = try CertifiedEvidence.citedRecords(listed: listed) {
      (index) throws(LedgerError) -> RecordHeader in
      if let known = stored[index] { return known.header }
      let record = try reader.record(at: index)
      stored[index] = record
      return record.header
    }
    let cited = try needed.sorted().map { index throws(LedgerError) in
      if let known = stored[index] { return known }
      return try reader.record(at: index)
    }
    let hashes = try Self.hashes(of: cited, reader, note)
    let previous = Self.previous(cited)
    let statement = CertificateStatement(
      identifier: UUID().uuidString.lowercased(), previous: previous, request: order.request,
      issuedAt: issuedAt, tool: order.tool, verifierKey: verifierKey,
      silenceMicroseconds: order.silenceMicroseconds, facts: order.facts)
    let gaps = try reader.sequenceGaps(below: standing.record)
    let attestation = try Self.attestation(order, reader, note)
    let bare = try Self.content([UInt8(ascii: "-")], cited, hashes, history, [], attestation)
    let records = try Self.translating { () throws(CertifiedEvidenceError) in
      try CertifiedEvidence.requestRecords(bare, listed: listed)
    }
    var closures: [ProvenClosure] = []
    var firstRecords: [UInt64?] = []
    for (number, scope) in order.facts.scope.enumerated() {
      let first = try reader.records(naming: scope.entity, in: 0..<standing.record, limit: 1).first
      firstRecords.append(first)
      let query = statement.question(
        number, first: first ?? 0, size: standing.record, records: records)
      guard case .record(let origin) = query.origin, origin < standing.record else {
        throw LedgerError(
          .invalid,
          "D1 scope[\(number)].since: the ledger has \(counted(standing.record, "record"))")
      }
      closures.append(try reader.closureProof(of: query, sequenceGaps: gaps))
    }
    let files = try translatingErrors {
      try closures.map { try ClosureProofFile(parsing: $0.file) }
    }
    let draft = try Self.content(
      [UInt8(ascii: "-")], cited, hashes, history, files, attestation)
    evidence = try Self.translating { () throws(CertifiedEvidenceError) in
      try CertifiedEvidence(
        draft, request: order.request, listed: listed, facts: order.facts,
        closures: closures.map(\.closure), firstRecords: firstRecords)
    }
    let problems = evidence.problems(with: order.facts)
    guard problems.isEmpty else { throw LedgerError(certificateProblems: problems) }
    content = try Self.content(
      statement.json(evidence), cited, hashes, history, files, attestation)
    self.statement = statement
  }

  private static func translating<Value>(
    _ body: () throws(CertifiedEvidenceError) -> Value
  ) throws(LedgerError) -> Value {
    do throws(CertifiedEvidenceError) {
      return try body()
    } catch {
      throw LedgerError(.corrupt, "\(error)")
    }
  }

  private static func content(
    _ statement: [UInt8], _ cited: [StoredRecord], _ hashes: [SHA256Digest],
    _ history: CompletenessProofFile, _ closures: [ClosureProofFile],
    _ attestation: ConsistencyProofFile?
  ) throws(LedgerError) -> CertificateContent {
    do throws(CertificateFileError) {
      return try CertificateContent(
        statement: statement, recordBytes: cited.map(\.bytes), recordHashes: hashes,
        history: history, closures: closures, attestation: attestation)
    } catch {
      throw LedgerError(.invalid, "\(error)")
    }
  }

  private static func hashes(
    of cited: [StoredRecord], _ reader: LedgerReader, _ note: LedgerNote
  ) throws(LedgerError) -> [SHA256Digest] {
    try reader.withTree(of: note) { tree in
      let proof = try SelectionProof.make(
        indexes: cited.map(\.header.index), treeSize: note.checkpoint.size, reader: tree)
      try proof.check(leafHashes: cited.map(\.leafHash), root: note.checkpoint.root)
      return proof.hashes
    }
  }

  /// The hash of the certificate that was issued last.
  private static func previous(_ cited: [StoredRecord]) -> [UInt8]? {
    let last = cited.last { $0.header.content.kind == RecordKind.ledgerExported.rawValue }
    guard case .bytes(let hash)? = last?.header.content.attributes["sha256"] else { return nil }
    return hash
  }

  /// The proof that leads from the checkpoint that others cosigned to the certificate's.
  private static func attestation(
    _ order: CertificateOrder, _ reader: LedgerReader, _ note: LedgerNote
  ) throws(LedgerError) -> ConsistencyProofFile? {
    guard let bytes = order.attestation else { return nil }
    let saved = try LedgerNote(
      bytes, keys: reader.keys, origin: reader.identity.origin, name: "the attested checkpoint",
      code: .invalid)
    for key in order.attesterKeys {
      do throws(SignedNoteError) {
        _ = try saved.note.verify(keys: [key])
      } catch {
        throw LedgerError(
          .invalid, "the attested checkpoint: no cosignature by \(key.name): \(error)")
      }
    }
    guard saved.checkpoint.size <= note.checkpoint.size else {
      throw LedgerError(.invalid, "the attested checkpoint is newer than the certificate's index")
    }
    return try reader.withTree(of: note) { tree in
      let proof = try ConsistencyProof.make(
        oldSize: saved.checkpoint.size, newSize: note.checkpoint.size, reader: tree)
      try proof.check(oldRoot: saved.checkpoint.root, newRoot: note.checkpoint.root)
      return try ConsistencyProofFile(proof: proof, oldNote: saved.note, newNote: note.note)
    }
  }
}

extension LedgerError {
  /// Every reason at once, one a line.
  public init(certificateProblems problems: [CertificateProblem]) {
    let list = problems.map { "\n  \($0)" }.joined()
    self.init(.invalid, "no certificate can be given:" + list)
  }
}

extension LedgerReader {
  /// The numbers that producers skipped, found by reading every record below `size`.
  public func sequenceGaps(below size: UInt64) throws(LedgerError) -> [SequenceGap] {
    var audit = SequenceAudit()
    var gaps: [SequenceGap] = []
    try forEachRecord(in: 0..<size) { record in
      let content = record.header.content
      // A continuation repeats the number of its record.
      guard (content.part?.number ?? 0) == 0 else { return }
      if let gap = audit.note(index: record.header.index, content: content) { gaps.append(gap) }
    }
    return gaps
  }
}
