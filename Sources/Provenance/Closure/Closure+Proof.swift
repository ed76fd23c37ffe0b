public import LedgerFormat

extension Closure {
  /// Computes a closure from histories that were proven complete, and from nothing else.
  ///
  /// - Throws: `ClosureProofError` if the closure asks for another entity than the next one, or
  ///   not for all; `FormatError` if the parts of a record do not make one.
  public static func compute(
    _ query: ClosureQuery, from proven: ProvenHistories
  ) throws -> Closure {
    let asked = AskedEntities()
    let source = LineageHistory(sequenceGaps: proven.gaps.compactMap(SequenceGap.init)) {
      (key) throws(any Error) -> [HistoryRecord] in
      asked.note(key)
      guard let history = proven.histories[key] else { throw ClosureProofError.entityMissing(key) }
      return try history.map { parts throws(FormatError) in try HistoryRecord(parts: parts) }
    }
    let closure = try compute(query, from: source)
    for (place, key) in proven.asked.enumerated() {
      guard place < asked.keys.count, asked.keys[place] == key else {
        throw ClosureProofError.entityUnneeded(key)
      }
    }
    return closure
  }
}

/// Every entity that a computation asks for, once, in the order of asking; also those that it asks
/// for before it begins anew.
public final class AskedEntities {
  public private(set) var keys: [EntityKey] = []
  private var seen: Set<EntityKey> = []

  public init() {}

  public func note(_ key: EntityKey) {
    if seen.insert(key).inserted { keys.append(key) }
  }
}

extension SequenceGap {
  /// The numbers between two records of one producer; nil if there are none.
  init?(before: RecordHeader, after: RecordHeader) {
    guard let low = before.content.producerSequence, let high = after.content.producerSequence,
      high > low, high - low > 1
    else { return nil }
    self.init(
      producer: LineageProducer(before.content), recordBefore: before.index,
      recordAfter: after.index, missing: low + 1...high - 1)
  }
}
