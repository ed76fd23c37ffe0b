internal import LedgerCryptography
public import LedgerFormat

extension LogReader {
  /// The first record whose recorded time is `time` or later; `endRecord` if there is none.
  ///
  /// Recorded times never decrease, so this searches: it expands O(log n) blocks.
  public func firstRecord(atOrAfter time: Timestamp) throws(StorageEngineError) -> UInt64 {
    var low = 0
    var high = partCount
    while low < high {
      let middle = low + (high - low) / 2
      if try lastRecordedTime(of: part(at: middle)) ?? time < time {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < partCount else { return endRecord }
    return try firstRecord(atOrAfter: time, in: part(at: low))
  }

  private func firstRecord(atOrAfter time: Timestamp, in part: LogPart)
    throws(StorageEngineError) -> UInt64
  {
    // The first block whose first record is late enough; the one before may end late enough.
    var low = 0
    var high = part.headerBlockCount
    try withHeaderFile(of: part) { file, path throws(StorageEngineError) in
      var raw: ByteBuffer = []
      while low < high {
        let middle = low + (high - low) / 2
        let place = part.headerBlock(at: middle)
        let block = try StoredBlock.read(.headers, place, from: file, path: path, into: &raw)
        let first = try inFile(path, offset: place.offset) { () throws(FormatError) in
          try HeaderBlock.firstRecordedTime(block, raw: raw.rawSpan)
        }
        if first < time { low = middle + 1 } else { high = middle }
      }
    }
    guard low > 0 else { return part.records.lowerBound }
    let place = part.headerBlock(at: low - 1)
    return try firstRecord(atOrAfter: time, in: place, of: part) ?? place.lastRecord + 1
  }

  private func firstRecord(
    atOrAfter time: Timestamp, in place: SegmentFooter.BlockLocation, of part: LogPart
  ) throws(StorageEngineError) -> UInt64? {
    try withHeaderFile(of: part) { file, path throws(StorageEngineError) in
      var raw: ByteBuffer = []
      let block = try StoredBlock.read(.headers, place, from: file, path: path, into: &raw)
      return try inFile(path, offset: place.offset) { () throws(FormatError) in
        var found: UInt64?
        var fault: FormatError?
        _ = try HeaderBlock.walk(block, raw: raw.rawSpan) { index, header, _ in
          do throws(FormatError) {
            if try RecordedTime.decode(header: header) < time { return true }
            found = index
          } catch {
            fault = error
          }
          return false
        }
        if let fault { throw fault }
        return found
      }
    }
  }

  /// Nil for a part without records.
  private func lastRecordedTime(of part: LogPart) throws(StorageEngineError) -> Timestamp? {
    switch part {
    case .segment(let segment): return segment.chain.lastRecordedTime
    case .tail(let tail):
      guard tail.headerBlockCount > 0 else { return nil }
      let place = tail.index.location(.headers, at: tail.headerBlockCount - 1)
      var raw: ByteBuffer = []
      let block = try StoredBlock.read(
        .headers, place, from: tail.file.file, path: tail.path, into: &raw)
      return try inFile(tail.path, offset: place.offset) { () throws(FormatError) in
        try HeaderBlock.end(block, raw: raw.rawSpan).recordedTime
      }
    }
  }
}
