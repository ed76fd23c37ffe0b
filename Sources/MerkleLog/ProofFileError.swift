/// Why bytes are no proof file. Lines count from 1 in the file; lines in the error of an embedded
/// note count from that note's first.
public enum ProofFileError: Error, Hashable, Sendable {
  /// More bytes than a proof file may have.
  case tooLarge(byteCount: Int, limit: Int)
  /// The first line does not name the format.
  case wrongHeader(line: Int)
  /// The extra data is empty or not canonical base64.
  case malformedExtra(line: Int)
  /// Not `index`, a space, and the one way to write a 64-bit number.
  case malformedIndex(line: Int)
  /// Not canonical base64 of 32 bytes.
  case malformedHash(line: Int)
  /// More hashes than any tree needs.
  case tooManyHashes(line: Int, limit: Int)
  /// The file ends before an empty line that must be there.
  case missingEmptyLine(line: Int)
  /// The note that begins at `line` is none.
  case note(SignedNoteError, line: Int)
  /// The note that begins at `line` is no checkpoint.
  case checkpoint(CheckpointError, line: Int)
  /// The checkpoint's tree has no such leaf.
  case indexBeyondSize(index: UInt64, treeSize: UInt64)
  /// The checkpoints are of different logs.
  case originsDiffer(old: String, new: String)
  /// The second checkpoint is of a smaller tree.
  case sizesOutOfOrder(oldSize: UInt64, newSize: UInt64)
}
