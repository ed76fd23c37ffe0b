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
  private var numbers: [UInt64: UInt32] = [:]
  private let history: (EntityKey) throws(Failure) -> [HistoryRecord]

  /// - Parameter history: gives every record below the size in question that names the entity,
  ///   ascending, or throws; it is asked once per entity.
  public init(
    sequenceGaps: [SequenceGap] = [],
    history: @escaping (EntityKey) throws(Failure) -> [HistoryRecord]
  ) {
    self.sequenceGaps = sequenceGaps
    self.history = history
  }

  public mutating func events(naming entity: EntityID) throws(Failure) -> [UInt32] {
    let records = try history(facts.key(of: entity))
    var result: [UInt32] = []
    result.reserveCapacity(records.count)
    for record in records {
      if let known = numbers[record.index] {
        result.append(known)
        continue
      }
      let number = facts.append(
        index: record.index, recordedTime: record.recordedTime, content: record.content)
      numbers[record.index] = UInt32(number)
      result.append(UInt32(number))
    }
    return result
  }

  public mutating func identifier(of key: EntityKey) -> EntityID {
    facts.identifier(of: key, type: key.type)
  }
}
