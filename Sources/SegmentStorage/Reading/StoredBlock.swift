internal import LedgerCryptography
internal import LedgerFormat

/// Reads single blocks of any file.
enum StoredBlock {
  /// Replaces the content of `raw` by the expanded bytes of the block at `location`.
  ///
  /// - Throws: `damaged`, naming file, offset and records, if the bytes there are not that block.
  static func read(
    _ kind: BlockKind, _ location: SegmentFooter.BlockLocation, from file: borrowing StorageFile,
    path: String, into raw: inout ByteBuffer
  ) throws(StorageEngineError) -> BlockHeader {
    let records = location.firstRecord..<location.lastRecord + 1
    var bytes: ByteBuffer = []
    do throws(StorageError) {
      try file.append(Int(location.blockByteCount), to: &bytes, at: Int(location.offset))
    } catch {
      guard error.isEndOfFile else { throw StorageEngineError(error) }
      throw StorageEngineError(
        .damaged, path: path, offset: location.offset, records: records,
        detail: "the file ends inside a block", cause: error)
    }
    raw.removeAll(keepingCapacity: true)
    do throws(FormatError) {
      var reader = ByteReader(bytes.rawSpan)
      let header = try Block.decode(kind, from: &reader, into: &raw)
      try reader.finish()
      guard header.firstRecord == location.firstRecord, header.lastRecord == location.lastRecord,
        header.entryCount == location.entryCount
      else { throw .inconsistent(field: "block records", offset: 16) }
      return header
    } catch {
      throw StorageEngineError(error, path: path, offset: location.offset, records: records)
    }
  }
}
