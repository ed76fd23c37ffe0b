/// Small enumerations of the header. Zero is never assigned, so that a forgotten field cannot
/// pass for a value; unassigned codes are refused.

/// What an entity is to the record that names it.
public enum EntityRole: UInt8, CaseIterable, Sendable {
  case run = 1
  case job = 2
  case input = 3
  case output = 4
  /// What the record is about, where it is neither read nor written: a dataset described, a
  /// dataset accessed, the target of a deletion.
  case target = 5
  /// Another identifier of a dataset named in the same record.
  case symlink = 6
  /// The identifier a dataset had before a rename.
  case previous = 7
  /// A service account that acted. Persons are never entities.
  case actor = 8
  /// Who receives a disclosure, where it is an organisation or a service.
  case recipient = 9
  /// The run or job that caused this one; hierarchy, not data flow.
  case parent = 10
  /// What a hold or a policy covers.
  case scope = 11
  /// The request a record belongs to.
  case request = 12
  /// A further dataset that only an explicit edge names.
  case related = 13
}

/// What kind of thing an entity is.
public enum EntityType: UInt8, CaseIterable, Sendable {
  case dataset = 1
  case job = 2
  case run = 3
  case model = 4
  case request = 5
  case service = 6
}

/// The state of a run that an event reports (OpenLineage `eventType`).
public enum EventType: UInt8, CaseIterable, Sendable {
  case start = 1
  case running = 2
  case complete = 3
  case abort = 4
  case fail = 5
  case other = 6
}

/// What a job did to a dataset as a whole (OpenLineage `lifecycleStateChange`).
public enum Lifecycle: UInt8, CaseIterable, Sendable {
  case alter = 1
  case create = 2
  case drop = 3
  case overwrite = 4
  case rename = 5
  case truncate = 6
}

/// How a run wrote an output, or how a policy says that a job writes.
public enum WriteMode: UInt8, CaseIterable, Sendable {
  case append = 1
  case overwrite = 2
  /// Replaced some partitions and kept the others.
  case partition = 3
  case truncate = 4
  case merge = 5
  case unknown = 6
  /// Marked rows as deleted without rewriting the files that hold them.
  case mergeOnReadDelete = 7
}

/// Where an edge comes from. Inferred edges are a rule and are never stored.
public enum EdgeBasis: UInt8, CaseIterable, Sendable {
  /// The OpenLineage `lineage` facet, or a native record that states the edge.
  case explicit = 1
  /// The OpenLineage `columnLineage` facet.
  case column = 2
}

/// How a record refers to an earlier one.
public enum ReferenceRelation: UInt8, CaseIterable, Sendable {
  case supersedes = 1
  case answers = 2
  /// A record in which an erasure's scan still found the identifier.
  case residual = 3
  case cites = 4
}

/// Remarks on how a header came to be. Bits that are not named here are refused.
public struct HeaderFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The event time had no zone and was read as UTC.
  public static let eventTimeWithoutZone = Self(rawValue: 1)
  /// The event time could not be read and is absent.
  public static let eventTimeUnreadable = Self(rawValue: 2)
  /// The OpenLineage run id is not a UUID.
  public static let runIdentifierNotUUID = Self(rawValue: 4)
  /// Some names are pseudonyms under the name key.
  public static let namesReplaced = Self(rawValue: 8)
  /// Facts of the event could not be read (a facet of another shape); the body has them.
  public static let factsIncomplete = Self(rawValue: 16)
  /// The event time has a part finer than a microsecond, which is cut off.
  public static let eventTimeTruncated = Self(rawValue: 32)
  /// All that is assigned.
  public static let assigned = Self(rawValue: 63)
}

/// Which part of a dataset an input or output covers (OpenLineage `subset` facet).
public struct SubsetFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let partition = Self(rawValue: 1)
  public static let location = Self(rawValue: 2)
  public static let compare = Self(rawValue: 4)
  public static let other = Self(rawValue: 8)
  public static let assigned = Self(rawValue: 15)
}

/// Remarks on an edge.
public struct EdgeFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Every transformation on this edge is declared to mask.
  public static let masked = Self(rawValue: 1)
  /// The source only influenced the target (filter, join, sort), no value was carried over.
  public static let indirect = Self(rawValue: 2)
  public static let assigned = Self(rawValue: 3)
}
