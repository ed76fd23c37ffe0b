public import LedgerFormat

/// A `LineageSource` that was given every record of a ledger, in order, and keeps their facts in
/// memory: what an engine holds warm, and what tests answer from.
public struct LineageIndex: LineageSource, Sendable {
  public private(set) var facts = LineageFacts()
  public private(set) var sequenceGaps: [SequenceGap] = []
  /// Event numbers by entity.
  private var postings: [[UInt32]] = []
  private var audit = SequenceAudit()

  public init() {}

  /// Adds the next record, all its parts joined.
  ///
  /// - Precondition: records come in ascending order of index.
  public mutating func append(index: UInt64, recordedTime: Timestamp, content: RecordContent) {
    precondition(facts.events.last.map { $0.index < index } ?? true, "records come in order")
    let number = facts.append(
      RecordFacts(index: index, recordedTime: recordedTime, content: content))
    if postings.count < facts.entityCount {
      postings += Array(repeating: [], count: facts.entityCount - postings.count)
    }
    for mention in facts.mentions(of: facts.events[number]) {
      let place = mention.entity.place
      if postings[place].last != UInt32(number) { postings[place].append(UInt32(number)) }
    }
    if let gap = audit.note(index: index, content: content) { sequenceGaps.append(gap) }
  }

  public mutating func events(naming entity: EntityID) -> [UInt32] {
    entity.place < postings.count ? postings[entity.place] : []
  }

  public mutating func identifier(of key: EntityKey) -> EntityID {
    facts.identifier(of: key)
  }
}
