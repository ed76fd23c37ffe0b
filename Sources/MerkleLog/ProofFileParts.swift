package import LedgerCryptography

/// What both kinds of proof file have in common.
package enum ProofFileParts {
  /// The most bytes of a proof file: two notes of the largest size, and room for hashes.
  package static let byteCountMax = 2 * SignedNote.byteCountMax + (1 << 16)

  /// A path has at most one hash per level below the root, a consistency proof one more.
  package static let hashCountMax = 65

  /// Hashes, one per line, up to the empty line.
  package static func hashes(_ lines: inout LineCursor) throws(ProofFileError) -> [SHA256Digest] {
    var hashes: [SHA256Digest] = []
    while true {
      let line = lines.line
      guard let content = lines.next() else { throw .missingEmptyLine(line: line) }
      if content.isEmpty { return hashes }
      guard hashes.count < hashCountMax else {
        throw .tooManyHashes(line: line, limit: hashCountMax)
      }
      guard let hash = Base64.digest(content) else {
        throw .malformedHash(line: line)
      }
      hashes.append(hash)
    }
  }

  /// Appends hashes, one per line, and the empty line.
  package static func append(_ hashes: [SHA256Digest], to bytes: inout [UInt8]) {
    for hash in hashes {
      Base64.append(hash.bytes, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// The note that `bytes` are, which begin at `line` of the file, and its checkpoint.
  package static func note(
    _ bytes: ArraySlice<UInt8>, line: Int
  ) throws(ProofFileError) -> (note: SignedNote, checkpoint: Checkpoint) {
    let note: SignedNote
    do throws(SignedNoteError) {
      note = try SignedNote(parsing: Array(bytes))
    } catch {
      throw .note(error, line: line)
    }
    do throws(CheckpointError) {
      return (note, try Checkpoint(parsing: note.text))
    } catch {
      throw .checkpoint(error, line: line)
    }
  }
}
