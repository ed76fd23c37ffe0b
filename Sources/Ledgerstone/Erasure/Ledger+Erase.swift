internal import Dispatch
internal import LedgerCryptography
internal import LedgerFormat
internal import Provenance
internal import SegmentStorage
internal import SubjectVault
internal import Synchronization

extension Ledger {
  /// Erases bodies for good, step by step, each of which is a record or an entry of the journal:
  /// <doc:Erasure> has the order and what a crash behind each step leaves.
  ///
  /// Repeating a request goes on where it stopped; one that ended answers what came of it and
  /// changes nothing, but for a refusal and for RESIDUAL, which are tried anew. Erasures of one
  /// ledger run one after the other. Appends go on meanwhile, except for the subjects erased.
  ///
  /// - Throws: `notFound` if a body named does not exist; `invalid` if the request's id was used
  ///   for something else; `vault` if subjects are named and the vault is locked; `storage`, as by
  ///   a full medium, and `corrupt`: the same request again goes on then.
  public func erase(_ request: ErasureRequest) async throws(LedgerError) -> ErasureReport {
    try await performErasing { ledger throws(LedgerError) in
      var run = ErasureRun(ledger: ledger, request: request)
      return try run.run()
    }
  }

  /// Runs `body` on the queue of erasures, which one caller has at a time.
  func performErasing<Value: Sendable>(
    _ body: @escaping @Sendable (Ledger) throws(LedgerError) -> Value
  ) async throws(LedgerError) -> Value {
    let result: Result<Value, LedgerError> = await withCheckedContinuation { continuation in
      erasing.async { [self] in
        continuation.resume(returning: Result { () throws(LedgerError) in try body(self) })
      }
    }
    return try result.get()
  }
}

// MARK: - For code on the queue of erasures, which may wait

extension Ledger {
  /// Appends one record and waits until it is durable.
  func appendAndWait(
    _ content: RecordContent, bodies: [RecordBatch.Body] = []
  ) throws(LedgerError) -> Receipt {
    var batch = makeBatch()
    try batch.append(content, bodies: bodies)
    let complete = batch
    let result: Result<[AppendOutcome], LedgerError> = waiting { done in
      guard !complete.subjectUses.isEmpty else {
        return pipeline.append(complete, completion: done)
      }
      do throws(VaultError) {
        try subjects.submit(complete.subjectUses) { pipeline.append(complete, completion: done) }
      } catch {
        done(.failure(LedgerError(error)))
      }
    }
    guard case .recorded(let receipt)? = try result.get().first else {
      throw LedgerError(.conflict, "the record was taken for another one")
    }
    return receipt
  }

  /// A snapshot of everything appended so far.
  func snapshotAndWait() throws(LedgerError) -> LogReader {
    let result: Result<LogReader, LedgerError> = waiting { done in
      let isAccepted = pipeline.perform { committer in
        done(
          Result { () throws(LedgerError) in
            try committer.requireHealth()
            return committer.reader
          })
      }
      if !isAccepted { done(.failure(LedgerError(.closed, "the ledger was closed"))) }
    }
    return try result.get()
  }

  func checkpointAndWait() throws(LedgerError) {
    let result: Result<Void, LedgerError> = waiting { done in
      let isAccepted = pipeline.perform { committer in
        done(Result { () throws(LedgerError) in _ = try committer.checkpoint() })
      }
      if !isAccepted { done(.failure(LedgerError(.closed, "the ledger was closed"))) }
    }
    try result.get()
  }

  /// Seals everything appended so far and forgets the duplicate keys of `records`.
  ///
  /// - Returns: a snapshot in which they are all sealed.
  func sealAndWait(forgetting records: Set<UInt64>) throws(LedgerError) -> LogReader {
    let result: Result<LogReader, LedgerError> = waiting { done in
      let isAccepted = pipeline.performSealed { sealed in
        done(
          Result { () throws(LedgerError) in
            let committer = try sealed.get()
            try translatingErrors { try committer.vault.forgetDuplicates(of: records) }
            return committer.reader
          })
      }
      if !isAccepted { done(.failure(LedgerError(.closed, "the ledger was closed"))) }
    }
    let reader = try result.get()
    pipeline.forgetDuplicates(of: records)
    return reader
  }

  private func waiting<Value: Sendable>(
    _ body: (@escaping @Sendable (Value) -> Void) -> Void
  ) -> Value {
    let box = Mutex<Value?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    withoutActuallyEscaping(body) { body in
      body { value in
        box.withLock { $0 = value }
        isDone.signal()
      }
    }
    isDone.wait()
    guard let value = box.withLock({ $0 }) else { preconditionFailure("signalled without value") }
    return value
  }
}
