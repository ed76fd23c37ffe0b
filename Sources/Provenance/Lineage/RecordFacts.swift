internal import LedgerCryptography
public import LedgerFormat

/// What lineage and closure keep of one record, in the form in which `LineageFacts` takes it.
/// Making it is most of the work, and any thread can do it.
public struct RecordFacts: Sendable {
  /// The index of the record's first part.
  public let index: UInt64
  let recordedTime: Timestamp
  let eventTime: Timestamp?
  let kind: RecordKind?
  let eventType: EventType?
  let isIncomplete: Bool
  let producer: LineageProducer
  let entities: [NamedEntity]
  /// The keys of `entities`, one behind the other.
  let keys: [UInt8]
  let edges: [Edge]
  let pairs: [NamedPair]
  let details: LineageDetails?

  struct NamedEntity: Sendable {
    /// Where its key ends in `keys`.
    var keyEnd: Int
    var keyHash: UInt64
    var version: [UInt8]?
    var role: EntityRole
    var lifecycle: Lifecycle?
    var writeMode: WriteMode?
    var isPartial: Bool
    var areEdgesComplete: Bool
  }

  /// A symlink or rename between two of `entities`.
  struct NamedPair: Sendable {
    var entity: Int
    var other: Int
    var isRename: Bool
  }

  /// - Parameter record: all parts joined.
  public init(_ record: HistoryRecord) {
    self.init(
      index: record.index, recordedTime: record.recordedTime, content: record.content)
  }

  /// - Parameters:
  ///   - index: the index of the record's first part.
  ///   - content: all parts joined (`RecordContent.joined`).
  public init(index: UInt64, recordedTime: Timestamp, content: RecordContent) {
    self.index = index
    self.recordedTime = recordedTime
    eventTime = content.eventTime
    kind = RecordKind(exactly: content.kind)
    eventType = content.eventType
    isIncomplete = content.flags.contains(.factsIncomplete)
    producer = LineageProducer(content)
    (entities, keys) = Self.named(content.entities)
    edges = content.edges
    var pairs: [NamedPair] = []
    for (list, isRename) in [(content.symlinks, false), (content.renames, true)] {
      for pair in list {
        pairs.append(
          NamedPair(entity: Int(pair.entity), other: Int(pair.other), isRename: isRename))
      }
    }
    self.pairs = pairs
    details =
      kind.map(Self.hasDetails) == true
      ? LineageDetails(attributes: content.attributes, references: content.references) : nil
  }

  private static func named(_ entities: [Entity]) -> ([NamedEntity], [UInt8]) {
    var named: [NamedEntity] = []
    named.reserveCapacity(entities.count)
    var keys: [UInt8] = []
    keys.reserveCapacity(64 * entities.count)
    // By place: a loop over the elements would copy each.
    for place in entities.indices {
      let start = keys.count
      EntityKey.append(entities[place], to: &keys)
      named.append(
        NamedEntity(
          keyEnd: keys.count,
          keyHash: EntityNumbers.hash(keys.rawSpan.extracting(start..<keys.count)),
          version: entities[place].version.map { Array($0.utf8) },
          role: entities[place].role, lifecycle: entities[place].facts.lifecycle,
          writeMode: entities[place].facts.writeMode,
          isPartial: !entities[place].facts.subset.isEmpty,
          areEdgesComplete: entities[place].facts.areEdgesComplete))
    }
    return (named, keys)
  }

  /// The kinds whose attributes and references the rule reads; runs are not among them.
  private static func hasDetails(_ kind: RecordKind) -> Bool {
    switch kind {
    case .policyWriteMode, .policyRetention, .holdPlaced, .holdReleased, .erasureExecution,
      .erasureVerification, .disclosure:
      true
    default: false
    }
  }
}
