internal import Dispatch
internal import LedgerCryptography
public import LedgerFormat
internal import MerkleLog
internal import SegmentStorage
internal import SubjectVault

/// A ledger open for writing: one process, one writer, many producers.
///
/// A class over a pipeline of two stages rather than an actor: the stages own their state and run
/// at the same time, which one serial executor would forbid. All methods may be called from
/// anywhere, at once.
public final class Ledger: Sendable {
  public let location: LedgerLocation
  public let identity: LedgerIdentity
  /// What opening found and did, one sentence each.
  public let remarks: [String]
  /// The 32-byte key of permanent pseudonyms.
  public let nameKey: [UInt8]
  let pipeline: AppendPipeline
  let duplicateKey: HMACSHA256Key
  let options: LedgerOptions
  /// Keys of subjects, and the journal of their erasures.
  let subjects: SubjectKeys
  /// What readers of this process see.
  let publication: Publication
  private let locks: LedgerLocks
  private let salts = SaltSource()
  /// Where the vault's database is waited for; one caller at a time.
  let committingSubjects = DispatchQueue(label: "ledgerstone.subjects")
  /// Where records are read back before they are signed.
  private let rereading = DispatchQueue(label: "ledgerstone.reread")
  /// Where erasures and holds run, one after the other.
  let erasing = DispatchQueue(label: "ledgerstone.erase")
  /// Where the evidence of certificates is put together, of one after the other.
  let certifying = DispatchQueue(label: "ledgerstone.certify")

  init(
    location: LedgerLocation, identity: LedgerIdentity, remarks: [String], nameKey: [UInt8],
    duplicateKey: HMACSHA256Key, options: LedgerOptions, subjects: SubjectKeys,
    pipeline: AppendPipeline, publication: Publication, locks: LedgerLocks
  ) {
    self.location = location
    self.identity = identity
    self.remarks = remarks
    self.nameKey = nameKey
    self.duplicateKey = duplicateKey
    self.options = options
    self.subjects = subjects
    self.pipeline = pipeline
    self.publication = publication
    self.locks = locks
  }

  /// An empty batch for this ledger.
  public func makeBatch() -> RecordBatch {
    RecordBatch(
      duplicateKey: duplicateKey,
      sealer: BodySealer(keys: subjects, ledgerID: identity.ledgerID), salts: salts)
  }

  /// What time it is to this ledger.
  package var clock: any LedgerClock { pipeline.clock }

  /// Raw bytes of appends that are not acknowledged yet.
  public var queuedByteCount: Int { pipeline.queuedByteCount }

  /// Appends all records of `batch`, in order, and returns once they are on disk.
  ///
  /// Batches of several callers share a sync. A batch larger than a group is not atomic: after a
  /// crash a prefix of it may be there.
  ///
  /// Keys and tags of sealed bodies are durable in the vault before the batch is queued.
  ///
  /// - Returns: one outcome per record, in the batch's order.
  /// - Throws: `poisoned`, `storage`, `clock` or `closed`; `erasing` or `vault` for sealed bodies,
  ///   and nothing was appended then. What was not acknowledged may or may not
  ///   be there when the ledger is opened again, but never in part.
  public func append(_ batch: RecordBatch) async throws(LedgerError) -> [AppendOutcome] {
    let result: Result<[AppendOutcome], LedgerError> = await withCheckedContinuation {
      continuation in
      append(batch) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// Signs a checkpoint over all records appended before the call, if there is a new one.
  ///
  /// - Returns: the signed note's bytes, as published.
  public func checkpoint() async throws(LedgerError) -> [UInt8] {
    let reread = await readBackUnsigned()
    let result: Result<[UInt8], LedgerError> = await withCheckedContinuation { continuation in
      let isAccepted = pipeline.perform { committer in
        continuation.resume(
          returning: Result { () throws(LedgerError) in
            try committer.checkpoint(reread: reread).bytes
          })
      }
      if !isAccepted {
        continuation.resume(returning: .failure(LedgerError(.closed, "the ledger was closed")))
      }
    }
    return try result.get()
  }

  /// The tree of what is durable now, read back from the disk beside appending: signing stops
  /// appending, and then has only those records to read that come meanwhile.
  ///
  /// - Returns: nil where that fails; signing reads all of them then, and says what is wrong.
  private func readBackUnsigned() async -> TreeFrontier? {
    let found: (signed: TreeFrontier, files: TreeFiles, log: LogReader)? =
      await withCheckedContinuation { continuation in
        let isAccepted = pipeline.perform { continuation.resume(returning: $0.unsigned) }
        if !isAccepted { continuation.resume(returning: nil) }
      }
    guard let (signed, files, log) = found else { return nil }
    return await withCheckedContinuation { continuation in
      rereading.async {
        let tree = try? signed.extended(to: log.endRecord, holding: files) { range, body in
          try log.forEachLeafRun(in: range, body)
        }
        continuation.resume(returning: tree)
      }
    }
  }

  /// Appends an index record, which commits to what the index is of all records before it, and
  /// signs the checkpoint of exactly its size: completeness proofs are made under it.
  ///
  /// If the last record of all is one, nothing is appended and its note is given. Runs that an
  /// earlier process left are derived from the log again first, but for those that an index record
  /// lists already.
  ///
  /// - Returns: the signed note's bytes, as published and kept with the index.
  /// - Throws: as `append`; `storage` or `corrupt` if the index cannot be built.
  public func index() async throws(LedgerError) -> [UInt8] {
    await withCheckedContinuation { continuation in
      pipeline.catchUp(confirming: true) { continuation.resume() }
    }
    let reread = await readBackUnsigned()
    let result: Result<[UInt8], LedgerError> = await withCheckedContinuation { continuation in
      let isAccepted = pipeline.appendIndex(reread: reread) {
        continuation.resume(returning: $0.map(\.bytes))
      }
      if !isAccepted {
        continuation.resume(returning: .failure(LedgerError(.closed, "the ledger was closed")))
      }
    }
    return try result.get()
  }

  /// Finishes what is under way, leaves everything durable and releases the locks.
  ///
  /// - Returns: what could not be done that loses nothing, one sentence each.
  /// - Throws: `storage` if that failed, or if a sealing failed in the background since; what was
  ///   acknowledged is safe all the same, and the next opening finishes the rest.
  @discardableResult
  public func close() async throws(LedgerError) -> [String] {
    let result: Result<[String], LedgerError> = await withCheckedContinuation { continuation in
      let locks = locks
      let isAccepted = pipeline.close { committer, indexFailure in
        continuation.resume(
          returning: Result { () throws(LedgerError) in
            // The vault's lock goes last, so that nobody signs before the ledger is closed.
            defer { locks.vault.take()?.abandon() }
            if let held = locks.ledger.take() { try committer.close(held) }
            return indexFailure.map {
              ["the index is incomplete (\($0.message)); the next command that writes builds it"]
            } ?? []
          })
      }
      // A second call has nothing left to do.
      if !isAccepted { continuation.resume(returning: .success([])) }
    }
    return try result.get()
  }
}
