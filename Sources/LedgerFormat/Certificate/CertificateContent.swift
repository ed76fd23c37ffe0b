public import LedgerCryptography
public import MerkleLog

/// Everything of a certificate but the signature: what is stated, and what it follows from.
///
///     ledgerstone/certificate@v1
///     statement {…}                <- one line of JSON
///     record base64                <- the header of each record cited, ascending
///                                  <- empty line
///     hash, base64                 <- what proves the records in the tree
///                                  <- empty line
///     history lines                <- then so many lines: the completeness proof of the request
///     closure lines                <- none or more: a closure proof each
///     attestation lines            <- none or one: a consistency proof
///                                  <- empty line
///
/// All hangs on the index record and checkpoint of the history's proof.
public struct CertificateContent: Hashable, Sendable {
  /// The statement: one JSON object without line ends.
  public let statement: [UInt8]
  /// The exact bytes of the headers of the records cited, ascending.
  public let recordBytes: [[UInt8]]
  /// The same decoded.
  public let records: [RecordHeader]
  /// What proves the records in the tree: a `SelectionProof`'s.
  public let recordHashes: [SHA256Digest]
  /// Which records the committed index has of the request.
  public let history: CompletenessProofFile
  /// What was made from the data, in the order of the declared scope.
  public let closures: [ClosureProofFile]
  /// From a checkpoint that others cosigned to the history's.
  public let attestation: ConsistencyProofFile?

  /// The first line.
  public static let header = "ledgerstone/certificate@v1"
  /// The most bytes of a certificate: those of the proofs that it holds.
  public static let byteCountMax = FormatLimits.indexProofByteCountMax

  /// Puts the content together; nothing is checked but that it can be written and read.
  ///
  /// - Throws: `malformedLine` if the statement is empty or more than a line; `record` if headers
  ///   do not decode or ascend; `tooLarge`.
  public init(
    statement: [UInt8], recordBytes: [[UInt8]], recordHashes: [SHA256Digest],
    history: CompletenessProofFile, closures: [ClosureProofFile],
    attestation: ConsistencyProofFile?
  ) throws(CertificateFileError) {
    guard !statement.isEmpty, !statement.contains(UInt8(ascii: "\n")) else {
      throw .malformedLine(field: "statement", line: 2)
    }
    self.statement = statement
    self.recordBytes = recordBytes
    do throws(IndexProofFileError) {
      records = try IndexProofParts.ascending(recordBytes, line: 3)
    } catch {
      throw .record(error)
    }
    self.recordHashes = recordHashes
    self.history = history
    self.closures = closures
    self.attestation = attestation
    let byteCount = encoded.count
    guard byteCount <= Self.byteCountMax else {
      throw .tooLarge(byteCount: byteCount, limit: Self.byteCountMax)
    }
  }

  /// The checkpoint that everything is proved under.
  public var checkpoint: Checkpoint { history.evidence.checkpoint }

  /// The bytes that the certificate's signature covers, through their hash.
  public var encoded: [UInt8] {
    var text = Array("\(Self.header)\nstatement ".utf8)
    text += statement
    text.append(UInt8(ascii: "\n"))
    for record in recordBytes { IndexProofParts.append("record", record, to: &text) }
    text.append(UInt8(ascii: "\n"))
    ProofFileParts.append(recordHashes, to: &text)
    Self.append("history", history.encoded, to: &text)
    for closure in closures { Self.append("closure", closure.encoded, to: &text) }
    if let attestation { Self.append("attestation", attestation.encoded, to: &text) }
    text.append(UInt8(ascii: "\n"))
    return text
  }

  /// The name of a file inside, how many lines it has, and these.
  private static func append(_ field: String, _ file: [UInt8], to text: inout [UInt8]) {
    let lineCount = file.count { $0 == UInt8(ascii: "\n") }
    text += Array("\(field) \(lineCount)\n".utf8)
    text += file
  }

  /// The text of the note that signs the certificate: the format, the SHA-256 of everything before
  /// the note in base64, and the ledger's origin, a line each. No checkpoint reads like that, as
  /// its second line is a number.
  public var noteText: String {
    let hash = SHA256Hasher.hash(encoded)
    let line = hash.withBytes { Base64.encode($0) }
    return "\(Self.header)\n\(line)\n\(checkpoint.origin)\n"
  }
}

/// Why bytes are no certificate. Lines count from 1.
public enum CertificateFileError: Error, Hashable, Sendable {
  /// More bytes than a certificate may have.
  case tooLarge(byteCount: Int, limit: Int)
  /// The first line does not name the format.
  case wrongHeader
  /// Not the word `field`, a space, and its value in its one form.
  case malformedLine(field: String, line: Int)
  /// A cited record, or what proves them, does not decode.
  case record(IndexProofFileError)
  /// The history of the request is no completeness proof.
  case history(IndexProofFileError, line: Int)
  /// A closure is no closure proof.
  case closure(IndexProofFileError, line: Int)
  /// The attestation is no consistency proof.
  case attestation(ProofFileError, line: Int)
  /// What signs the certificate is no note.
  case note(SignedNoteError, line: Int)
  /// The same in other bytes: not the one form that a certificate has.
  case notCanonical
}

extension CertificateFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLarge(let count, let limit):
      "the certificate has \(count) bytes, more than the \(limit) that a verifier reads"
    case .wrongHeader: "the first line does not name a certificate"
    case .malformedLine(let field, let line): "line \(line): no '\(field)' in its one form"
    case .record(let error): "a cited record: \(error)"
    case .history(let error, let line): "the history from line \(line) on: \(error)"
    case .closure(let error, let line): "the closure from line \(line) on: \(error)"
    case .attestation(let error, let line): "the attestation from line \(line) on: \(error)"
    case .note(let error, let line): "the signature from line \(line) on: \(error)"
    case .notCanonical: "the bytes are not the one form of a certificate"
    }
  }
}
