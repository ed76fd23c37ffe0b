internal import LedgerCryptography
internal import LedgerFormat
public import MerkleLog

/// What a proof is checked with.
public struct ProofOptions: Sendable {
  /// Keys that the caller trusts; a proof carries none. At least one.
  public var trustedKeys: [NoteVerifierKey] = []
  /// Keys of cosigners, each of whom must have cosigned the checkpoint: the newer one, where there
  /// are two.
  public var cosignerKeys: [NoteVerifierKey] = []
  /// The exact bytes of the record that an inclusion proof is about.
  public var entry: [UInt8]?
  /// An opening of one of the entry's bodies: `BodyOpening`.
  public var opening: [UInt8]?
  /// Of a certificate: a later checkpoint, or a consistency proof from the certificate's to it.
  public var later: [UInt8]?

  public init() {}
}

/// The kinds of proof file, told apart by their first line.
public enum ProofKind: String, Sendable {
  /// `c2sp.org/tlog-proof@v1`
  case inclusion
  /// `ledgerstone/consistency@v1`
  case consistency
  /// `ledgerstone/completeness@v1`
  case completeness
  /// `ledgerstone/omission@v1`
  case omission
  /// `ledgerstone/closure@v1`
  case closure
  /// `ledgerstone/certificate@v1`
  case certificate
  /// A signed note by itself.
  case checkpoint
}

/// Checks one proof file, offline and from its bytes alone.
public enum ProofVerification {
  /// The most bytes of any kind of proof.
  public static let byteCountMax = max(
    InclusionProofFile.byteCountMax, CertificateContent.byteCountMax + SignedNote.byteCountMax)

  /// Verifies a proof of any kind.
  public static func verify(_ bytes: [UInt8], options: ProofOptions) -> ProofReport {
    var check = ProofCheck(options: options)
    guard let kind = kind(of: bytes) else {
      return ProofReport(
        obstacle: Obstacle(
          .unknownProof, "the file is no proof or checkpoint that this program knows"))
    }
    check.report.kind = kind
    guard !options.trustedKeys.isEmpty else {
      check.stop(.argumentMissing, "a proof carries no key: the log's verifier key is needed")
      return check.report
    }
    guard kind == .inclusion || (options.entry == nil && options.opening == nil) else {
      check.stop(
        .argumentUnused, "an entry and an opening belong to an inclusion proof: this file is none")
      return check.report
    }
    guard kind == .certificate || options.later == nil else {
      check.stop(.argumentUnused, "a later checkpoint belongs to a certificate: this is none")
      return check.report
    }
    switch kind {
    case .inclusion: check.inclusion(bytes)
    case .consistency: check.consistency(bytes)
    case .completeness: check.completeness(bytes)
    case .omission: check.omission(bytes)
    case .closure: check.closure(bytes)
    case .certificate: check.certificate(bytes)
    case .checkpoint: check.checkpoint(bytes)
    }
    check.conclude()
    return check.report
  }

  /// The kind that the first line names; nil if none does and the bytes are no checkpoint.
  public static func kind(of bytes: [UInt8]) -> ProofKind? {
    let line = bytes.prefix(256).prefix { $0 != UInt8(ascii: "\n") }
    if line.elementsEqual(InclusionProofFile.header.utf8) { return .inclusion }
    if line.elementsEqual(ConsistencyProofFile.header.utf8) { return .consistency }
    if line.elementsEqual(CompletenessProofFile.header.utf8) { return .completeness }
    if line.elementsEqual(OmissionProofFile.header.utf8) { return .omission }
    if line.elementsEqual(ClosureProofFile.header.utf8) { return .closure }
    if line.elementsEqual(CertificateContent.header.utf8) { return .certificate }
    guard let note = try? SignedNote(parsing: bytes),
      (try? Checkpoint(parsing: note.text)) != nil
    else { return nil }
    return .checkpoint
  }
}

/// One check of a proof, on its way to the report.
struct ProofCheck {
  let options: ProofOptions
  var report = ProofReport(obstacle: nil)

  init(options: ProofOptions) { self.options = options }

  mutating func fail(_ code: Finding.Code, _ message: String, record: UInt64? = nil) {
    report.findings.append(Finding(code, message, records: record.map { $0...$0 }))
  }

