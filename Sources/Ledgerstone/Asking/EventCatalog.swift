public import LedgerFormat
internal import Provenance
internal import Synchronization

/// Where the OpenLineage events of a ledger are, by their order of arrival and their times.
///
/// Keeps a line per 4,096 records, so that a page far into a large ledger is found without going
/// through all before it. Grows by itself as it is asked.
public final class EventCatalog: Sendable {
  /// What to look for.
  public struct Query: Hashable, Sendable {
    /// Only events of that time or later.
    public var after: Timestamp?
    /// Only events before that time.
    public var before: Timestamp?

    public init(after: Timestamp? = nil, before: Timestamp? = nil) {
      self.after = after
      self.before = before
    }
  }

  /// What is known of a stretch of records.
  struct Stretch: Sendable {
    var eventCount = 0
    var earliest = Timestamp(microseconds: .max)
    var latest = Timestamp(microseconds: .min)
  }

  static let stretchRecordCount: UInt64 = 4_096

  /// Of whole stretches only; the rest is read each time.
  private let stretches = Mutex<[Stretch]>([])

  public init() {}

  /// The events of `query`, some of them.
  ///
  /// - Parameters:
  ///   - offset: how many to pass over.
  ///   - limit: the most to give.
  ///   - isDescending: the newest arrivals first.
  /// - Returns: the records, and how many events there are in all.
  public func page(
    _ query: Query, offset: Int, limit: Int, isDescending: Bool, in reader: LedgerReader
  ) throws(LedgerError) -> (records: [UInt64], totalCount: Int) {
    let known = try catchUp(reader)
    var counts: [Int] = []
    for (number, stretch) in known.enumerated() {
      counts.append(try count(query, stretch, UInt64(number), reader))
    }
    let rest = UInt64(known.count) * Self.stretchRecordCount..<reader.size
    counts.append(try events(query, rest, reader).count)
    let total = counts.reduce(0, +)
    var records: [UInt64] = []
    var toPass = offset
    let order = isDescending ? Array(counts.indices.reversed()) : Array(counts.indices)
    for number in order where records.count < limit {
      guard toPass < counts[number] else {
        toPass -= counts[number]
        continue
      }
      let start = UInt64(number) * Self.stretchRecordCount
      let range = start..<min(start + Self.stretchRecordCount, reader.size)
      let found = try events(query, number == known.count ? rest : range, reader)
      let ordered = isDescending ? Array(found.reversed()) : found
      records += ordered.dropFirst(toPass).prefix(limit - records.count)
      toPass = 0
    }
    return (records, total)
  }

  /// How many events of a stretch match, read only where its times do not tell.
  private func count(
    _ query: Query, _ stretch: Stretch, _ number: UInt64, _ reader: LedgerReader
  ) throws(LedgerError) -> Int {
    if stretch.eventCount == 0 { return 0 }
    if let after = query.after, stretch.latest < after { return 0 }
    if let before = query.before, stretch.earliest >= before { return 0 }
    let isWholeAfter = query.after.map { stretch.earliest >= $0 } ?? true
    let isWholeBefore = query.before.map { stretch.latest < $0 } ?? true
    if isWholeAfter, isWholeBefore { return stretch.eventCount }
    let start = number * Self.stretchRecordCount
    return try events(query, start..<start + Self.stretchRecordCount, reader).count
  }

  private func catchUp(_ reader: LedgerReader) throws(LedgerError) -> [Stretch] {
    var known = stretches.withLock { $0 }
    let start = known.count
    while UInt64(known.count + 1) * Self.stretchRecordCount <= reader.size {
      let first = UInt64(known.count) * Self.stretchRecordCount
      var stretch = Stretch()
      try reader.forEachRecord(in: first..<first + Self.stretchRecordCount) { record in
        guard let time = Self.eventTime(record.header) else { return }
        stretch.eventCount += 1
        stretch.earliest = min(stretch.earliest, time)
        stretch.latest = max(stretch.latest, time)
      }
      known.append(stretch)
    }
    if known.count > start {
      let found = known
      stretches.withLock { if $0.count < found.count { $0 = found } }
    }
    return known
  }

  private func events(
    _ query: Query, _ range: Range<UInt64>, _ reader: LedgerReader
  ) throws(LedgerError) -> [UInt64] {
    var found: [UInt64] = []
    try reader.forEachRecord(in: range) { record in
      guard let time = Self.eventTime(record.header) else { return }
      if let after = query.after, time < after { return }
      if let before = query.before, time >= before { return }
      found.append(record.header.index)
    }
    return found
  }

  /// The time of an OpenLineage event, or without one when it was recorded; nil for other records.
  ///
  /// An event is a run, a job or a dataset whose one body is JSON; of a continued one, the first
  /// part. A native record of such a kind counts if it has such a body, which its producer meant to
  /// be read.
  static func eventTime(_ header: RecordHeader) -> Timestamp? {
    let content = header.content
    guard (content.part?.number ?? 0) == 0, content.bodies.count == 1,
      content.bodies[0].contentType == BodyDraft.jsonContentType, content.bodies[0].tag == nil,
      kinds.contains(content.kind)
    else { return nil }
    return content.eventTime ?? header.recordedTime
  }

  private static let kinds: Set<String> = [
    RecordKind.run.rawValue, RecordKind.job.rawValue, RecordKind.dataset.rawValue,
  ]
}
