internal import Dispatch
internal import Synchronization

/// How small groups come to hold the records of many callers.
extension AppendPipeline {
  /// Gives callers that were just answered a moment to be back; see `GroupPatience`.
  ///
  /// - Returns: whether it waited, and they were not.
  func waitForCompany() -> Bool {
    // Behind a large group there is no hurry: what comes while it is compressed is one group.
    guard largeCount.load(ordering: .acquiring) == 0 else { return false }
    let microseconds = queue.withLock { queue -> Int64? in
      guard !queue.works.isEmpty, !queue.isClosed, !queue.hasMuchWaiting else { return nil }
      let wait = patience.withLock { $0.wait(having: queue.works.count) }
      queue.awaitedCount = wait?.count
      return wait?.microseconds
    }
    guard let microseconds else { return false }
    let limit = DispatchTime.now() + .microseconds(Int(microseconds))
    guard company.wait(timeout: limit) == .timedOut else { return false }
    let isSignalled = queue.withLock { queue in
      defer { queue.awaitedCount = nil }
      return queue.awaitedCount == nil
    }
    if isSignalled { company.wait() }
    return !isSignalled
  }

  /// Runs `work`, the commit of a small group, as `commitInOrder` does; on this thread where not
  /// much else is waiting to be assembled meanwhile. A single producer's record changes threads
  /// once less then, and whatever comes while it is synced shares the next group.
  func commitSmall(_ work: @escaping @Sendable () -> Void) {
    guard largeCount.load(ordering: .acquiring) == 0, !queue.withLock({ $0.hasMuchWaiting })
    else { return commitInOrder(work) }
    let start = clock.monotonicMicroseconds()
    committing.sync(execute: work)
    let end = clock.monotonicMicroseconds()
    patience.withLock { $0.noteCommit(microseconds: end - start) }
  }
}
