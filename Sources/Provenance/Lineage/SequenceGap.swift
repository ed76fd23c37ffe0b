public import LedgerFormat

/// Numbers that a producer used up and no record has.
public struct SequenceGap: Hashable, Sendable {
  public var producer: LineageProducer
  /// The record before the gap and the record after it, by index.
  public var recordBefore: UInt64
  public var recordAfter: UInt64
  /// The first number missing and the last.
  public var missing: ClosedRange<UInt64>

  public init(
    producer: LineageProducer, recordBefore: UInt64, recordAfter: UInt64,
    missing: ClosedRange<UInt64>
  ) {
    self.producer = producer
    self.recordBefore = recordBefore
    self.recordAfter = recordAfter
    self.missing = missing
  }
}

/// Watches the producers' own numbering over all records, in order.
///
/// A number that comes late closes nothing here: a reader of the list sees it in the record. A
/// producer that begins again from a lower number has a gap only behind the new start.
public struct SequenceAudit: Sendable {
  private var last: [LineageProducer: (sequence: UInt64, record: UInt64)] = [:]

  public init() {}

  /// Notes the next record.
  ///
  /// - Returns: the gap before it, if there is one.
  public mutating func note(index: UInt64, content: RecordContent) -> SequenceGap? {
    guard let sequence = content.producerSequence else { return nil }
    let producer = LineageProducer(content)
    let before = last.updateValue((sequence, index), forKey: producer)
    guard let before, before.sequence < sequence, sequence - before.sequence > 1 else {
      return nil
    }
    return SequenceGap(
      producer: producer, recordBefore: before.record, recordAfter: index,
      missing: before.sequence + 1...sequence - 1)
  }
}
