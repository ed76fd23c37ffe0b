internal import LedgerCryptography
internal import LedgerFormat

/// How the writer's own process makes the next snapshot without reading anything back.
///
/// Each method gives a new snapshot and leaves this one as it is. They follow the writer's steps
/// in order, from one thread, and always start from the newest snapshot.
extension LogReader {
  /// The snapshot after a group was made durable.
  ///
  /// - Precondition: this is the newest snapshot, and the group is the one after its last.
  /// - Complexity: O(blocks of the group).
  public func appending(_ group: EncodedGroup) -> LogReader {
    var result = self
    guard let header = group.header, let last = result.tails.indices.last else {
      preconditionFailure("a snapshot of a writer has an active file, a group a header")
    }
    precondition(result.tails[last].position.isContinued(by: header), "not the next group")
    let sections = group.frame.rawSpan.extracting(GroupFrameHeader.byteCount...)
    let headersEnd = Int(header.headerSectionByteCount)
    let bodiesEnd = headersEnd + Int(header.bodySectionByteCount)
    do throws(FormatError) {
      let blocks = try TailIndex.Blocks(
        header: header, headerSection: sections.extracting(..<headersEnd),
        bodySection: sections.extracting(headersEnd..<bodiesEnd))
      result.tails[last].index.append(blocks)
      result.tails[last].headerBlockCount += blocks.headers.count
      result.tails[last].bodyBlockCount += blocks.bodies.count
    } catch {
      preconditionFailure("a frame as encoded: \(error)")
    }
    result.tails[last].position.advance(over: header)
    return result
  }

  /// The snapshot after `GroupLog.beginSealing`.
  public func beginningFile(_ job: SealingJob) throws(StorageEngineError) -> LogReader {
    var result = self
    let file = try onDisk { () throws(StorageError) in
      try location.fileSystem.open(location.activePath, .readOnly)
    }
    let opening = tails.last?.position.openingID ?? OpeningID(location.ledgerID.bytes)
    if let last = result.tails.indices.last { result.tails[last].path = location.sealingPath }
    result.tails.append(
      LogTail(
        path: location.activePath, file: SharedFile(file), header: job.next, openingID: opening))
    return result
  }

  /// The snapshot after `SealingJob.writeSegment`.
  public func sealing(_ segment: SealedSegment) -> LogReader {
    var result = self
    precondition(
      result.tails.first?.header.firstRecord == segment.firstRecord
        && result.tails.first?.position.nextRecord == segment.endRecord,
      "the segment of another file")
    result.tails.removeFirst()
    result.segments.append(segment)
    return result
  }
}
