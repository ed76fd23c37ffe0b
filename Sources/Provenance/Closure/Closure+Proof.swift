public import LedgerFormat

extension Closure {
  /// Computes a closure from histories that were proven complete, and from nothing else.
  ///
  /// - Throws: `ClosureProofError` if the closure asks for another entity than the next one, or
  ///   not for all; `FormatError` if the parts of a record do not make one.
  public static func compute(
    _ query: ClosureQuery, from proven: ProvenHistories
  ) throws -> Closure {
    let source = LineageHistory<any Error>(
      sequenceGaps: proven.gaps.compactMap(SequenceGap.init),
      records: { (keys) throws(any Error) -> RecordLists in
        var lists = RecordLists()
        for key in keys {
          guard let history = proven.histories[key] else {
            throw ClosureProofError.entityMissing(key)
          }
          lists.append(history)
        }
        return lists
      },
      read: { (indexes, take) throws(any Error) in
        for index in indexes {
          let record = try HistoryRecord(parts: proven.records[index] ?? [])
          take(RecordFacts(record), index + 1)
        }
      })
    let closure = try compute(query, from: source)
    for (place, key) in proven.asked.enumerated() {
      guard place < closure.asked.count, closure.asked[place] == key else {
        throw ClosureProofError.entityUnneeded(key)
      }
    }
    return closure
  }
}

extension SequenceGap {
  /// The numbers between two records of one producer; nil if there are none.
  public init?(before: RecordHeader, after: RecordHeader) {
    guard let low = before.content.producerSequence, let high = after.content.producerSequence,
      high > low, high - low > 1
    else { return nil }
    self.init(
      producer: LineageProducer(before.content), recordBefore: before.index,
      recordAfter: after.index, missing: low + 1...high - 1)
  }
}