  mutating func stop(_ code: Obstacle.Code, _ message: String) {
    report.status = .couldNotCheck(Obstacle(code, message))
  }

  mutating func conclude() {
    // What was found wrong outweighs what could not be looked at.
    if !report.findings.isEmpty { report.status = .notValid }
  }

  /// Checks the signatures of an embedded note; witnesses' lines are passed over.
  mutating func checkSignatures(_ note: SignedNote, called name: String) {
    do throws(SignedNoteError) {
      _ = try note.verify(keys: options.trustedKeys)
    } catch {
      fail(.signatureInvalid, "\(name): \(error)")
    }
  }

  /// Requires a cosignature by every cosigner that the caller asked for.
  mutating func checkCosignatures(_ note: SignedNote) {
    for key in options.cosignerKeys {
      do throws(SignedNoteError) {
        let signatures = try note.verify(keys: [key])
        report.cosignatures += signatures.compactMap { signature in
          Cosignature(signature).map { CheckedCosignature(name: key.name, time: $0.time) }
        }
      } catch .noKnownSignature {
        fail(.cosignatureMissing, "the checkpoint has no cosignature by \(key.name)")
      } catch {
        fail(.cosignatureInvalid, "the checkpoint: \(error)")
      }
    }
  }

  mutating func checkpoint(_ bytes: [UInt8]) {
    guard let note = try? SignedNote(parsing: bytes),
      let checkpoint = try? Checkpoint(parsing: note.text)
    else { return fail(.checkpointDamaged, "the note is no checkpoint") }
    report.take(checkpoint)
    checkSignatures(note, called: "the checkpoint")
    checkCosignatures(note)
  }

  mutating func consistency(_ bytes: [UInt8]) {
    let file: ConsistencyProofFile
    do throws(ProofFileError) {
      file = try ConsistencyProofFile(parsing: bytes)
    } catch {
      return fail(.proofMalformed, "\(error)")
    }
    report.take(file.newCheckpoint)
    report.oldSize = file.oldCheckpoint.size
    report.oldRoot = file.oldCheckpoint.root
    checkSignatures(file.oldNote, called: "the old checkpoint")
    checkSignatures(file.newNote, called: "the new checkpoint")
    checkCosignatures(file.newNote)
    do throws(ProofError) {
      try file.check()
    } catch {
      fail(error.isMalformed ? .proofMalformed : .proofInvalid, "\(error)")
    }
  }

  mutating func inclusion(_ bytes: [UInt8]) {
    let file: InclusionProofFile
    do throws(ProofFileError) {
      file = try InclusionProofFile(parsing: bytes)
    } catch {
      return fail(.proofMalformed, "\(error)")
    }
    report.take(file.checkpoint)
    report.index = file.proof.index
    checkSignatures(file.note, called: "the checkpoint")
    checkCosignatures(file.note)
    guard let entry = options.entry else {
      return stop(
        .argumentMissing, "the record's bytes are needed to check a proof that they are in the log")
    }
    let leafHash = MerkleHash.leaf(entry)
    report.leafHash = leafHash
    do throws(ProofError) {
      try file.check(leafHash: leafHash)
    } catch {
      return fail(
        error.isMalformed ? .proofMalformed : .proofInvalid, "\(error)",
        record: file.proof.index)
    }
    checkEntry(entry, index: file.proof.index)
  }

  private mutating func checkEntry(_ entry: [UInt8], index: UInt64) {
    let header: RecordHeader
    do throws(FormatError) {
      header = try RecordHeader.decode(entry.rawSpan)
      guard header.encoded() == entry else { throw .notCanonical(structure: "header") }
    } catch {
      return fail(.headerInvalid, "the entry is no record of this format: \(error)", record: index)
    }
    guard header.index == index else {
      return fail(
        .proofInvalid, "the entry says that it is record \(header.index)", record: index)
    }
    report.record = header
    if let opening = options.opening { checkOpening(opening, of: header) }
  }

  private mutating func checkOpening(_ bytes: [UInt8], of header: RecordHeader) {
    do throws(BodyOpening.Fault) {
      let opening = try BodyOpening(parsing: bytes)
      try opening.check(header)
      report.opening = opening
    } catch {
      fail(.openingInvalid, error.reason, record: header.index)
    }
  }
}
