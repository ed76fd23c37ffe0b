/// One thing that is wrong with a ledger or a proof, and where.
public struct Finding: Hashable, Sendable {
  /// What kind of fault it is. The raw values are stable: `--json` prints them.
  public enum Code: String, CaseIterable, Sendable {
    // What names the ledger.
    /// `ledger.json` is missing although there are records.
    case ledgerFileMissing
    /// `ledger.json` is not in its canonical form.
    case ledgerFileDamaged
    /// `ledger.json` and record 0 say different things.
    case identityMismatch
    /// The ledger was made under another key than the trusted one.
    case keyMismatch
    // Checkpoints.
    /// The note is not one, or its text is no checkpoint.
    case checkpointDamaged
    /// A signature line does not verify, or none is by the ledger's key.
    case signatureInvalid
    /// A signature line is by another key than the ledger's.
    case signatureForeign
    /// A record rotates the key in a way that cannot be.
    case keyRotationInvalid
    /// The note that hands over to a new key is missing where it is needed, or is wrong.
    case keyHandoverWrong
    /// A cosigner that was asked for did not cosign.
    case cosignatureMissing
    /// A cosignature does not verify.
    case cosignatureInvalid
    /// The checkpoint names another origin.
    case originMismatch
    /// The records give another root than the signed one.
    case rootMismatch
    /// Records that a checkpoint covers are not there.
    case recordsMissing
    /// The checkpoint is older than one that was signed before.
    case rolledBack
    /// The ledger is not a continuation of one that the same key signed.
    case fork
    // Files of the log.
    /// The header of a segment or group log.
    case fileHeaderDamaged
    /// A file belongs to another ledger.
    case foreignLedger
    /// The footer of a segment is damaged or says something else than the records do.
    case footerDamaged
    /// Segments, groups or blocks are not in order, or overlap and differ.
    case orderBroken
    /// A group frame.
    case groupDamaged
    /// A block of headers or bodies.
    case blockDamaged
    /// A file of the tree holds another hash than the records give.
    case treeFileDiffers
    // Records.
    /// A header is not canonical, or not readable.
    case headerInvalid
    /// A block does not continue the chain of leaf hashes.
    case chainBroken
    /// The recorded time is before that of the record before.
    case timeDecreased
    /// Continuation records are not complete, adjacent and of one record.
    case partsBroken
    // Bodies.
    /// A body is neither there nor erased.
    case bodyMissing
    /// A body that no header names, or one twice or out of order.
    case bodyUnexpected
    /// A body or its salt is not the one committed to.
    case bodyMismatch
    /// A tombstone that no erasure plan covers.
    case erasureUnplanned
    /// A plan under `erased/` is damaged or not proven.
    case erasedPlanInvalid
    /// A body is there although its erasure was completed.
    case bodyReintroduced
    // The index.
    /// An index record is not of the form that all have: a tiling of the records before it.
    case indexRecordInvalid
    /// An index record commits to a run that is not the one the records give.
    case indexRecordWrong
    /// The note of an index record is damaged, or not the checkpoint that closes the record.
    case indexNoteWrong
    /// A run file is damaged or cut off.
    case indexRunDamaged
    /// A run file is whole, and another one than the records give.
    case indexRunDiffers
    /// A name dictionary is not the one that the records give.
    case indexNamesDiffer
    // Proof files.
    /// Not a proof file, or one that is damaged.
    case proofMalformed
    /// The proof does not lead to the signed root.
    case proofInvalid
    /// A certificate states what its evidence does not show, or leaves out what it must state.
    case certificateUnfounded
    /// The opening does not belong to the commitment.
    case openingInvalid
  }

  public var code: Code
  /// The file inside the ledger's folder; nil where no single one is at fault.
  public var file: String?
  /// Bytes from the start of the file.
  public var offset: UInt64?
  /// The block inside the file or group, from 0.
  public var block: Int?
  /// The records concerned; where one bad record was found, just that one.
  public var records: ClosedRange<UInt64>?
  /// One sober sentence without place.
  public var message: String

  public init(
    _ code: Code, _ message: String, file: String? = nil, offset: UInt64? = nil,
    block: Int? = nil, records: ClosedRange<UInt64>? = nil
  ) {
    self.code = code
    self.message = message
    self.file = file
    self.offset = offset
    self.block = block
    self.records = records
  }
}

extension Finding {
  /// The same at a place in a file.
  init(
    _ code: Code, _ message: String, at place: Place, records: ClosedRange<UInt64>? = nil
  ) {
    self.init(
      code, message, file: place.file, offset: place.offset, block: place.block, records: records)
  }
}

extension Finding: CustomStringConvertible {
  /// `record 17: log/….log, offset 52, block 0: the digest …`
  public var description: String {
    var place: [String] = []
    if let file { place.append(file) }
    if let offset { place.append("offset \(offset)") }
    if let block { place.append("block \(block)") }
    var parts: [String] = []
    if let records {
      parts.append(
        records.count == 1
          ? "record \(records.lowerBound)"
          : "records \(records.lowerBound) to \(records.upperBound)")
    }
    if !place.isEmpty { parts.append(place.joined(separator: ", ")) }
    return (parts + [message]).joined(separator: ": ")
  }
}

/// A place in a file of the ledger.
struct Place: Hashable, Sendable {
  var file: String
  var offset: UInt64
  var block: Int?
}
