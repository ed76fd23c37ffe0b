internal import LedgerFormat
internal import Provenance
internal import SegmentStorage

/// Reading what many records say on several processors: decoding is most of what a closure takes.
extension LedgerReader {
  /// Records per piece of work; fewer are read by the caller alone.
  private static let pieceRecordCount = 128
  /// Pieces decoded before they are handed out.
  private static let pieceCountMax = 4
  /// Entities and edges at which a piece ends early, so that wide records take bounded memory.
  private static let pieceItemCountMax = 4_096

  /// What was made of some records, in order, as far as they were read.
  private struct Piece<Made: Sendable>: Sendable {
    var made: [Made] = []
    /// Those that were not read.
    var rest: ArraySlice<UInt64>
    var failure: (any Error)?
  }

  private struct IsFull: Error {}

  /// Gives what `make` makes of each of `records` to `body`, in the order of the list. A continued
  /// record's parts come one by one.
  ///
  /// - Parameters:
  ///   - make: is called on any thread.
  ///   - body: is called on the caller's.
  /// - Throws: what came first in the order of the list: an error in reading a record, or what
  ///   `body` throws; `body` has got all records before it.
  func forEachRecord<Made: Sendable>(
    of records: [UInt64], _ make: @Sendable (HistoryRecord) -> Made,
    _ body: (Made) throws -> Void
  ) throws {
    func readAlone(_ records: ArraySlice<UInt64>) throws {
      try log.forEachContent(of: Array(records)) { index, recordedTime, content in
        try body(
          make(HistoryRecord(index: index, recordedTime: recordedTime, content: content)))
      }
    }
    let stepCount = Self.pieceRecordCount * Self.pieceCountMax
    for start in stride(from: 0, to: records.count, by: stepCount) {
      let step = records[start..<min(start + stepCount, records.count)]
      if step.count <= Self.pieceRecordCount {
        try readAlone(step)
        continue
      }
      for piece in read(step, make) {
        // By place: a loop over the elements would copy each.
        for place in piece.made.indices { try body(piece.made[place]) }
        if let failure = piece.failure { throw failure }
        try readAlone(piece.rest)
      }
    }
  }

  private func read<Made: Sendable>(
    _ records: ArraySlice<UInt64>, _ make: @Sendable (HistoryRecord) -> Made
  ) -> [Piece<Made>] {
    let size = Self.pieceRecordCount
    let pieces = stride(from: records.startIndex, to: records.endIndex, by: size).map {
      records[$0..<min($0 + size, records.endIndex)]
    }
    return inParallel(pieces.count) { number in
      var piece = Piece<Made>(rest: pieces[number])
      piece.made.reserveCapacity(size)
      var itemCount = 0
      do {
        try log.forEachContent(of: Array(pieces[number])) { index, recordedTime, content in
          piece.made.append(
            make(HistoryRecord(index: index, recordedTime: recordedTime, content: content)))
          itemCount += content.entities.count + content.edges.count
          if itemCount > Self.pieceItemCountMax { throw IsFull() }
        }
      } catch is IsFull {
        // The caller reads the rest, one by one.
      } catch {
        piece.failure = error
      }
      piece.rest.removeFirst(piece.made.count)
      return piece
    }
  }
}
