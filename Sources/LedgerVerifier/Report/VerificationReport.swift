public import LedgerCryptography
public import MerkleLog

/// How a verification ended.
public enum VerificationStatus: Hashable, Sendable {
  /// Everything that was there was checked, and nothing is wrong.
  case valid
  /// Something is wrong; the findings say what.
  case notValid
  /// It cannot be said, for this reason.
  case couldNotCheck(Obstacle)
}

/// Why a verification could not be done.
public struct Obstacle: Hashable, Sendable {
  /// The raw values are stable: `--json` prints them.
  public enum Code: String, CaseIterable, Sendable {
    /// The folder is missing or no ledger.
    case noLedger
    /// The ledger has no checkpoint to check against.
    case noCheckpoint
    /// The ledger was made by a newer program.
    case newerFormat
    /// A file could not be read: permissions, or an error of the medium.
    case unreadable
    /// The saved checkpoint that was given is no checkpoint.
    case savedCheckpointUnusable
    /// The file is no proof that this program knows.
    case unknownProof
    /// An argument that this kind of proof needs is missing or unusable.
    case argumentMissing
    /// An argument that this kind of proof does not take.
    case argumentUnused
  }

  public var code: Code
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// Where the key that the signatures were checked with came from.
public enum KeySource: String, Sendable {
  /// The caller named it.
  case given
  /// It stands in the ledger, so that the signature proves no origin.
  case ledger
}

/// What a verification of a whole ledger found.
public struct VerificationReport: Sendable {
  public var status: VerificationStatus
  /// The first bad record first; at most as many as the options allow.
  public var findings: [Finding]
  /// All findings, also those not kept.
  public var findingCount: Int
  public var remarks: [Remark]
  public var summary: VerificationSummary
  /// The published note that everything was held against; nil if there was none to read.
  public var checkpoint: SignedNote?
}

extension VerificationReport {
  /// The report of a verification that could not begin.
  public init(obstacle: Obstacle) {
    self.init(
      status: .couldNotCheck(obstacle), findings: [], findingCount: 0, remarks: [],
      summary: VerificationSummary())
  }
}

/// What was read.
public struct VerificationSummary: Hashable, Sendable {
  public var origin: String?
  /// Text form of the ledger id.
  public var ledgerID: String?
  public var keySource: KeySource?
  /// The C2SP verifier key that the checkpoint was checked with.
  public var verifierKey: String?
  public var checkpointSize: UInt64?
  public var checkpointRoot: SHA256Digest?
  /// The size of the saved checkpoint that was compared.
  public var savedCheckpointSize: UInt64?
  /// Records read, also those above the checkpoint.
  public var recordCount: UInt64 = 0
  /// Bodies that are there.
  public var bodyCount: UInt64 = 0
  /// Bodies of which a tombstone is left.
  public var erasedBodyCount: UInt64 = 0
  /// Index records met; nil if the index was not checked.
  public var indexRecordCount: UInt64? = 0
  /// The largest N of an index record whose runs over the records before N were derived again and
  /// are the same; nil if there is none.
  public var indexedSize: UInt64?
  public var segmentCount: Int = 0
  public var groupCount: Int = 0
  /// Bytes read from files.
  public var byteCount: UInt64 = 0

  public init() {}
}
