public import LedgerCryptography
internal import LedgerFormat

/// The work of turning `active.sealing` into a sealed segment.
///
/// A value that any thread may carry out, also again after a failure: nothing is lost until
/// `retire`. A crash behind each step leaves:
/// - the temporary files written — they are removed at opening, the job begins anew;
/// - one or both renamed — recovery sees `active.sealing` beside them and hands the job out again,
///   and `writeSegment` replaces them;
/// - the folders synchronised — the same: that they are there does not tell that their names are
///   durable, as the synchronisation may have failed, and a second one then proves nothing;
/// - `active.sealing` removed — done.
public struct SealingJob: Sendable {
  let location: StorageLocation
  /// Of `active.sealing`.
  let sealing: ActiveFileHeader
  /// Of the `active` that follows it, which says where it ends.
  let next: ActiveFileHeader

  init(_ location: StorageLocation, sealing: ActiveFileHeader, next: ActiveFileHeader) {
    self.location = location
    self.sealing = sealing
    self.next = next
  }

  /// The records that the segment will hold.
  public var records: Range<UInt64> { sealing.firstRecord..<next.firstRecord }

  /// Writes the segment and makes it durable under its name; `active.sealing` stays.
  ///
  /// Reads and writes the file once; holds one group in memory.
  ///
  /// - Parameter frontierAfter: roots of the complete subtrees of the tree of
  ///   `records.upperBound` records, largest first.
  /// - Throws: `damaged` if `active.sealing` is not what was written, and file errors.
  public func writeSegment(frontierAfter: [SHA256Digest])
    throws(StorageEngineError) -> SealedSegment
  {
    precondition(
      frontierAfter.count == records.upperBound.nonzeroBitCount,
      "a tree has one complete subtree per bit of its size")
    try checkWrittenSegment()
    let first = sealing.firstRecord
    for kind in [BlockKind.headers, .bodies] { try location.removeIfPresent(temporaryPath(kind)) }
    let segment = try location.withFile(location.sealingPath, .readOnly) {
      source throws(StorageEngineError) in
      try location.withFile(temporaryPath(.headers), .createNew(permissions: .file)) {
        headers throws(StorageEngineError) in
        try location.withFile(temporaryPath(.bodies), .createNew(permissions: .file)) {
          bodies throws(StorageEngineError) in
          try writeSegment(source, headers, bodies, frontierAfter)
        }
      }
    }
    // Readers find a segment by its headers, so its bodies have to be there before.
    try location.rename(temporaryPath(.bodies), to: location.bodiesPath(first))
    try location.rename(temporaryPath(.headers), to: location.logPath(first))
    try synchronizeFolders()
    return segment
  }

  /// Removes `active.sealing`, durably. The caller then calls `GroupLog.finishSealing`.
  public func retire() throws(StorageEngineError) {
    try location.removeIfPresent(location.sealingPath)
    try location.synchronizeFolder(location.directory)
  }

  func temporaryPath(_ kind: BlockKind) -> String {
    location.segmentPath(kind, sealing.firstRecord) + StorageLocation.temporarySuffix
  }

  private func synchronizeFolders() throws(StorageEngineError) {
    try location.synchronizeFolder(location.logFolder)
    try location.synchronizeFolder(location.bodiesFolder)
  }

  /// Compares the segment with the job, if an earlier run had put both of its files in place.
  ///
  /// - Throws: `damaged` if they do not hold exactly these records.
  private func checkWrittenSegment() throws(StorageEngineError) {
    let first = sealing.firstRecord
    for kind in [BlockKind.headers, .bodies] {
      let path = location.segmentPath(kind, first)
      let present = try onDisk { () throws(StorageError) in
        try location.fileSystem.information(path)
      }
      if present == nil { return }
    }
    let footer = try location.segmentFooter(.headers, first)
    let bodies = try location.segmentFooter(.bodies, first)
    guard let segment = SealedSegment(footer), segment.endRecord == next.firstRecord,
      segment.chain.leafHashBefore == sealing.leafHashBefore,
      segment.chain.lastLeafHash == next.leafHashBefore, bodies.endRecord == next.firstRecord
    else {
      throw .damaged(
        location.logPath(first), records: records,
        "it does not hold the records of active.sealing")
    }
  }
}
