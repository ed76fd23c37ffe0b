/// Counts since the ledger was opened, for monitoring.
public struct LedgerMeasurements: Hashable, Sendable {
  /// Records made durable.
  public var recordCount: UInt64 = 0
  /// Groups made durable: one sync each.
  public var groupCount: UInt64 = 0
  /// Records of the last group.
  public var lastGroupRecordCount: UInt64 = 0
  /// Time that encoding, writing and syncing took, over all groups, in microseconds.
  public var commitMicroseconds: UInt64 = 0
  /// Groups by how long that took: how many took at most the bound of the same position in
  /// `commitBoundsMicroseconds`; longer ones are in none.
  public var commitCounts = [UInt64](repeating: 0, count: Self.commitBoundsMicroseconds.count)
  /// Segments sealed.
  public var sealedCount: UInt64 = 0
  /// When the newest checkpoint was signed, on `LedgerClock.monotonicMicroseconds`; nil if that was
  /// before the opening.
  public var checkpointMicroseconds: Int64?

  /// 0.5 ms to 5 s.
  public static let commitBoundsMicroseconds: [UInt64] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
  ]

  mutating func noteCommit(recordCount: UInt64, microseconds: UInt64) {
    self.recordCount += recordCount
    groupCount += 1
    lastGroupRecordCount = recordCount
    commitMicroseconds += microseconds
    if let place = Self.commitBoundsMicroseconds.firstIndex(where: { microseconds <= $0 }) {
      commitCounts[place] += 1
    }
  }
}
