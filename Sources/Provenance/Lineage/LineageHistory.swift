public import LedgerFormat

/// One record as a history hands it out: all parts joined.
public struct HistoryRecord: Sendable {
  public var index: UInt64
  public var recordedTime: Timestamp
  public var content: RecordContent

  public init(index: UInt64, recordedTime: Timestamp, content: RecordContent) {
    self.index = index
    self.recordedTime = recordedTime
    self.content = content
  }

  /// The record that `parts` make up: one header, or all parts of a continued record in order.
  ///
  /// - Throws: what `RecordContent.joined` throws.
  public init(parts: [RecordHeader]) throws(FormatError) {
    guard let first = parts.first else { throw .emptyCollection(field: "parts", offset: 0) }
    self.init(
      index: first.index, recordedTime: first.recordedTime,
      content: try RecordContent.joined(parts.map(\.content)))
  }
}

/// A `LineageSource` over anything that can give an entity's complete history: an entity index, or
/// a proof file that carries headers and the completeness of each entity in question.
public struct LineageHistory<Failure: Error>: LineageSource {
  public private(set) var facts = LineageFacts()
  public let sequenceGaps: [SequenceGap]
  /// The event of each record that was read, by the index of each of its parts.
  private var numbers = RecordNumbers()
  private var expected = Expected()
  private let asking: Asking

  /// Takes a record, and the index behind its last part.
  public typealias Taking = (_ record: RecordFacts, _ end: UInt64) -> Void

  private enum Asking {
    case histories((EntityKey) throws(Failure) -> [HistoryRecord])
    case records(
      list: ([EntityKey]) throws(Failure) -> RecordLists,
      read: (_ records: [UInt64], _ take: Taking) throws(Failure) -> Void)
  }

  /// - Parameter history: gives every record below the size in question that names the entity,
  ///   ascending, or throws; it is asked once per entity.
  public init(
    sequenceGaps: [SequenceGap] = [],
    history: @escaping (EntityKey) throws(Failure) -> [HistoryRecord]
  ) {
    self.sequenceGaps = sequenceGaps
    asking = .histories(history)
  }

  /// A source that reads each record once, however many entities it names.
  ///
  /// - Parameters:
  ///   - records: gives for each entity the index of every part below the size in question that
  ///     names it, ascending, or throws; it is asked once per entity.
  ///   - read: gives the whole record that each of these parts belongs to, once, ascending, or
  ///     throws; it is asked for every record once.
  public init(
    sequenceGaps: [SequenceGap] = [],
    records: @escaping ([EntityKey]) throws(Failure) -> RecordLists,
    read: @escaping (_ records: [UInt64], _ take: Taking) throws(Failure) -> Void
  ) {
    self.sequenceGaps = sequenceGaps
    asking = .records(list: records, read: read)
  }

  public mutating func events(naming entity: EntityID) throws(Failure) -> [UInt32] {
    switch asking {
    case .histories(let history):
      return try history(facts.key(of: entity)).map { record in
        if let known = numbers[record.index] { return known }
        return add(RecordFacts(record), end: record.index + 1)
      }
    case .records(let list, let read):
      let listed: ArraySlice<UInt64>
      if let known = expected.take(entity) {
        listed = known
      } else {
        listed = try list([facts.key(of: entity)])[0]
      }
      let unknown = listed.filter { numbers[$0] == nil }
      if !unknown.isEmpty { try read(unknown) { _ = add($0, end: $1) } }
      var result: [UInt32] = []
      result.reserveCapacity(listed.count)
      for index in listed {
        guard let number = numbers[index] else {
          preconditionFailure("record \(index) was asked for and not given")
        }
        if result.last != number { result.append(number) }
      }
      return result
    }
  }

  public mutating func expect(_ entities: [EntityID]) throws(Failure) {
    guard case .records(let list, _) = asking, !entities.isEmpty else { return }
    expected = Expected(
      entities: entities, lists: try list(entities.map { facts.key(of: $0) }))
  }

  private mutating func add(_ record: RecordFacts, end: UInt64) -> UInt32 {
    let number = UInt32(facts.append(record))
    for index in record.index..<end { numbers.insert(number, for: index) }
    return number
  }

  public mutating func identifier(of key: EntityKey) -> EntityID {
    facts.identifier(of: key)
  }
}

/// Answers to questions that were announced, in the order in which they will come.
private struct Expected {
  var entities: [EntityID] = []
  var lists = RecordLists()
  var next = 0

  /// The answer, if it is this one's turn.
  mutating func take(_ entity: EntityID) -> ArraySlice<UInt64>? {
    guard next < entities.count, entities[next] == entity else { return nil }
    defer { next += 1 }
    return lists[next]
  }
}
