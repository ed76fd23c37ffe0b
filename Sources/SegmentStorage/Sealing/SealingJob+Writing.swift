internal import LedgerCryptography
internal import LedgerFormat

extension SealingJob {
  /// Copies the blocks of `source` into the two files, adds footers and synchronises.
  func writeSegment(
    _ source: borrowing StorageFile, _ headerFile: borrowing StorageFile,
    _ bodyFile: borrowing StorageFile, _ frontierAfter: [SHA256Digest]
  ) throws(StorageEngineError) -> SealedSegment {
    let effort = try effort(for: source)
    var headers = BlockRecombiner(.headers, effort: effort)
    var bodies = BlockRecombiner(.bodies, effort: effort)
    headers.output = fileHeader(.headers)
    bodies.output = fileHeader(.bodies)
    var headersWritten = 0
    var bodiesWritten = 0
    var window = try FileWindow(over: source)
    var position = LogPosition(beginning: sealing, openingID: OpeningID(sealing.ledgerID.bytes))
    while position.nextRecord < next.firstRecord {
      try copyGroup(at: &position, &window, source, &headers, &bodies)
      if headers.output.count >= FileWindow.byteCountTarget {
        try drain(&headers.output, into: headerFile, at: &headersWritten)
      }
      if bodies.output.count >= FileWindow.byteCountTarget {
        try drain(&bodies.output, into: bodyFile, at: &bodiesWritten)
      }
    }
    try checkEnd(
      position, isLast: try window.holdsOnlyReserve(from: position.nextOffset, of: source))
    headers.flush()
    bodies.flush()
    try drain(&headers.output, into: headerFile, at: &headersWritten)
    try drain(&bodies.output, into: bodyFile, at: &bodiesWritten)
    let chain = try chainState(headers.blocks, headerFile, frontierAfter)
    let count = next.firstRecord - sealing.firstRecord
    let footer = SegmentFooter(
      firstRecord: sealing.firstRecord, recordCount: count, chain: chain, blocks: headers.blocks)
    let bodyFooter = SegmentFooter(
      firstRecord: sealing.firstRecord, recordCount: count, chain: nil, blocks: bodies.blocks)
    headers.output = footer.encoded()
    bodies.output = bodyFooter.encoded()
    try drain(&headers.output, into: headerFile, at: &headersWritten)
    try drain(&bodies.output, into: bodyFile, at: &bodiesWritten)
    do throws(StorageError) {
      try headerFile.synchronize()
      try bodyFile.synchronize()
    } catch {
      throw StorageEngineError(error)
    }
    guard let segment = SealedSegment(footer) else {
      preconditionFailure("a header segment has a chain")
    }
    return segment
  }

  /// A file grows beyond the target while the one before it is sealed. One of twice its bytes shows
  /// that appending is faster than that, and then sealing must not take longer than it has to.
  private func effort(
    for source: borrowing StorageFile
  ) throws(StorageEngineError) -> CompressionEffort {
    let byteCount = try onDisk { () throws(StorageError) in try source.size() }
    return byteCount <= 2 * FormatLimits.segmentByteCountTarget ? .thoroughIfMuchRepeats : .fast
  }

  private func fileHeader(_ kind: BlockKind) -> [UInt8] {
    SegmentFileHeader(
      kind: kind, ledgerID: sealing.ledgerID, firstRecord: sealing.firstRecord
    ).encoded()
  }

  private func drain(
    _ output: inout ByteBuffer, into file: borrowing StorageFile, at offset: inout Int
  ) throws(StorageEngineError) {
    do throws(StorageError) {
      try file.write(output.span, at: offset)
    } catch {
      throw StorageEngineError(error)
    }
    offset += output.count
    output.removeAll(keepingCapacity: true)
  }

  private func copyGroup(
    at position: inout LogPosition, _ window: inout FileWindow, _ source: borrowing StorageFile,
    _ headers: inout BlockRecombiner, _ bodies: inout BlockRecombiner
  ) throws(StorageEngineError) {
    let path = location.sealingPath
    let offset = position.nextOffset
    let records = position.nextRecord..<next.firstRecord
    guard let head = try window.load(GroupFrameHeader.byteCount, at: offset, from: source) else {
      throw .damaged(path, offset: offset, records: records, "the file ends too early")
    }
    do throws(FormatError) {
      var reader = ByteReader(window.bytes.rawSpan.extracting(head))
      let header = try GroupFrameHeader.decode(from: &reader)
      guard position.isContinued(by: header) else {
        throw .inconsistent(field: "group number", offset: 40)
      }
      position.advance(over: header)
    } catch {
      throw StorageEngineError(error, path: path, offset: offset, records: records)
    }
    let count = Int(position.nextOffset - offset)
    guard let range = try window.load(count, at: offset, from: source) else {
      throw .damaged(path, offset: offset, records: records, "the file ends too early")
    }
    do throws(FormatError) {
      var reader = ByteReader(window.bytes.rawSpan.extracting(range))
      let frame = try GroupFrame.decode(from: &reader)
      try headers.add(section: frame.headerSection)
      try bodies.add(section: frame.bodySection)
    } catch {
      throw StorageEngineError(error, path: path, offset: offset, records: records)
    }
  }

  /// The file must end exactly where the next one says that it does.
  private func checkEnd(_ position: LogPosition, isLast: Bool) throws(StorageEngineError) {
    guard position.nextRecord == next.firstRecord, position.nextGroup == next.firstGroup,
      position.previousDigest == next.previousDigest, isLast
    else {
      throw .damaged(
        location.sealingPath, offset: position.nextOffset, records: records,
        "active does not continue where it ends")
    }
  }

  /// First and last time and the last leaf hash, from the first and the last block as written.
  private func chainState(
    _ blocks: [SegmentFooter.BlockLocation], _ file: borrowing StorageFile,
    _ frontierAfter: [SHA256Digest]
  ) throws(StorageEngineError) -> SegmentFooter.ChainState {
    guard let first = blocks.first, let last = blocks.last else {
      preconditionFailure("a sealed file has records")
    }
    var raw: ByteBuffer = []
    let path = temporaryPath(.headers)
    let firstBlock = try StoredBlock.read(.headers, first, from: file, path: path, into: &raw)
    let firstTime = try inFile(path, offset: first.offset, records: records) {
      () throws(FormatError) in try HeaderBlock.firstRecordedTime(firstBlock, raw: raw.rawSpan)
    }
    let lastBlock = try StoredBlock.read(.headers, last, from: file, path: path, into: &raw)
    let end = try inFile(path, offset: last.offset, records: records) { () throws(FormatError) in
      try HeaderBlock.end(lastBlock, raw: raw.rawSpan)
    }
    guard end.leafHash == next.leafHashBefore, firstBlock.leafHashBefore == sealing.leafHashBefore
    else {
      throw .damaged(
        location.sealingPath, records: records,
        "its headers do not join those before and after it")
    }
    return SegmentFooter.ChainState(
      firstRecordedTime: firstTime, lastRecordedTime: end.recordedTime,
      leafHashBefore: sealing.leafHashBefore, lastLeafHash: end.leafHash,
      frontier: frontierAfter)
  }
}
