public import LedgerCryptography
public import LedgerFormat

/// A ledger's log opened for writing, and in what state it was found.
public struct RecoveredLog: Sendable {
  public enum Outcome: Hashable, Sendable {
    /// There was nothing; an empty log was made.
    case created
    /// The last writer closed it, and it ends exactly where that writer left it.
    case clean
    /// The last writer did not close it. The accepted groups were copied to a new file and are
    /// durable; what was cut off, if anything, is in the file `tornPath`. The engine re-derives
    /// what it keeps beside the log and appends a `ledger/recovered` record.
    case unclean(tornByteCount: UInt64, tornPath: String?)
  }

  public let outcome: Outcome
  public let log: GroupLog
  /// A snapshot of everything accepted.
  public let reader: LogReader
  /// Leaf hash of the last record; zero if there is none.
  public let lastLeafHash: SHA256Digest
  /// Recorded time of the last record; nil if there is none.
  public let lastRecordedTime: Timestamp?
  /// A sealing that the last writer did not finish: the engine runs `writeSegment` and `retire`,
  /// then `GroupLog.finishSealing`, before it begins another.
  public let pendingSealing: SealingJob?

  /// Index of the next record.
  public var nextRecord: UInt64 { reader.endRecord }
  /// The sealed segments with their footers.
  public var segments: [SealedSegment] { reader.segments }
}

/// What others than the log itself say of its length.
struct RecoveryWitness: Sendable {
  /// Records under the newest checkpoint; 0 if there is none.
  var checkpointSize: UInt64
  var marker: CloseMarker?

  /// The damage that a log ending at `position` has, as these know of more.
  func damage(path: String, position: LogPosition) -> StorageEngineError? {
    let next = position.nextRecord
    if next < checkpointSize {
      return .damaged(
        path, offset: position.nextOffset, records: next..<checkpointSize,
        "the log ends at record \(next), a checkpoint covers \(checkpointSize) records")
    }
    if let marker, marker.group >= position.nextGroup {
      return .damaged(
        path, offset: position.nextOffset, records: next..<max(next + 1, marker.records),
        "the log ends at record \(next), the last writer closed it at \(marker.records)")
    }
    return nil
  }
}
