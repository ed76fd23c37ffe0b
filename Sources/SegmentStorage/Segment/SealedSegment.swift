internal import LedgerCryptography
public import LedgerFormat

/// A sealed segment: what its header file's footer says.
public struct SealedSegment: Hashable, Sendable {
  /// Of the header file; its chain is there.
  public let footer: SegmentFooter
  /// Where chain and tree stand after it.
  public let chain: SegmentFooter.ChainState

  public var firstRecord: UInt64 { footer.firstRecord }
  /// The record after the last.
  public var endRecord: UInt64 { footer.endRecord }

  init?(_ footer: SegmentFooter) {
    guard let chain = footer.chain else { return nil }
    self.footer = footer
    self.chain = chain
  }
}

extension StorageLocation {
  /// Reads and checks the header and the footer of a sealed file, not its blocks.
  func segmentFooter(_ kind: BlockKind, _ firstRecord: UInt64)
    throws(StorageEngineError) -> SegmentFooter
  {
    let path = segmentPath(kind, firstRecord)
    return try withFile(path, .readOnly) { file throws(StorageEngineError) in
      try segmentFooter(kind, firstRecord, file, path: path)
    }
  }

  func segmentFooter(
    _ kind: BlockKind, _ firstRecord: UInt64, _ file: borrowing StorageFile, path: String
  ) throws(StorageEngineError) -> SegmentFooter {
    let size: Int
    let head: [UInt8]
    do throws(StorageError) {
      size = try file.size()
      head = try file.leadingBytes(limitBytes: SegmentFileHeader.byteCount)
    } catch {
      throw StorageEngineError(error)
    }
    let header = try head.parsed(path, offset: 0) { span throws(FormatError) in
      var reader = ByteReader(span)
      return try SegmentFileHeader.decode(kind, from: &reader, ledger: ledgerID)
    }
    let trailerOffset = size - SegmentFooter.trailerByteCount
    guard trailerOffset >= SegmentFileHeader.byteCount else {
      throw .damaged(path, offset: UInt64(size), "the file is too short for a footer")
    }
    let footerByteCount = try bytes(file, SegmentFooter.trailerByteCount, at: trailerOffset)
      .parsed(path, offset: trailerOffset) { span throws(FormatError) in
        try SegmentFooter.byteCount(trailer: span)
      }
    let start = size - footerByteCount
    guard start >= SegmentFileHeader.byteCount else {
      throw .damaged(path, offset: UInt64(trailerOffset), "the footer is longer than the file")
    }
    let footer = try bytes(file, footerByteCount, at: start).parsed(path, offset: start) {
      span throws(FormatError) in try SegmentFooter.decode(kind, span)
    }
    let blocksEnd =
      footer.blocks.last.map { $0.offset + UInt64($0.blockByteCount) }
      ?? UInt64(SegmentFileHeader.byteCount)
    guard footer.firstRecord == firstRecord, header.firstRecord == firstRecord,
      blocksEnd == UInt64(start)
    else {
      throw .damaged(
        path, offset: UInt64(start), "footer, file header and file name do not agree")
    }
    return footer
  }

  private func bytes(_ file: borrowing StorageFile, _ count: Int, at offset: Int)
    throws(StorageEngineError) -> [UInt8]
  {
    do throws(StorageError) {
      return try file.bytes(count: count, at: offset)
    } catch {
      throw StorageEngineError(error)
    }
  }
}

extension [UInt8] {
  fileprivate func parsed<Value>(
    _ path: String, offset: Int, _ body: (RawSpan) throws(FormatError) -> Value
  ) throws(StorageEngineError) -> Value {
    do throws(FormatError) {
      return try body(rawSpan)
    } catch {
      throw StorageEngineError(error, path: path, offset: UInt64(offset))
    }
  }
}
