public import LedgerFormat

/// Where lineage and closure get their records from.
///
/// Whoever asks does so once per entity. The answer must be *complete*: every record below the
/// ledger size in question whose header names the entity, in ascending order of record index. A
/// verifier's source therefore throws unless the proof file shows it complete.
public protocol LineageSource {
  associatedtype Failure: Error

  /// The facts of every record that `events(naming:)` returned so far.
  var facts: LineageFacts { get }

  /// Numbers of all events that name `entity`.
  mutating func events(naming entity: EntityID) throws(Failure) -> [UInt32]

  /// Says which entities will be asked for next, in this order and perhaps with others between, so
  /// that a source which has to look for them can do it for all at once.
  mutating func expect(_ entities: [EntityID]) throws(Failure)

  /// The number of the entity with this key; it gets one if no record named it yet.
  mutating func identifier(of key: EntityKey) -> EntityID

  /// Gaps in the producers' own numbering, as far as this source knows the ledger.
  var sequenceGaps: [SequenceGap] { get }
}

extension LineageSource {
  public var sequenceGaps: [SequenceGap] { [] }

  public mutating func expect(_ entities: [EntityID]) throws(Failure) {}
}
