/// What a record is about, as the header names it.
public struct Entity: Hashable, Sendable {
  public var role: EntityRole
  public var type: EntityType
  /// The OpenLineage namespace; empty for a run. At most `nameByteCountMax` UTF-8 bytes.
  public var namespace: String
  /// The name inside the namespace. 1 to `nameByteCountMax` UTF-8 bytes.
  public var name: String
  /// An explicit version, where the producer gave one.
  public var version: String?
  public var facts: EntityFacts

  public init(
    role: EntityRole, type: EntityType, namespace: String, name: String, version: String? = nil,
    facts: EntityFacts = EntityFacts()
  ) {
    self.role = role
    self.type = type
    self.namespace = namespace
    self.name = name
    self.version = version
    self.facts = facts
  }
}

/// What the closure rule needs to know of one entity of a record.
public struct EntityFacts: Hashable, Sendable {
  public var lifecycle: Lifecycle?
  public var writeMode: WriteMode?
  public var subset: SubsetFlags
  /// The edges into this output are complete: nothing more may be inferred, and no edge means no
  /// upstream.
  public var areEdgesComplete: Bool

  public init(
    lifecycle: Lifecycle? = nil, writeMode: WriteMode? = nil, subset: SubsetFlags = [],
    areEdgesComplete: Bool = false
  ) {
    self.lifecycle = lifecycle
    self.writeMode = writeMode
    self.subset = subset
    self.areEdgesComplete = areEdgesComplete
  }

  var fieldCount: Int {
    (lifecycle == nil ? 0 : 1) + (writeMode == nil ? 0 : 1) + (subset.isEmpty ? 0 : 1)
      + (areEdgesComplete ? 1 : 0)
  }
}

/// A statement that `target` was made from `source`, both positions in the concatenated entity
/// list of all parts of the record.
public struct Edge: Hashable, Sendable {
  public var target: UInt32
  public var source: UInt32
  public var basis: EdgeBasis
  public var flags: EdgeFlags

  public init(target: UInt32, source: UInt32, basis: EdgeBasis, flags: EdgeFlags = []) {
    self.target = target
    self.source = source
    self.basis = basis
    self.flags = flags
  }
}

/// Two positions in the concatenated entity list: a dataset and its other or former identifier.
public struct EntityPair: Hashable, Sendable {
  public var entity: UInt32
  public var other: UInt32

  public init(entity: UInt32, other: UInt32) {
    self.entity = entity
    self.other = other
  }
}

/// A pointer to another record of this ledger.
public struct RecordReference: Hashable, Sendable {
  public var relation: ReferenceRelation
  public var index: UInt64

  public init(relation: ReferenceRelation, index: UInt64) {
    self.relation = relation
    self.index = index
  }
}
