internal import LedgerFormat

/// An immutable snapshot of a ledger's records: sealed segments and what the group logs held.
///
/// Takes no lock, writes nothing, and never waits for the writer, in this process or another;
/// every method may be called from any thread. What is appended later is in a later snapshot.
/// Memory: the footers of the header segments and the block positions of the group logs, plus one
/// block per call and two in a cache that the snapshots of a ledger share.
public struct LogReader: Sendable {
  public let location: StorageLocation
  /// The sealed segments, ascending from record 0 without gaps.
  public internal(set) var segments: [SealedSegment]
  /// The group logs that no segment covers yet, ascending: none, one or two.
  var tails: [LogTail]
  /// The damage that ends this snapshot early, if there is any: acknowledged records lie behind
  /// it that cannot be read. A torn, never acknowledged tail is no damage and simply not there.
  public internal(set) var damage: StorageEngineError?
  let cache: ReaderCache

  init(
    _ location: StorageLocation, segments: [SealedSegment], tails: [LogTail],
    damage: StorageEngineError? = nil, cache: ReaderCache = ReaderCache()
  ) {
    self.location = location
    self.segments = segments
    self.tails = tails
    self.damage = damage
    self.cache = cache
  }

  /// The snapshot; where the ledger is known to have had `size` records, what lacks is damage.
  ///
  /// - Parameter evidence: such as "the checkpoint".
  public func held(to size: UInt64, by evidence: String) -> LogReader {
    guard damage == nil, endRecord < size else { return self }
    var reader = self
    reader.damage = .damaged(
      location.activePath, records: endRecord..<size,
      "the log ends before, and \(evidence) covers more")
    return reader
  }

  /// How many records the snapshot has; their indexes are 0..<endRecord.
  public var endRecord: UInt64 {
    tails.last?.position.nextRecord ?? segments.last?.endRecord ?? 0
  }

  /// Throws `noSuchRecord` unless the record is in the snapshot.
  func require(_ record: UInt64) throws(StorageEngineError) {
    guard record < endRecord else {
      throw StorageEngineError(
        .noSuchRecord, path: location.directory,
        detail: "record \(record) is not there; the ledger has \(endRecord) records")
    }
  }
}

/// One file's worth of a snapshot.
enum LogPart: Sendable {
  case segment(SealedSegment)
  case tail(LogTail)

  var records: Range<UInt64> {
    switch self {
    case .segment(let segment): segment.firstRecord..<segment.endRecord
    case .tail(let tail): tail.header.firstRecord..<tail.position.nextRecord
    }
  }

  /// How many header blocks it has.
  var headerBlockCount: Int {
    switch self {
    case .segment(let segment): segment.footer.blocks.count
    case .tail(let tail): tail.headerBlockCount
    }
  }

  func headerBlock(at position: Int) -> SegmentFooter.BlockLocation {
    switch self {
    case .segment(let segment): segment.footer.blocks[position]
    case .tail(let tail): tail.index.location(.headers, at: position)
    }
  }

  /// The position of the header block that holds `record`.
  func headerBlockPosition(of record: UInt64) -> Int {
    switch self {
    case .segment(let segment):
      segment.footer.blocks.firstPosition(
        endingAtOrAfter: record, count: segment.footer.blocks.count)
    case .tail(let tail):
      tail.index.firstPosition(.headers, endingAtOrAfter: record, count: tail.headerBlockCount)
    }
  }
}

extension LogReader {
  var partCount: Int { segments.count + tails.count }

  func part(at position: Int) -> LogPart {
    position < segments.count
      ? .segment(segments[position]) : .tail(tails[position - segments.count])
  }

  /// The position of the part that holds `record`, which is in the snapshot.
  func partPosition(of record: UInt64) -> Int {
    let position = segments.firstPosition(endingAfter: record)
    if position < segments.count { return position }
    return position + (tails.firstIndex { record < $0.position.nextRecord } ?? 0)
  }

  /// Lends the file of a part's headers (or, in a group log, of everything).
  func withHeaderFile<Value>(
    of part: LogPart, _ body: (borrowing StorageFile, String) throws(StorageEngineError) -> Value
  ) throws(StorageEngineError) -> Value {
    switch part {
    case .segment(let segment):
      let path = location.logPath(segment.firstRecord)
      return try location.withFile(path, .readOnly) { file throws(StorageEngineError) in
        try body(file, path)
      }
    case .tail(let tail):
      return try body(tail.file.file, tail.path)
    }
  }
}
