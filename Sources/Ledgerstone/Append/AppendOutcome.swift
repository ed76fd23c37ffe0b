public import Provenance

/// What became of one record of a batch.
public enum AppendOutcome: Hashable, Sendable {
  /// The record is durable, now or since an earlier delivery.
  case recorded(Receipt)
  /// A record of the same source and id but with another content is at `index`; nothing was
  /// appended.
  case conflict(index: UInt64, identifier: String)
  /// The record refers to record `index`, which is not before it; nothing was appended.
  case unknownReference(index: UInt64)
}
