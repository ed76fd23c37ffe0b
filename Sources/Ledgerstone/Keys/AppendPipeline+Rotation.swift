internal import Dispatch
internal import LedgerFormat
internal import MerkleLog
internal import Synchronization

/// How the record of a new signing key is appended.
extension AppendPipeline {
  typealias RotationCompletion = @Sendable (Result<KeyRotationReport, LedgerError>) -> Void

  /// Rotates the key behind everything queued so far.
  ///
  /// - Returns: false if the pipeline was closed; `completion` is not called then.
  func appendRotation(completion: @escaping RotationCompletion) -> Bool {
    enqueue(.rotation(completion), byteCount: 0, isLast: false)
  }

  /// On the assembling queue, so that nothing is numbered between the record and its checkpoint.
  func appendRotationRecord(_ assembly: inout Assembly, _ completion: @escaping RotationCompletion)
  {
    do throws(LedgerError) {
      // Another rotation may just be ending.
      waitForCommits()
      let rotation = try committer.withLock { committer throws(LedgerError) in
        try committer.beginRotation()
      }
      var pending = try beginEmpty(&assembly)
      var batch = emptyBatch
      do throws(LedgerError) {
        try batch.append(LedgerRecords.keyRotated(rotation.content))
      } catch {
        giveBack(pending)
        throw error
      }
      var cursor = BatchCursor()
      var outcomes: [Sequencer.Outcome] = []
      _ = assembly.sequencer.add(batch, from: &cursor, to: &pending, outcomes: &outcomes)
      commit(pending, rotation, completion)
    } catch {
      completion(.failure(error))
    }
  }

  private func commit(
    _ pending: PendingGroup, _ rotation: Committer.Rotation,
    _ completion: @escaping RotationCompletion
  ) {
    commitInOrder { [self] in
      let result: Result<KeyRotationReport, LedgerError> = committer.withLock { committer in
        do throws(LedgerError) {
          let report = try committer.commitRotation(pending, rotation)
          sealIfDue(committer)
          return .success(report)
        } catch {
          return .failure(error)
        }
      }
      pass(pending, isDurable: (try? result.get()) != nil)
      completion(result)
    }
  }
}
