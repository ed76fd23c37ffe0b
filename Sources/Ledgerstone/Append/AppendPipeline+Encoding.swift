internal import Dispatch
internal import LedgerFormat
internal import Synchronization

/// How large groups are compressed beside the groups before and after them, and all groups are
/// committed in order nevertheless.
extension AppendPipeline {
  /// A smaller group is compressed in less time than it takes to hand it to another thread.
  static let encodingByteCountMin = 4 * FormatLimits.blockByteCountTarget

  func encode(_ work: @escaping @Sendable () -> Void) {
    encodingCount.wrappingAdd(1, ordering: .relaxed)
    encoding.async {
      work()
      self.encodingCount.wrappingSubtract(1, ordering: .releasing)
    }
  }

  /// Runs `work` on the committing queue behind every group submitted before. On the assembling
  /// queue only, so that nothing is submitted meanwhile.
  func commitInOrder(_ work: @escaping @Sendable () -> Void) {
    if encodingCount.load(ordering: .acquiring) == 0 {
      committing.async(execute: work)
    } else {
      encode { self.committing.async(execute: work) }
    }
  }

  /// Waits until every group submitted before is durable or has failed. On the assembling queue.
  func waitForCommits() {
    encoding.sync {}
    committing.sync {}
  }
}
