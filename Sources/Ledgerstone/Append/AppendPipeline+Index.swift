internal import Dispatch
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage
internal import Synchronization

/// How the index follows the log, and how index records are appended.
extension AppendPipeline {
  typealias IndexCompletion = @Sendable (Result<LedgerNote, LedgerError>) -> Void

  /// Lets the index catch up with the log, slice by slice, between the groups of producers.
  ///
  /// - Parameters:
  ///   - confirming: builds again also what an earlier process left and no index record lists.
  ///   - completion: called once nothing is left, or nothing can be done.
  func catchUp(confirming: Bool = false, completion: @escaping @Sendable () -> Void = {}) {
    committing.async { [self] in
      let snapshot = committer.withLock { $0.reader }
      index.catchUp(snapshot, confirming: confirming) { [self] isBehind in
        if isBehind { catchUp(completion: completion) } else { completion() }
      }
    }
  }

  /// Appends an index record over everything queued so far, signs the checkpoint of exactly its
  /// size and keeps that; or gives the note of the last one, if nothing lies above it.
  ///
  /// - Parameter reread: what was read back beside appending of the records to be signed.
  /// - Returns: false if the pipeline was closed; `completion` is not called then.
  func appendIndex(reread: TreeFrontier?, completion: @escaping IndexCompletion) -> Bool {
    enqueue(.index(reread: reread, completion), byteCount: 0, isLast: false)
  }

  /// On the assembling queue, so that nothing is numbered while the record is made.
  func appendIndexRecord(
    _ assembly: inout Assembly, reread: TreeFrontier?, _ completion: @escaping IndexCompletion
  ) {
    do throws(LedgerError) {
      if let note = newestIndexNote() { return completion(.success(note)) }
      var pending = try beginEmpty(&assembly)
      do throws(LedgerError) {
        let runs = try tiling(below: assembly.sequencer.nextRecord)
        var batch = emptyBatch
        try batch.append(LedgerRecords.index(runs))
        var cursor = BatchCursor()
        var outcomes: [Sequencer.Outcome] = []
        _ = assembly.sequencer.add(batch, from: &cursor, to: &pending, outcomes: &outcomes)
        commit(pending, committingTo: runs, reread: reread, completion)
      } catch {
        giveBack(pending)
        throw error
      }
    } catch {
      completion(.failure(error))
    }
  }

  /// Begins a group for one record of the ledger's own, which is to be the last of it.
  func beginEmpty(_ assembly: inout Assembly) throws(LedgerError) -> PendingGroup {
    var pending = try beginOrThrow(&assembly)
    while pending.group.recordCount > 0 {
      // The clock's own record came first.
      var open: OpenGroup? = (pending, [])
      submit(&open)
      pending = try beginOrThrow(&assembly)
    }
    return pending
  }

  private func beginOrThrow(_ assembly: inout Assembly) throws(LedgerError) -> PendingGroup {
    switch begin(&assembly) {
    case .group(let pending): return pending
    case .clockStepped(let step):
      throw LedgerError(clockStepMicroseconds: step, appendedCount: 0, of: 1)
    }
  }

  /// The note of the index record that is the last record of all, if there is one.
  private func newestIndexNote() -> LedgerNote? {
    waitForCommits()
    return committer.withLock { $0.closingNote }
  }

  /// The runs over all records below `record`, once these are durable and indexed.
  private func tiling(below record: UInt64) throws(LedgerError) -> [IndexRunCommitment] {
    // Every group is handed to the index when its commit ends.
    waitForCommits()
    return try index.synchronously { indexer throws(LedgerError) in
      try indexer.tiling(below: record)
    }
  }

  private func commit(
    _ pending: PendingGroup, committingTo runs: [IndexRunCommitment], reread: TreeFrontier?,
    _ completion: @escaping IndexCompletion
  ) {
    commitInOrder { [self] in
      let result: Result<LedgerNote, LedgerError> = committer.withLock { committer in
        do throws(LedgerError) {
          let note = try committer.commitIndex(pending, reread: reread)
          sealIfDue(committer)
          return .success(note)
        } catch {
          return .failure(error)
        }
      }
      let isDurable = (try? result.get()) != nil
      // Before the record itself is indexed: the tail ends below it.
      if isDurable { index.keep(runs) }
      pass(pending, isDurable: isDurable)
      completion(result)
    }
  }
}
