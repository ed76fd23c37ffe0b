internal import LedgerFormat
internal import SegmentStorage

/// Reading what many records say on several processors: decoding is most of what a closure takes.
extension LedgerReader {
  /// Records per piece of work; fewer are read by the caller alone.
  private static let pieceRecordCount = 128
  /// Pieces decoded before they are handed out.
  private static let pieceCountMax = 4
  /// Entities and edges at which a piece ends early, so that wide records take bounded memory.
  private static let pieceItemCountMax = 4_096

  private struct Content: Sendable {
    var index: UInt64
    var recordedTime: Timestamp
    var content: RecordContent
  }

  /// Some records in order, as far as they were read.
  private struct Piece: Sendable {
    var contents: [Content] = []
    /// Those that were not.
    var rest: ArraySlice<UInt64>
    var failure: (any Error)?
  }

  private struct IsFull: Error {}

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
      for piece in read(step) {
        for content in piece.contents {
          try body(content.index, content.recordedTime, content.content)
        }
        if let failure = piece.failure { throw failure }
        try log.forEachContent(of: Array(piece.rest), body)
      }
    }
  }

  private func read(_ records: ArraySlice<UInt64>) -> [Piece] {
    let size = Self.pieceRecordCount
    let pieces = stride(from: records.startIndex, to: records.endIndex, by: size).map {
      records[$0..<min($0 + size, records.endIndex)]
    }
    return inParallel(pieces.count) { number in
      var piece = Piece(rest: pieces[number])
      piece.contents.reserveCapacity(size)
      var itemCount = 0
      do {
        try log.forEachContent(of: Array(pieces[number])) { index, recordedTime, content in
          piece.contents.append(
            Content(index: index, recordedTime: recordedTime, content: content))
          itemCount += content.entities.count + content.edges.count
          if itemCount > Self.pieceItemCountMax { throw IsFull() }
        }
      } catch is IsFull {
        // The caller reads the rest, one by one.
      } catch {
        piece.failure = error
      }
      piece.rest.removeFirst(piece.contents.count)
      return piece
    }
  }
}
