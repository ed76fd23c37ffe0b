internal import MerkleLog
internal import SegmentStorage

extension LogReader {
  /// Gives the leaves of `records` to `body`, in order; they and the nodes over them are hashed on
  /// all processors.
  ///
  /// - Throws: as `forEachLeafHashRun`.
  func forEachLeafRun(
    in records: Range<UInt64>, _ body: (LeafRun) -> Void
  ) throws(StorageEngineError) {
    try forEachLeafHashRun(
      in: records, fold: { LeafRun(firstLeaf: $0, leaves: $1) }, body: body)
  }
}
