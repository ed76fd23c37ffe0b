internal import LedgerFormat
internal import SegmentStorage

/// Reading what many records say on all processors: decoding is most of what a closure takes.
extension LedgerReader {
  /// Records per piece of work; fewer are read by the caller alone.
  private static let pieceRecordCount = 128
  /// Pieces decoded before they are handed out, so that a long list takes bounded memory.
  private static let pieceCountMax = 4

  private struct Content: Sendable {
    var index: UInt64
    var recordedTime: Timestamp
    var content: RecordContent
  }

  /// As `LogReader.forEachContent`: `body` gets the records in the order of the list, on the
  /// caller's thread.
  ///
  /// - Throws: what came first in the order of the list: an error in reading a record, or what
  ///   `body` throws; `body` has got all records before it.
  func forEachContent(
    of records: [UInt64],
    _ body: (_ index: UInt64, _ recordedTime: Timestamp, _ content: RecordContent) throws -> Void
  ) throws {
    let stepCount = Self.pieceRecordCount * Self.pieceCountMax
    for start in stride(from: 0, to: records.count, by: stepCount) {
      let step = records[start..<min(start + stepCount, records.count)]
      if step.count <= Self.pieceRecordCount {
        try log.forEachContent(of: Array(step), body)
        continue
      }
      for (contents, failure) in read(step) {
        for content in contents {
          try body(content.index, content.recordedTime, content.content)
        }
        if let failure { throw failure }
      }
    }
  }

  /// The contents of each piece of `records`, up to the first that cannot be read.
  private func read(
    _ records: ArraySlice<UInt64>
  ) -> [(contents: [Content], failure: (any Error)?)] {
    let size = Self.pieceRecordCount
    let pieces = stride(from: records.startIndex, to: records.endIndex, by: size).map {
      Array(records[$0..<min($0 + size, records.endIndex)])
    }
    return inParallel(pieces.count) { piece in
      var contents: [Content] = []
      contents.reserveCapacity(size)
      do {
        try log.forEachContent(of: pieces[piece]) {
          contents.append(Content(index: $0, recordedTime: $1, content: $2))
        }
        return (contents, nil)
      } catch {
        return (contents, error)
      }
    }
  }
}
