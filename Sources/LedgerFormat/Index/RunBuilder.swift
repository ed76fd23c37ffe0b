internal import LedgerCryptography

/// Gathers the entities of consecutive records and gives their run.
///
/// Takes records in order, of a range that it is told at the start; may be asked for the run of
/// what it has at any moment and goes on afterwards. Memory: the distinct keys once and twelve
/// bytes per (entity, record) pair. Nothing is allocated per record in steady state, and each
/// distinct key is hashed by SHA-256 once.
public struct RunBuilder: Sendable {
  /// The first record of the run.
  public private(set) var firstRecord: UInt64
  /// The records taken so far, those without entities included.
  public private(set) var recordCount: UInt64 = 0
  private var table = KeyTable()
  /// Row and record, in the order they came.
  private var pairs: [Pair] = []

  private struct Pair: Sendable {
    var row: UInt32
    var record: UInt32
    /// The place of the pair of the same row before this one, plus one; 0 for the first.
    var previous: UInt32
  }

  /// Begins with `firstRecord`: where a run of level 0 may begin, if `run` is to be asked for.
  public init(firstRecord: UInt64 = 0) {
    self.firstRecord = firstRecord
    pairs.reserveCapacity(4 * FormatLimits.runRecordCount)
  }

  /// The record that must come next.
  public var nextRecord: UInt64 { firstRecord + recordCount }
  /// Whether the run is full: take it, and begin the next one.
  public var isFull: Bool { recordCount == UInt64(FormatLimits.runRecordCount) }
  /// The distinct entities so far.
  public var entryCount: Int { table.rows.count }

  /// Takes the header of `nextRecord`, which the log holds.
  ///
  /// - Precondition: the run is not full.
  /// - Throws: what `EntityKeyWalk` throws on bytes that are no header; the builder is then not to
  ///   be used any more.
  public mutating func append(header: RawSpan) throws(FormatError) {
    precondition(!isFull, "the run is full")
    let record = nextRecord
    recordCount += 1
    var walk = try EntityKeyWalk(header)
    while let range = try walk.next() { add(items: header.extracting(range), record) }
  }

  /// The same for a header as it stands in a block, without its first two pairs.
  public mutating func append(entry: RawSpan) throws(FormatError) {
    precondition(!isFull, "the run is full")
    let record = nextRecord
    recordCount += 1
    var walk = try EntityKeyWalk(entry: entry)
    while let range = try walk.next() { add(items: entry.extracting(range), record) }
  }

  /// Takes `nextRecord` by the keys of the entities that it names, repeated or not.
  public mutating func append(keys: [EntityKey]) {
    precondition(!isFull, "the run is full")
    let record = nextRecord
    recordCount += 1
    for key in keys { add(items: key.bytes.rawSpan.extracting(1...), record) }
  }

  @inline(__always)
  private mutating func add(items: RawSpan, _ record: UInt64) {
    let row = table.row(of: items)
    guard table.count(record, for: row) else { return }
    pairs.append(
      Pair(
        row: UInt32(truncatingIfNeeded: row),
        record: UInt32(truncatingIfNeeded: record - firstRecord),
        previous: table.linkPair(UInt32(truncatingIfNeeded: pairs.count + 1), of: row)))
  }

  /// The records so far that name the entity, ascending, as its run would have them.
  public func records(naming key: EntityKey) -> [UInt64] {
    guard let row = table.knownRow(of: key.bytes.rawSpan.extracting(1...)) else { return [] }
    var records: [UInt64] = []
    records.reserveCapacity(Int(table.rows[row].recordCount))
    var place = table.rows[row].lastPair
    while place > 0 {
      let pair = pairs[Int(place) - 1]
      records.append(firstRecord + UInt64(pair.record))
      place = pair.previous
    }
    records.reverse()
    return records
  }

  /// Begins anew at `firstRecord` and keeps the memory.
  public mutating func restart(at firstRecord: UInt64) {
    precondition(
      firstRecord.isMultiple(of: UInt64(FormatLimits.runRecordCount)), "a run begins aligned")
    self.firstRecord = firstRecord
    recordCount = 0
    table.removeAll()
    pairs.removeAll(keepingCapacity: true)
  }

  /// The run of the records so far, of which there is at least one: its file and what an index
  /// record says of it. The builder may go on.
  public func run(ledgerID: LedgerID) -> (file: [UInt8], commitment: IndexRunCommitment) {
    guard let extent = IndexRunExtent(level: 0, firstRecord: firstRecord, recordCount: recordCount)
    else { preconditionFailure("a run covers at least one record") }
    var writer = RunWriter(ledgerID: ledgerID, extent: extent)
    let (starts, records) = grouped()
    for row in order() {
      writer.beginEntry(table.rows[row].keyHash)
      for place in starts[row]..<starts[row + 1] {
        writer.append(firstRecord + UInt64(records[place]))
      }
      writer.endEntry()
    }
    let commitment = writer.finish()
    return (writer.takeOutput(), commitment)
  }

  /// The distinct keys so far, in no particular order, for the name dictionary.
  public func keys() -> [EntityKey] {
    table.rows.map { row in
      EntityKey(items: table.keys.rawSpan.extracting(row.offset..<row.offset + row.byteCount))
    }
  }

  /// The names of the distinct entities so far, in no particular order.
  func names() -> [IndexedName] {
    var names: [IndexedName] = []
    names.reserveCapacity(table.rows.count)
    for row in table.rows {
      // Keys come from headers that were decoded or encoded, so these heads are there.
      let items = table.keys.rawSpan.extracting(row.offset..<row.offset + row.byteCount)
      if let name = IndexedName(items: items) { names.append(name) }
    }
    return names
  }

  /// The rows in the order of their key hashes.
  private func order() -> [Int] {
    // The first eight bytes decide almost always and compare as one number.
    var order = table.rows.indices.map { row in
      (prefix: table.rows[row].keyHash.withBytes { $0.word(at: 0).byteSwapped }, row: row)
    }
    order.sort { left, right in
      if left.prefix != right.prefix { return left.prefix < right.prefix }
      return table.rows[left.row].keyHash < table.rows[right.row].keyHash
    }
    return order.map(\.row)
  }

  /// The records of each row behind each other, and where each row's begin.
  private func grouped() -> (starts: [Int], records: [UInt32]) {
    var starts = [Int](repeating: 0, count: table.rows.count + 1)
    for (number, row) in table.rows.enumerated() {
      starts[number + 1] = starts[number] + Int(row.recordCount)
    }
    var next = starts
    var records = [UInt32](repeating: 0, count: pairs.count)
    for pair in pairs {
      records[next[Int(pair.row)]] = pair.record
      next[Int(pair.row)] += 1
    }
    return (starts, records)
  }
}
