/// Something that an auditor should know and that makes nothing invalid.
public struct Remark: Hashable, Sendable {
  /// What kind of remark it is. The raw values are stable: `--json` prints them.
  public enum Code: String, CaseIterable, Sendable {
    /// No key was given; the one in the ledger itself was used.
    case keyFromLedger
    /// Another key than that of record 0 signs now.
    case keyRotated
    /// The note that hands over to a new key is missing; it was not needed.
    case keyHandoverMissing
    /// Records that no checkpoint covers yet.
    case recordsAboveCheckpoint
    /// A tree file ends early; the next writer derives the rest again.
    case treeFileIncomplete
    /// A tree file is longer than the log, or differs from it above the checkpoint.
    case treeFileAhead
    /// Bytes at the end of the log that are no whole group and that no checkpoint covers.
    case tornTail
    /// A sealing was interrupted or is under way.
    case sealingUnfinished
    /// An erasure plan without outcome.
    case erasureInProgress
    /// A plan that the records do not have was brought by a restore, and is carried out.
    case erasureBrought
    /// An erasure whose outcome says that an identifier still stands somewhere.
    case erasureResidual
    /// The vault's note is newer than the published checkpoint.
    case checkpointUnpublished
    /// An index record has no note, so that nothing can be proved with it.
    case indexNoteMissing
    /// The index was not derived again, because the caller did not want it.
    case indexNotChecked
    /// Runs or name dictionaries are missing; the next writer derives them again.
    case indexRunMissing
    /// A file of the index differs from the log above the checkpoint, or reaches beyond the log.
    case indexRunAhead
    /// The vault's note was not compared.
    case vaultNotCompared
    /// A file that is no part of a ledger.
    case foreignFile
    /// A temporary file.
    case temporaryFile
    /// What could not be checked, because damage elsewhere left nothing to compare with.
    case notCompared
  }

  public var code: Code
  /// The file inside the ledger's folder, where one is meant.
  public var file: String?
  public var message: String

  public init(_ code: Code, _ message: String, file: String? = nil) {
    self.code = code
    self.message = message
    self.file = file
  }
}

extension Remark: CustomStringConvertible {
  public var description: String { file.map { "\($0): \(message)" } ?? message }
}
