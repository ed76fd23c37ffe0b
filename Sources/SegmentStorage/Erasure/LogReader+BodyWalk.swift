internal import LedgerCryptography
public import LedgerFormat

extension LogReader {
  /// Gives every body that is there to `body`, in slot order, as it is stored; one block is held in
  /// memory. The bytes are valid during the call only.
  ///
  /// - Throws: `damaged`, file errors, or what `body` throws, which ends the walk.
  public func forEachBody(_ body: (_ slot: BodySlot, _ bytes: RawSpan) throws -> Void) throws {
    for position in 0..<partCount {
      switch part(at: position) {
      case .tail(let tail):
        try Self.walk(tail.file.file, tail.path, count: tail.bodyBlockCount, body) {
          tail.index.location(.bodies, at: $0)
        }
      case .segment(let segment):
        let path = location.bodiesPath(segment.firstRecord)
        var failure: (any Error)?
        try location.withFile(path, .readOnly) { file throws(StorageEngineError) in
          let footer = try location.segmentFooter(.bodies, segment.firstRecord, file, path: path)
          do {
            try Self.walk(file, path, count: footer.blocks.count, body) { footer.blocks[$0] }
          } catch {
            failure = error
          }
        }
        if let failure { throw failure }
      }
    }
  }

  private static func walk(
    _ file: borrowing StorageFile, _ path: String, count: Int,
    _ body: (BodySlot, RawSpan) throws -> Void, _ place: (Int) -> SegmentFooter.BlockLocation
  ) throws {
    var raw: ByteBuffer = []
    for position in 0..<count {
      let place = place(position)
      _ = try StoredBlock.read(.bodies, place, from: file, path: path, into: &raw)
      var reader = ByteReader(raw.rawSpan)
      for _ in 0..<place.entryCount {
        let slot: BodySlot
        let bytes: RawSpan
        do throws(FormatError) {
          let entry = try BodyEntry.decode(from: &reader)
          slot = entry.slot
          if entry.erasedBy != nil { continue }
          bytes = entry.bytes
        } catch {
          throw StorageEngineError(
            error, path: path, offset: place.offset,
            records: place.firstRecord..<place.lastRecord + 1)
        }
        try body(slot, bytes)
      }
    }
  }
}
