public import LedgerCryptography
public import LedgerFormat

/// What an append answers once the record is durable.
public struct Receipt: Hashable, Sendable {
  /// The record's index; of a record with continuations, its first part's.
  public var index: UInt64
  public var leafHash: SHA256Digest
  public var recordedTime: Timestamp
  /// The client's idempotency id, if it gave one.
  public var identifier: String?
  /// The record was there already; the other fields are the original's.
  public var isDuplicate: Bool

  public init(
    index: UInt64, leafHash: SHA256Digest, recordedTime: Timestamp, identifier: String? = nil,
    isDuplicate: Bool = false
  ) {
    self.index = index
    self.leafHash = leafHash
    self.recordedTime = recordedTime
    self.identifier = identifier
    self.isDuplicate = isDuplicate
  }
}

/// What became of one record of a batch.
public enum AppendOutcome: Hashable, Sendable {
  case recorded(Receipt)
  /// A record of the same source and id but with another content is at `index`; nothing was
  /// appended.
  case conflict(index: UInt64, identifier: String)
}
