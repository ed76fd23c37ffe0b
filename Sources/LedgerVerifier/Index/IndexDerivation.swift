internal import LedgerCryptography
internal import LedgerFormat

/// Derives the runs and name dictionaries of the index from the headers, in record order, and holds
/// them against the index records and against the files that are stored.
struct IndexDerivation: Sendable {
  private(set) var shelf: RunShelf
  /// The run that is not full of the newest index record.
  private var newestTail: IndexRunExtent?
  /// Index records met.
  private(set) var indexRecordCount: UInt64 = 0
  /// The largest index record whose runs are as derived.
  private(set) var indexedSize: UInt64?
  /// Index records whose runs could not all be derived, because of damage.
  private(set) var uncheckedRecords: [UInt64] = []
  /// The numbers of the index records met.
  private(set) var indexRecords: [UInt64] = []

  private var builder = RunBuilder()
  /// The next record.
  private var next: UInt64 = 0
  /// Whether the builder has all records from its first to the next.
  private var isGapless = true
  /// Where stored tails end, ascending; those behind are removed.
  private var tailEnds: [UInt64]

  init(_ shelf: RunShelf, tailEnds: Set<UInt64>) {
    self.shelf = shelf
    self.tailEnds = tailEnds.filter { $0 > 0 }.sorted(by: >)
  }

  /// Takes the next block; what lies between it and the one before is unknown.
  mutating func accept(_ block: IndexBlock) {
    guard shelf.failure == nil else { return }
    if block.firstRecord != next { skip(to: block.firstRecord) }
    let end = next + UInt64(block.recordCount)
    var events = block.indexRecords.map(\.index)
    while let tail = tailEnds.last, tail <= end {
      events.append(tail)
      tailEnds.removeLast()
    }
    events = Set(events).sorted()
    var records = block.indexRecords[...]
    var reader = ByteReader(block.entries.rawSpan)
    do throws(FormatError) {
      for _ in 0..<block.skippedCount { try Self.skipEntry(&reader) }
      for event in events where event >= next {
        try append(upTo: event, from: &reader)
        deriveTails(at: event)
        while let record = records.first, record.index <= event {
          records.removeFirst()
          if record.index == event { check(record) }
        }
        shelf.forgetTail()
      }
      try append(upTo: end, from: &reader)
    } catch {
      // Headers that are not canonical were reported; nothing can be said of what they name.
      for record in records { check(record) }
      skip(to: end)
    }
  }

  /// The log ends here.
  mutating func finish(recordCount: UInt64) {
    if recordCount > next { skip(to: recordCount) }
  }

  /// Judges the stored files that were not compared and those that are missing.
  mutating func conclude(recordCount: UInt64) {
    shelf.reportUncompared(recordCount: recordCount)
    shelf.reportMissing(recordCount: recordCount, newestTail: newestTail)
  }

  var failure: EvidenceError? { shelf.failure }
  var findings: [Finding] { shelf.findings }
  var remarks: [Remark] { shelf.remarks }

  private static func skipEntry(_ reader: inout ByteReader) throws(FormatError) {
    try reader.skip(Int(try reader.uint16()))
  }

  /// Takes the records before `end`.
  private mutating func append(upTo end: UInt64, from reader: inout ByteReader) throws(FormatError)
  {
    while next < end {
      if !isGapless, next.isMultiple(of: UInt64(FormatLimits.runRecordCount)) {
        builder.restart(at: next)
        isGapless = true
      }
      let count = Int(try reader.uint16())
      let entry = try reader.bytes(count)
      next += 1
      guard isGapless else { continue }
      try builder.append(entry: entry)
      if builder.isFull { closeRun() }
    }
  }

  private mutating func skip(to record: UInt64) {
    guard record > next else { return }
    next = record
    isGapless = false
  }

  private mutating func closeRun() {
    shelf.derive(builder)
    builder.restart(at: next)
  }

  /// Derives the stored tails that end at `record`.
  private mutating func deriveTails(at record: UInt64) {
    let extents = shelf.storedTails(endingAt: record)
    guard !extents.isEmpty else { return }
    if isGapless, builder.recordCount > 0 { shelf.derive(builder) }
    for extent in extents.sorted(by: { $0.level < $1.level }) { _ = shelf.commitment(of: extent) }
  }

  /// Checks one index record; all records before it were taken.
  private mutating func check(_ record: NotableRecord) {
    indexRecordCount += 1
    indexRecords.append(record.index)
    let header = RecordHeader(
      previousLeafHash: .zero, index: record.index, recordedTime: record.recordedTime,
      content: record.content)
    do throws(IndexProofError) {
      try IndexEvidence.checkContent(of: header)
    } catch {
      return shelf.add(
        Finding(
          .indexRecordInvalid, "the index record is not what one must be: \(error)",
          records: record.index...record.index))
    }
    let tail = record.content.runs.last?.extent
    newestTail = tail.flatMap { $0.isFull ? nil : $0 }
    if isGapless, next == record.index, builder.recordCount > 0, let tail, !tail.isFull {
      shelf.derive(builder)
    }
    var isRight = true
    for run in record.content.runs {
      guard let extent = run.extent else { continue }
      guard let derived = shelf.commitment(of: extent) else {
        isRight = false
        if uncheckedRecords.last != record.index { uncheckedRecords.append(record.index) }
        continue
      }
      if derived != run {
        isRight = false
        shelf.reportWrong(run, extent, derived, indexRecord: record.index)
      }
    }
    if isRight { indexedSize = record.index }
  }
}
