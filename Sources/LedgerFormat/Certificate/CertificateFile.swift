internal import LedgerCryptography
public import MerkleLog

/// A deletion certificate: its content, and under it a signed note over the content's hash.
///
/// The note has the hash and not the content, as a note is at most 1 MiB. `encoded` of what was
/// parsed gives the same bytes.
public struct CertificateFile: Hashable, Sendable {
  public let content: CertificateContent
  /// The note; its signatures are the caller's to verify.
  public let note: SignedNote

  /// Puts a file together.
  public init(content: CertificateContent, note: SignedNote) {
    self.content = content
    self.note = note
  }

  /// Reads a file, strictly. Neither proof nor signature is checked.
  public init(parsing bytes: [UInt8]) throws(CertificateFileError) {
    let limit = CertificateContent.byteCountMax + SignedNote.byteCountMax
    guard bytes.count <= limit else { throw .tooLarge(byteCount: bytes.count, limit: limit) }
    var parser = CertificateParser(bytes)
    (content, note) = try parser.parse()
    guard encoded == bytes else { throw .notCanonical }
  }

  /// The file's bytes.
  public var encoded: [UInt8] { content.encoded + note.encoded }
}

/// Reads the lines of a certificate one block after the other.
private struct CertificateParser {
  var lines: LineCursor

  init(_ bytes: [UInt8]) { lines = LineCursor(bytes) }

  mutating func parse() throws(CertificateFileError) -> (CertificateContent, SignedNote) {
    guard let first = lines.next(), first.elementsEqual(CertificateContent.header.utf8) else {
      throw .wrongHeader
    }
    guard let line = lines.next(), let statement = IndexProofParts.value("statement", line) else {
      throw .malformedLine(field: "statement", line: 2)
    }
    let records = try records()
    let hashes = try hashes()
    guard let (historyBytes, historyLine) = try file("history") else {
      throw .malformedLine(field: "history", line: lines.line)
    }
    let history: CompletenessProofFile
    do throws(IndexProofFileError) {
      history = try CompletenessProofFile(parsing: historyBytes)
    } catch {
      throw .history(error, line: historyLine)
    }
    var closures: [ClosureProofFile] = []
    while let (bytes, line) = try file("closure") {
      do throws(IndexProofFileError) {
        closures.append(try ClosureProofFile(parsing: bytes))
      } catch {
        throw .closure(error, line: line)
      }
    }
    let attestation = try attestation()
    let end = lines.line
    guard let empty = try next("attestation"), empty.isEmpty else {
      throw .malformedLine(field: "closure", line: end)
    }
    let content = try CertificateContent(
      statement: Array(statement), recordBytes: records, recordHashes: hashes, history: history,
      closures: closures, attestation: attestation)
    let noteLine = lines.line
    do throws(SignedNoteError) {
      return (content, try SignedNote(parsing: Array(lines.rest)))
    } catch {
      throw .note(error, line: noteLine)
    }
  }

  /// A line that was looked at and belongs to what comes next.
  private var pending: ArraySlice<UInt8>?

  private mutating func next(
    _ field: String
  ) throws(CertificateFileError) -> ArraySlice<UInt8>? {
    if let line = pending {
      pending = nil
      return line
    }
    let number = lines.line
    guard let line = lines.next() else { throw .malformedLine(field: field, line: number) }
    return line
  }

  private mutating func records() throws(CertificateFileError) -> [[UInt8]] {
    var records: [[UInt8]] = []
    while let line = try next("record"), !line.isEmpty {
      guard let text = IndexProofParts.value("record", line), let bytes = Base64.decode(text)
      else { throw .malformedLine(field: "record", line: lines.line - 1) }
      records.append(bytes)
    }
    return records
  }

  /// As many hashes as there are; the file's own limit bounds them.
  private mutating func hashes() throws(CertificateFileError) -> [SHA256Digest] {
    var hashes: [SHA256Digest] = []
    while let line = try next("hash"), !line.isEmpty {
      guard let hash = Base64.digest(line) else {
        throw .malformedLine(field: "hash", line: lines.line - 1)
      }
      hashes.append(hash)
    }
    return hashes
  }

  /// The file inside that the next line names; nil if it names another one, or none.
  private mutating func file(
    _ field: String
  ) throws(CertificateFileError) -> (bytes: [UInt8], line: Int)? {
    guard let line = try next(field) else { return nil }
    guard let text = IndexProofParts.value(field, line) else {
      pending = line
      return nil
    }
    guard let count = CanonicalDecimal.parse(text) else {
      throw .malformedLine(field: field, line: lines.line - 1)
    }
    let start = lines.line
    var bytes: [UInt8] = []
    for _ in 0..<count {
      guard let content = lines.next() else {
        throw .malformedLine(field: field, line: start - 1)
      }
      bytes += content
      bytes.append(UInt8(ascii: "\n"))
    }
    return (bytes, start)
  }

  private mutating func attestation() throws(CertificateFileError) -> ConsistencyProofFile? {
    guard let (bytes, line) = try file("attestation") else { return nil }
    do throws(ProofFileError) {
      return try ConsistencyProofFile(parsing: bytes)
    } catch {
      throw .attestation(error, line: line)
    }
  }
}
