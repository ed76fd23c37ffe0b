internal import LedgerCryptography
internal import MerkleLog

/// Lines that the files of both proofs have.
enum IndexProofParts {
  /// Checks the size and takes the first line.
  static func open(_ bytes: [UInt8], header: String) throws(IndexProofFileError) -> LineCursor {
    let limit = FormatLimits.indexProofByteCountMax
    guard bytes.count <= limit else { throw .tooLarge(byteCount: bytes.count, limit: limit) }
    var lines = LineCursor(bytes)
    guard let first = lines.next(), first.elementsEqual(header.utf8) else { throw .wrongHeader }
    return lines
  }

  /// The value of a line that begins with `field` and a space.
  static func value(
    _ field: String, _ line: ArraySlice<UInt8>
  ) -> ArraySlice<UInt8>? {
    let prefix = Array("\(field) ".utf8)
    return line.starts(with: prefix) ? line.dropFirst(prefix.count) : nil
  }

  /// The next line as `field` and base64.
  static func bytes(
    _ field: String, _ lines: inout LineCursor
  ) throws(IndexProofFileError) -> [UInt8] {
    let number = lines.line
    guard let line = lines.next(), let text = value(field, line), let bytes = Base64.decode(text)
    else { throw .malformedLine(field: field, line: number) }
    return bytes
  }

  /// The next line as `field` and a number.
  static func number(
    _ field: String, _ lines: inout LineCursor
  ) throws(IndexProofFileError) -> UInt64 {
    let number = lines.line
    guard let line = lines.next(), let text = value(field, line),
      let value = CanonicalDecimal.parse(text)
    else { throw .malformedLine(field: field, line: number) }
    return value
  }

  /// The next line as the key of an entity.
  static func entity(_ lines: inout LineCursor) throws(IndexProofFileError) -> EntityKey {
    let bytes = try bytes("entity", &lines)
    do throws(FormatError) {
      return try EntityKey(parsing: bytes)
    } catch {
      throw .entity(error)
    }
  }

  static func hashes(_ lines: inout LineCursor) throws(IndexProofFileError) -> [SHA256Digest] {
    do throws(ProofFileError) {
      return try ProofFileParts.hashes(&lines)
    } catch {
      throw .part(error)
    }
  }

  /// The rest of the file as a checkpoint's note.
  static func note(
    _ lines: LineCursor
  ) throws(IndexProofFileError) -> (note: SignedNote, checkpoint: Checkpoint) {
    do throws(ProofFileError) {
      return try ProofFileParts.note(lines.rest, line: lines.line)
    } catch {
      throw .part(error)
    }
  }

  /// Decodes an answer line about `run`.
  static func answer(
    _ bytes: [UInt8], run: IndexRunCommitment, line: Int
  ) throws(IndexProofFileError) -> RunAnswer {
    do throws(FormatError) {
      guard let extent = run.extent else { throw .inconsistent(field: "run extent", offset: 0) }
      return try RunAnswer.decode(bytes.rawSpan, extent: extent, entryCount: run.entryCount)
    } catch {
      throw .answer(error, line: line)
    }
  }

  /// Decodes headers that must be canonical and ascend.
  static func ascending(
    _ recordBytes: [[UInt8]], line: Int
  ) throws(IndexProofFileError) -> [RecordHeader] {
    var records: [RecordHeader] = []
    records.reserveCapacity(recordBytes.count)
    for (place, bytes) in recordBytes.enumerated() {
      let record = try IndexEvidence.decode(bytes, line: line + place)
      if let last = records.last, last.index >= record.index {
        throw .recordsOutOfOrder(line: line + place)
      }
      records.append(record)
    }
    return records
  }

  static func append(_ field: String, _ bytes: [UInt8], to text: inout [UInt8]) {
    text.append(contentsOf: "\(field) ".utf8)
    Base64.append(bytes, to: &text)
    text.append(UInt8(ascii: "\n"))
  }

  static func append(
    _ answer: RunAnswer, run: IndexRunCommitment, to text: inout [UInt8]
  ) {
    guard let extent = run.extent else {
      preconditionFailure("evidence has no run of an impossible extent")
    }
    var bytes: [UInt8] = []
    answer.append(extent: extent, to: &bytes)
    append("run", bytes, to: &text)
  }
}
