public import MerkleLog

/// What a caller may choose for the verification of a ledger.
public struct VerificationOptions: Sendable {
  /// Keys that the caller trusts. Without any, the key in the ledger is used, and that is said.
  public var trustedKeys: [NoteVerifierKey] = []
  /// A checkpoint saved earlier: nothing before it may have changed or been cut off.
  public var savedCheckpoint: [UInt8]?
  /// The newest note of the operator's vault, where that is readable.
  public var vaultNote: [UInt8]?
  /// Why there is no `vaultNote`, where the caller knows more than that there is none.
  public var vaultObstacle: String?
  /// Whether the index is derived again and compared: what the ledger answers about entities.
  /// Without it a remark says that it was not.
  public var checksIndex = true
  /// Threads that check blocks; all processors unless set.
  public var workerCount = Workers.processorCount
  /// The most findings kept; more are counted.
  public var findingCountMax = 100
  /// Called between blocks, on the calling thread.
  public var progress: (@Sendable (VerificationProgress) -> Void)?

  public init() {}
}

/// How far a verification is.
public struct VerificationProgress: Hashable, Sendable {
  /// Bytes of the log and its bodies checked so far.
  public var byteCount: UInt64
  /// Bytes to check in total.
  public var byteCountTotal: UInt64
  public var recordCount: UInt64
}

/// Re-checks a whole ledger from its files alone.
///
/// Re-derives every digest, every header's canonical form, the chain, times, every hash of the
/// tree, every body against its commitment, and compares the root with the signed checkpoint.
/// Reads only; takes no lock; memory stays bounded by blocks and groups, not by the ledger.
public enum LedgerVerification {
  /// Verifies the ledger that `evidence` shows.
  public static func verify(_ evidence: any Evidence, options: VerificationOptions = .init())
    -> VerificationReport
  {
    LedgerCheck(evidence, options: options).run()
  }

  /// Verifies the ledger in the folder `path`.
  public static func verify(directory path: String, options: VerificationOptions = .init())
    -> VerificationReport
  {
    do throws(EvidenceError) {
      return verify(try DirectoryEvidence(path: path), options: options)
    } catch {
      return VerificationReport(
        obstacle: Obstacle(error.isNotFound ? .noLedger : .unreadable, error.description))
    }
  }
}
