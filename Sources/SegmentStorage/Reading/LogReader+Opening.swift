internal import LedgerCryptography
internal import LedgerFormat

extension StorageLocation {
  /// Opens a snapshot of what is there, also while a writer appends and seals.
  ///
  /// Reads the footers of all segments and scans the group logs.
  ///
  /// - Throws: `absent` if there is no log; `damaged` for a bad footer or file header, or segments
  ///   that do not join. Damage inside a group log does not throw: see `LogReader.damage`.
  public func openForReading() throws(StorageEngineError) -> LogReader {
    try openForReading(known: [], cache: ReaderCache())
  }

  /// - Parameter known: segments whose footers need not be read again.
  func openForReading(known: [SealedSegment], cache: ReaderCache)
    throws(StorageEngineError) -> LogReader
  {
    // Files move while they are looked at: newest first, so that what was retired meanwhile is
    // found again in the older place, and from the start where they still do not join.
    let attemptCountMax = 8
    var attempt = 1
    while true {
      do throws(StorageEngineError) {
        let reader = try attemptOpening(known: known, cache: cache)
        if reader.damage == nil || attempt >= 3 { return reader }
      } catch {
        let isLasting = error.code != .damaged && error.code != .absent
        if isLasting && error.fileError?.isNotFound != true { throw error }
        if attempt == attemptCountMax { throw error }
      }
      attempt += 1
    }
  }

  private func attemptOpening(known: [SealedSegment], cache: ReaderCache)
    throws(StorageEngineError) -> LogReader
  {
    let active = try openTail(activePath)
    let sealing = try openTail(sealingPath)
    let catalog = try segmentCatalog(known: known, needsBodies: false)
    guard active != nil || sealing != nil || !catalog.complete.isEmpty else {
      throw StorageEngineError(
        .absent, path: directory, detail: "no log of a ledger is in this folder")
    }
    // Segments beyond the beginning of `active` were sealed after it was opened.
    let activeFirst = active?.header.firstRecord ?? .max
    let segments = catalog.complete.filter { $0.firstRecord < activeFirst }
    var tails: [LogTail] = []
    var damage = try staleness(of: active, catalog)
    var end = segments.last?.endRecord ?? 0
    var leafHash = segments.last?.chain.lastLeafHash ?? .zero
    if active == nil, sealing == nil {
      // A writer leaves one of them at every step.
      damage = .damaged(
        activePath, records: end..<end + 1, "sealed segments are there, the active file is not")
    }
    for file in [sealing, active] {
      guard let file else { continue }
      // A file that a segment covers, or that is `active` itself, renamed meanwhile.
      let isSealing = file.path == sealingPath
      if isSealing, file.header.firstRecord < end || file.header.firstRecord >= activeFirst {
        continue
      }
      guard file.header.firstRecord == end, file.header.leafHashBefore == leafHash else {
        if damage != nil { break }
        throw .damaged(
          file.path, offset: 0,
          records: min(end, file.header.firstRecord)..<max(end + 1, file.header.firstRecord),
          "the file does not continue the records before it, which end at record \(end)")
      }
      let scan = try TailScanner.scan(
        file.file.file, path: file.path, header: file.header,
        opening: OpeningID(ledgerID.bytes), depth: .full)
      tails.append(LogTail(path: file.path, file: file.file, scan: scan))
      damage = damage ?? scan.verdict.error(path: file.path, position: scan.position)
      if isSealing, let active, damage == nil,
        scan.position.nextRecord != active.header.firstRecord
      {
        damage = .damaged(
          file.path, offset: scan.position.nextOffset,
          records: scan.position
            .nextRecord..<max(
              scan.position.nextRecord + 1, active.header.firstRecord),
          "the file ends before the records that active continues")
      }
      end = scan.position.nextRecord
      leafHash = scan.lastLeafHash
    }
    return LogReader(self, segments: segments, tails: tails, damage: damage, cache: cache)
  }

  /// Records are sealed once a new `active` stands for those after them: one that begins before a
  /// segment, and still does now that the segment was listed, is a file from an earlier time.
  private func staleness(of active: OpenTail?, _ catalog: SegmentCatalog)
    throws(StorageEngineError) -> StorageEngineError?
  {
    guard let active, let last = catalog.complete.last,
      last.firstRecord >= active.header.firstRecord,
      let now = try openTail(activePath)?.header.firstRecord, now <= last.firstRecord
    else { return nil }
    return .damaged(
      activePath, offset: 0, records: now..<last.endRecord,
      "the file begins before records that are sealed: it is from an earlier time")
  }

  private struct OpenTail {
    var path: String
    var file: SharedFile
    var header: ActiveFileHeader
  }

  /// Nil if there is no such file.
  private func openTail(_ path: String) throws(StorageEngineError) -> OpenTail? {
    let file: SharedFile
    do throws(StorageError) {
      file = SharedFile(try fileSystem.open(path, .readOnly))
    } catch {
      if error.isNotFound { return nil }
      throw StorageEngineError(error)
    }
    return OpenTail(path: path, file: file, header: try activeFileHeader(file.file, path: path))
  }
}
