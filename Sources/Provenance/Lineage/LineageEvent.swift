public import LedgerFormat

/// An entity as a number: the order in which one `LineageFacts` met it. Numbers of two of them have
/// nothing to do with each other.
public struct EntityID: Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }
  var place: Int { Int(rawValue) }
}

/// The explicit version of an entity as a number; `none` where the producer gave none.
public struct VersionID: Hashable, Sendable {
  public let rawValue: UInt32

  public static let none = Self(rawValue: 0)
  public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// What lineage and closure read of one record, all its parts joined. The lists lie in the
/// `LineageFacts` that made it.
public struct LineageEvent: Hashable, Sendable {
  /// The index of the record's first part.
  public var index: UInt64
  public var recordedTime: Timestamp
  public var eventTime: Timestamp?
  /// Nil for a kind that says nothing about lineage.
  public var kind: RecordKind?
  public var eventType: EventType?
  /// Flagged `factsIncomplete`: the body says more than could be read.
  public var isIncomplete: Bool
  /// (source, producer) as a number.
  public var producer: UInt32
  var mentions: Slice
  var edges: Slice
  var pairs: Slice

  /// A stretch of one of the shared lists.
  struct Slice: Hashable, Sendable {
    var start: UInt32
    var count: UInt32
    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  }
}

/// One entity of a record.
public struct LineageMention: Hashable, Sendable {
  public var entity: EntityID
  public var version: VersionID
  public var role: EntityRole
  public var lifecycle: Lifecycle?
  public var writeMode: WriteMode?
  /// The `subset` facet restricts what was read or written.
  public var isPartial: Bool
  public var areEdgesComplete: Bool
}

/// A symlink or rename: two entities of one record.
struct LineagePair: Hashable, Sendable {
  var entity: EntityID
  var other: EntityID
  var isRename: Bool
}

/// What the few records have that declare, exempt, erase or disclose.
public struct LineageDetails: Hashable, Sendable {
  public var attributes: [String: AttributeValue]
  public var references: [RecordReference]

  /// The text of an attribute; nil if it is absent or no text.
  public func text(_ name: String) -> String? {
    if case .text(let text)? = attributes[name] { text } else { nil }
  }

  /// The integer of an attribute; nil if it is absent or no integer.
  public func integer(_ name: String) -> Int64? {
    if case .integer(let integer)? = attributes[name] { integer } else { nil }
  }
}
