internal import HTTPTypes
internal import Hummingbird
internal import LedgerCryptography
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

/// Appends for clients, under the server's limits.
struct Appender: Sendable {
  let ledger: Ledger
  let limits: ServerLimits
  let metrics: ServerMetrics
  private let pool: BatchPool

  init(ledger: Ledger, limits: ServerLimits, metrics: ServerMetrics) {
    self.ledger = ledger
    self.limits = limits
    self.metrics = metrics
    pool = BatchPool(ledger)
  }

  /// The only back-pressure: a client that tries again later loses nothing.
  func requireRoom() throws(ServerError) {
    if let failure = ledger.failure {
      throw ServerError(
        .serviceUnavailable, "poisoned",
        "an earlier write failed (\(Self.kind(of: failure))), so that nothing is appended until "
          + "the server is started again; what was acknowledged is safe",
        retryAfterSeconds: 30)
    }
    guard ledger.queuedByteCount <= limits.queueByteCount else {
      throw ServerError(
        .serviceUnavailable, "busy", "more is being appended than the disk takes; try again",
        retryAfterSeconds: 1)
    }
  }

  /// Why the writer failed, without a path of this machine.
  static func kind(of failure: LedgerError) -> String {
    failure.message.contains("free some space") ? "no space is left" : failure.code.rawValue
  }

  /// Appends one record, and answers with its receipt once it is durable.
  func answer(to draft: RecordDraft) async throws -> Response {
    let receipt = try await append(draft)
    var writer = JSONWriter()
    receipt.write(to: &writer)
    return Answer.json(
      writer, status: receipt.isDuplicate ? .ok : .created, headers: fields(of: receipt))
  }

  /// Appends one record.
  ///
  /// - Throws: why it was not appended.
  func append(_ draft: RecordDraft) async throws -> Receipt {
    try requireRoom()
    var batch = pool.take()
    do throws(LedgerError) {
      try batch.append(draft)
    } catch {
      pool.giveBack(batch)
      throw error
    }
    let outcomes = try await ledger.append(batch)
    pool.giveBack(batch)
    guard let outcome = outcomes.first else {
      throw ServerError(.internalServerError, "failed", "nothing was appended")
    }
    metrics.count(outcome)
    guard case .recorded(let receipt) = outcome else {
      throw Self.refusal(of: outcome)
        ?? ServerError(.internalServerError, "failed", "nothing was appended")
    }
    return receipt
  }

  /// Appends one record without waiting.
  ///
  /// - Parameter then: gets the receipt once the record is durable, on a thread of the ledger; nil
  ///   if it was not appended, now or ever.
  func append(_ draft: RecordDraft, _ then: @escaping @Sendable (Receipt?) -> Void) {
    var batch = pool.take()
    guard (try? batch.append(draft)) != nil else {
      pool.giveBack(batch)
      return then(nil)
    }
    let taken = batch
    ledger.append(taken) { result in
      pool.giveBack(taken)
      guard case .success(let outcomes) = result, let outcome = outcomes.first,
        case .recorded(let receipt) = outcome
      else { return then(nil) }
      metrics.count(outcome)
      then(receipt)
    }
  }

  /// Appends many, in order.
  func append(_ batch: RecordBatch) async throws -> [AppendOutcome] {
    guard !batch.isEmpty else { return [] }
    try requireRoom()
    let outcomes = try await ledger.append(batch)
    for outcome in outcomes { metrics.count(outcome) }
    return outcomes
  }

  /// Queues many for a client whose next records wait for these: it is held up and not refused.
  ///
  /// - Returns: once they are queued, in the order of the calls.
  func queueWhenThereIsRoom(_ batch: RecordBatch) async throws -> AppendUnderWay {
    while ledger.failure == nil, ledger.queuedByteCount > limits.queueByteCount {
      try await Task.sleep(for: .milliseconds(5))
    }
    guard !batch.isEmpty else { return AppendUnderWay([]) }
    try requireRoom()
    let append = AppendUnderWay()
    ledger.append(batch) { append.end($0) }
    return append
  }

  /// The fields that tell a client what its record became.
  func fields(of receipt: Receipt) -> HTTPFields {
    [
      .ledgerIndex: String(receipt.index),
      .ledgerLeafHash: receipt.leafHash.description,
      .ledgerRecordedTime: receipt.recordedTime.description,
      .ledgerTreeSize: String(ledger.size),
    ]
  }

  /// What stands against a record that was not appended.
  static func refusal(of outcome: AppendOutcome) -> ServerError? {
    switch outcome {
    case .recorded: nil
    case .conflict(let index, let identifier):
      ServerError(
        .conflict, "conflict",
        "record \(index) has the id '\(identifier)' but another content; nothing was appended")
    case .unknownReference(let index):
      ServerError(
        .badRequest, "unknownReference",
        "the record refers to record \(index), which is not before it; nothing was appended")
    }
  }
}
