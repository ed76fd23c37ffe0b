public import LedgerFormat

/// Whose descendants are asked for, and as of when.
public struct ClosureQuery: Sendable {
  /// What of the root is in question.
  public enum Origin: Hashable, Sendable {
    /// The content from this record on: what was there then, and every version since.
    case record(UInt64)
    /// These explicit versions.
    case versions([String])
  }

  /// The entity that the closure starts from.
  public var root: EntityKey
  public var origin: Origin
  /// Only records with a lower index are read.
  public var size: UInt64
  /// The moment of asking, against which silence is measured.
  public var time: Timestamp
  /// How long a run may go on without a terminal event before it counts as silent.
  public var silenceMicroseconds: Int64
  /// Records before this one are not read. Identifiers and policies that only they state are then
  /// unknown, and the result says where reading began.
  public var firstRecord: UInt64 = 0
  /// The record that counts as the erasure, where it is not a removal from the root itself.
  public var erasure: UInt64?

  /// - Parameters:
  ///   - silenceMicroseconds: not negative.
  ///   - time: usually the recorded time of record `size - 1`, or later.
  public init(
    root: EntityKey, origin: Origin, size: UInt64, time: Timestamp, silenceMicroseconds: Int64
  ) {
    precondition(silenceMicroseconds >= 0, "a duration is not negative")
    self.root = root
    self.origin = origin
    self.size = size
    self.time = time
    self.silenceMicroseconds = silenceMicroseconds
  }
}
