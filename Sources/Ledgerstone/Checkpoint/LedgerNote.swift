internal import LedgerFormat
internal import MerkleLog

/// A signed checkpoint of one ledger: a note that its key signed over its origin.
struct LedgerNote: Sendable, Equatable {
  let bytes: [UInt8]
  let note: SignedNote
  let checkpoint: Checkpoint

  /// Parses and verifies a note.
  ///
  /// - Parameter name: what the note is called in errors.
  /// - Throws: `LedgerError` with `code` if the note is malformed, of another origin, extended, or
  ///   not signed by one of `keys`.
  init(
    _ bytes: [UInt8], keys: [NoteVerifierKey], origin: String, name: String,
    code: LedgerError.Code
  ) throws(LedgerError) {
    self.bytes = bytes
    do {
      note = try SignedNote(parsing: bytes)
      checkpoint = try Checkpoint(parsing: note.text)
    } catch {
      throw LedgerError(code, "\(name) is not a valid checkpoint: \(error)", underlying: error)
    }
    guard checkpoint.origin == origin else {
      throw LedgerError(
        code, "\(name) is a checkpoint of \(checkpoint.origin), not of \(origin)")
    }
    do throws(SignedNoteError) {
      _ = try note.verify(keys: keys)
    } catch {
      throw LedgerError(code, "\(name) is not a valid checkpoint: \(error)", underlying: error)
    }
    guard Set(note.signatures).count == note.signatures.count else {
      throw LedgerError(code, "\(name) holds the same signature line twice")
    }
    guard checkpoint.extensionLines.isEmpty else {
      throw LedgerError(code, "\(name) has extension lines, which this ledger never writes")
    }
  }

  static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
}
