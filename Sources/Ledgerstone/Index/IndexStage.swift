internal import Dispatch
internal import LedgerFormat
internal import SegmentStorage
internal import Synchronization

/// The third stage of an append: indexes groups that are durable, on a queue of its own, and merges
/// runs on another, so that neither commits nor merges hold up each other.
final class IndexStage: Sendable {
  private let indexer: Mutex<Indexer>
  private let isBackground: Bool
  private let indexing = DispatchQueue(label: "ledgerstone.index")
  private let merging = DispatchQueue(label: "ledgerstone.merge", qos: .utility)
  private let isClosing = Mutex(false)
  private let isMerging = Mutex(false)

  /// - Parameter isBackground: false does all work on the caller's thread, in one order.
  init(_ indexer: sending Indexer, isBackground: Bool) {
    self.indexer = Mutex(indexer)
    self.isBackground = isBackground
  }

  private func perform(_ body: @escaping @Sendable (Indexer) -> Void) {
    guard isBackground else { return indexer.withLock { body($0) } }
    indexing.async { self.indexer.withLock { body($0) } }
  }

  /// Indexes a durable group and then gives it back.
  func take(_ pending: PendingGroup, giveBack: @escaping @Sendable () -> Void) {
    perform { indexer in
      indexer.take(pending.group)
      giveBack()
      self.mergeIfDue(indexer)
    }
  }

  /// Takes a slice of the log, if the index is behind it.
  ///
  /// - Parameters:
  ///   - confirming: builds again first what was only found.
  ///   - completion: gets whether more is there.
  func catchUp(
    _ reader: LogReader, confirming: Bool,
    completion: @escaping @Sendable (_ isBehind: Bool) -> Void
  ) {
    perform { indexer in
      guard !self.isClosing.withLock({ $0 }) else { return completion(false) }
      if confirming { indexer.dropUnconfirmed() }
      let isBehind = indexer.catchUp(reader)
      self.mergeIfDue(indexer)
      completion(isBehind)
    }
  }

  /// Keeps what the index record commits to whose group is handed over next.
  func keep(_ runs: [IndexRunCommitment]) {
    perform { $0.keep(runs) }
  }

  /// Runs `body` after everything handed over so far.
  ///
  /// - Precondition: not called from the stage itself.
  func synchronously<Value: Sendable>(
    _ body: @Sendable (Indexer) throws(LedgerError) -> Value
  ) throws(LedgerError) -> Value {
    func run() -> Result<Value, LedgerError> {
      indexer.withLock { indexer in
        do throws(LedgerError) {
          return .success(try body(indexer))
        } catch {
          return .failure(error)
        }
      }
    }
    return try (isBackground ? indexing.sync { run() } : run()).get()
  }

  private func mergeIfDue(_ indexer: Indexer) {
    guard isBackground else {
      while let merge = indexer.dueMerge() {
        indexer.finish(merge, Result { () throws(LedgerError) in try merge.run { false } })
      }
      return
    }
    guard !isClosing.withLock({ $0 }), !isMerging.withLock({ $0 }),
      let merge = indexer.dueMerge()
    else { return }
    isMerging.withLock { $0 = true }
    merging.async {
      let result = Result { () throws(LedgerError) in
        try merge.run { self.isClosing.withLock { $0 } }
      }
      self.perform { indexer in
        self.isMerging.withLock { $0 = false }
        indexer.finish(merge, result)
        self.mergeIfDue(indexer)
      }
    }
  }

  /// Gives up merging, finishes what was handed over, and leaves the folder ready for readers.
  ///
  /// - Returns: why the index is not complete, if it is not.
  /// - Precondition: not called from the stage itself.
  func close() -> LedgerError? {
    isClosing.withLock { $0 = true }
    if isBackground { merging.sync {} }
    do throws(LedgerError) {
      return try synchronously { indexer in
        indexer.close()
        return indexer.failure
      }
    } catch {
      return error
    }
  }
}
