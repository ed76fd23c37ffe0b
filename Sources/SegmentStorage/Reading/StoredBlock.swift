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
    let bytes = try storedBytes(location, from: file, path: path)
    return try decode(kind, bytes, at: location, path: path, into: &raw)
  }

  /// The bytes at `location` as they are.
  static func storedBytes(
    _ location: SegmentFooter.BlockLocation, from file: borrowing StorageFile, path: String
  ) throws(StorageEngineError) -> ByteBuffer {
    var bytes: ByteBuffer = []
    do throws(StorageError) {
      try file.append(Int(location.blockByteCount), to: &bytes, at: Int(location.offset))
    } catch {
      guard error.isEndOfFile else { throw StorageEngineError(error) }
      throw StorageEngineError(
        .damaged, path: path, offset: location.offset,
        records: location.firstRecord..<location.lastRecord + 1,
        detail: "the file ends inside a block", cause: error)
    }
    return bytes
  }

  /// Replaces the content of `raw` by the expanded bytes of the block that was read.
  static func decode(
    _ kind: BlockKind, _ bytes: ByteBuffer, at location: SegmentFooter.BlockLocation,
    path: String, into raw: inout ByteBuffer
  ) throws(StorageEngineError) -> BlockHeader {
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
      throw StorageEngineError(
        error, path: path, offset: location.offset,
        records: location.firstRecord..<location.lastRecord + 1)
    }
  }
}
