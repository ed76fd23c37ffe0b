public import MerkleLog

/// Why bytes are no proof about the index. Lines count from 1.
public enum IndexProofFileError: Error, Hashable, Sendable {
  /// More bytes than such a proof may have.
  case tooLarge(byteCount: Int, limit: Int)
  /// The first line does not name the format.
  case wrongHeader
  /// Not the word `field`, a space, and its value in its one form.
  case malformedLine(field: String, line: Int)
  /// The hashes or the note are none.
  case part(ProofFileError)
  /// The entity's key is none.
  case entity(FormatError)
  /// The header of the index record, or of the omitted record, does not decode.
  case header(FormatError, line: Int)
  /// A run of the index record is of no possible extent, so that nothing can be said of it.
  case impossibleRun(run: Int)
  /// The answer about a run does not decode.
  case answer(FormatError, line: Int)
  /// There is not one answer for each run that has to be asked.
  case wrongAnswerCount(expected: Int, found: Int)
  /// The records of a closure proof do not ascend.
  case recordsOutOfOrder(line: Int)
  /// The checkpoint's tree is empty, so it has no last record.
  case emptyTree
  /// The omitted record is not among those that the index record covers.
  case recordBeyondIndex(record: UInt64, indexRecord: UInt64)
}

/// Why a proof about the index proves nothing, one case per check.
public enum IndexProofError: Error, Hashable, Sendable {
  /// No known key signed the checkpoint, or one did so wrongly.
  case signature(SignedNoteError)
  /// The checkpoint is not signed under the name that it carries.
  case foreignOrigin(origin: String)
  /// The header is not that of the last record of the checkpoint's tree.
  case notLastRecord(found: UInt64, expected: UInt64)
  /// The index record is not in the tree at its place.
  case indexInclusion(ProofError)
  /// The last record is not of kind `index`.
  case notAnIndexRecord(kind: String)
  /// The index record names entities, or is one part of several.
  case notPlain
  /// The runs do not cover every record before the index record exactly once.
  case tiling(IndexTilingError)
  /// The first record asked about is not before the index record.
  case sinceBeyondIndex(since: UInt64, indexRecord: UInt64)
  /// There is not one answer for each run that has to be asked.
  case wrongAnswerCount(expected: Int, found: Int)
  /// The answer about a run does not follow from its root; `run` is its place in the header.
  case answer(RunAnswerError, run: Int)
  /// The chunks begin behind the first record asked about.
  case beginsTooLate(run: Int)
  /// The chunks end before the entry's last one.
  case endsTooEarly(run: Int)
  /// The omitted record's header is not of that record.
  case wrongRecord(found: UInt64, expected: UInt64)
  /// The omitted record is not in the tree at its place.
  case recordInclusion(ProofError)
  /// The omitted record does not name the entity.
  case entityNotNamed
  /// The record is not one that the index record covers.
  case recordBeyondIndex(record: UInt64, indexRecord: UInt64)
  /// The entry's list does have the record: nothing was omitted.
  case recordListed
}
