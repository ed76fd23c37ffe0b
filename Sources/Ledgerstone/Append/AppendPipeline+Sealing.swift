internal import Dispatch
internal import SegmentStorage
internal import Synchronization

/// How full files become segments, beside the appends that go on.
extension AppendPipeline {
  func sealIfDue(_ committer: Committer) {
    let work: Sealing?
    // A failure to begin poisons the committer, which the next append then answers.
    do throws(LedgerError) { work = try committer.beginSealingIfDue() } catch { return }
    guard let work else { return }
    guard sealsInBackground else {
      committer.finishSealing(Self.run(work))
      return
    }
    sealing.async {
      let result = Self.run(work)
      self.committing.async { self.committer.withLock { $0.finishSealing(result) } }
    }
  }

  private static func run(_ work: Sealing) -> Result<SealedSegment, LedgerError> {
    Result { () throws(LedgerError) in try work.run() }
  }

  /// Seals everything queued so far, whatever its size, and then runs `body` on the committing
  /// queue while no sealing is under way; false if the pipeline was closed.
  func performSealed(_ body: @escaping @Sendable (Result<Committer, LedgerError>) -> Void) -> Bool {
    perform { [self] _ in sealWhenIdle(body) }
  }

  private func sealWhenIdle(
    _ body: @escaping @Sendable (Result<Committer, LedgerError>) -> Void
  ) {
    // A sealing's end is queued on the committing queue before the sealing queue goes on.
    sealing.async { [self] in
      committing.async { [self] in
        let isDone = committer.withLock { committer -> Bool in
          do throws(LedgerError) {
            try committer.requireHealth()
            // Another one may have begun meanwhile.
            if committer.log.isSealing { return false }
            if let work = try committer.beginSealingIfDue(target: 0) {
              committer.finishSealing(Self.run(work))
            }
            try committer.requireHealth()
            body(.success(committer))
          } catch {
            body(.failure(error))
          }
          return true
        }
        if !isDone { sealWhenIdle(body) }
      }
    }
  }
}
