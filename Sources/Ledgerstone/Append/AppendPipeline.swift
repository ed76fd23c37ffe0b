internal import Dispatch
internal import LedgerFormat
internal import MerkleLog
internal import SegmentStorage
internal import Synchronization

/// Takes what has queued, assembles it into groups on one queue, compresses large ones on another,
/// makes them durable on a third, so that the next group is encoded while one is synced, and
/// indexes them on a fourth.
///
/// The queues are serial and the ledger's own: blocking on the disk never holds up a thread of the
/// shared pool.
final class AppendPipeline: Sendable {
  typealias Completion = @Sendable (Result<[AppendOutcome], LedgerError>) -> Void

  /// A batch on its way. The pipeline lets go of it as soon as its records were taken, so that its
  /// producer can use its memory again once it has the answer.
  struct Request: Sendable {
    let batch: RecordBatch
    var cursor = BatchCursor()
    var outcomes: [Sequencer.Outcome] = []
    let completion: Completion
  }

  /// What a producer waits for: the outcomes of its batch, once they are durable.
  struct Answer: Sendable {
    let outcomes: [Sequencer.Outcome]
    let completion: Completion
  }

  enum Work: Sendable {
    case append(Request)
    /// Runs on the committing queue after everything queued before it.
    case command(@Sendable (Committer) -> Void)
    /// Appends an index record over everything queued before it and signs it.
    case index(reread: TreeFrontier?, @Sendable (Result<LedgerNote, LedgerError>) -> Void)
    /// Appends the record of a new signing key and hands over to it.
    case rotation(RotationCompletion)
  }

  /// What stands between two stages: a group, and who waits for it.
  typealias OpenGroup = (pending: PendingGroup, answers: [Answer])

  struct Queue {
    var works: [Work] = []
    var isDraining = false
    var isClosed = false
    var byteCount = 0
    /// Of `works` alone.
    var waitingByteCount = 0
    /// With so many works, or enough bytes, the assembling queue, which waits, is woken.
    var awaitedCount: Int?

    /// As much as is compressed beside the group before it.
    var hasMuchWaiting: Bool { waitingByteCount >= AppendPipeline.encodingByteCountMin }
  }

  /// What the assembling queue owns.
  struct Assembly {
    var sequencer: Sequencer
    var clockGuard: ClockGuard
  }

  typealias ClockRecordMaker =
    @Sendable (_ stepMicroseconds: Int64, _ clock: Timestamp) -> RecordBatch

  let queue = Mutex(Queue())
  /// Used on the assembling queue only.
  let patience = Mutex(GroupPatience())
  /// Wakes the assembling queue when the works that it waits for are there.
  let company = DispatchSemaphore(value: 0)
  private let assembly: Mutex<Assembly>
  let committer: Mutex<Committer>
  let clock: any LedgerClock
  let sealsInBackground: Bool
  /// Makes the record of a clock step that the caller accepted; nil if steps are refused.
  private let makeClockRecord: ClockRecordMaker?
  private let assembling = DispatchQueue(label: "ledgerstone.assemble")
  let encoding = DispatchQueue(label: "ledgerstone.encode")
  /// Whatever is queued on `encoding` and not handed on to `committing` yet.
  let encodingCount = Atomic(0)
  /// Large groups that are not durable yet.
  let largeCount = Atomic(0)
  let committing = DispatchQueue(label: "ledgerstone.commit")
  let sealing = DispatchQueue(label: "ledgerstone.seal")
  let index: IndexStage
  /// For the ledger's own records.
  let emptyBatch: RecordBatch
  /// One group is filled while one is compressed, one written and one indexed; two wait between the
  /// stages, which take turns at being the slowest.
  private static let groupCount = 6
  private let freeGroups = Mutex((0..<groupCount).map { _ in PendingGroup() })
  private let freeGroupCount = DispatchSemaphore(value: groupCount)

  init(
    assembly: sending Assembly, committer: sending Committer, index: IndexStage,
    emptyBatch: RecordBatch, clock: any LedgerClock, sealsInBackground: Bool,
    makeClockRecord: ClockRecordMaker?
  ) {
    self.assembly = Mutex(assembly)
    self.committer = Mutex(committer)
    self.index = index
    self.emptyBatch = emptyBatch
    self.clock = clock
    self.sealsInBackground = sealsInBackground
    self.makeClockRecord = makeClockRecord
  }

  /// Raw bytes that wait or are under way.
  var queuedByteCount: Int { queue.withLock { $0.byteCount } }

  /// Queues a batch; `completion` is called once all of it is durable or has failed.
  func append(_ batch: RecordBatch, completion: @escaping Completion) {
    let count = batch.byteCount
    let isAccepted = enqueue(
      .append(
        Request(batch: batch) { [self] result in
          queue.withLock { $0.byteCount -= count }
          completion(result)
        }), byteCount: count, isLast: false)
    if !isAccepted {
      completion(.failure(LedgerError(.closed, "the ledger was closed")))
    }
  }

  /// Queues a command behind everything queued so far; false if the pipeline was closed.
  func perform(_ body: @escaping @Sendable (Committer) -> Void) -> Bool {
    enqueue(.command(body), byteCount: 0, isLast: false)
  }

  func enqueue(_ work: Work, byteCount: Int, isLast: Bool) -> Bool {
    enum Step { case refused, drain, wake, nothing }
    let step = queue.withLock { queue -> Step in
      guard !queue.isClosed else { return .refused }
      queue.works.append(work)
      queue.byteCount += byteCount
      queue.waitingByteCount += byteCount
      queue.isClosed = isLast
      if !queue.isDraining {
        queue.isDraining = true
        return .drain
      }
      guard let awaited = queue.awaitedCount,
        isLast || queue.works.count >= awaited || queue.hasMuchWaiting
      else { return .nothing }
      queue.awaitedCount = nil
      return .wake
    }
    switch step {
    case .drain: assembling.async { self.drain() }
    case .wake: company.signal()
    case .refused, .nothing: break
    }
    return step != .refused
  }

  private func drain() {
    var works: [Work] = []
    while true {
      works.removeAll(keepingCapacity: true)
      let hasWaitedInVain = waitForCompany()
      queue.withLock { queue in
        swap(&works, &queue.works)
        queue.waitingByteCount = 0
        queue.isDraining = !works.isEmpty
      }
      if works.isEmpty { return }
      patience.withLock { $0.noteTaken(works.count, hasWaitedInVain: hasWaitedInVain) }
      works.reverse()
      assembly.withLock { assemble(&works, &$0) }
    }
  }

  /// Takes all of `works`, from the last to the first.
  private func assemble(_ works: inout [Work], _ assembly: inout Assembly) {
    var open: OpenGroup?
    while let work = works.popLast() {
      switch consume work {
      case .index(let reread, let completion):
        submit(&open)
        appendIndexRecord(&assembly, reread: reread, completion)
      case .rotation(let completion):
        submit(&open)
        appendRotationRecord(&assembly, completion)
      case .command(let body):
        submit(&open)
        commitInOrder { self.committer.withLock { body($0) } }
      case .append(var request):
        take(&request, into: &open, &assembly)
      }
    }
    submit(&open)
  }

  /// Adds one batch to the open group, and to as many further groups as it fills.
  private func take(
    _ request: inout Request, into open: inout OpenGroup?, _ assembly: inout Assembly
  ) {
    while true {
      if open == nil {
        switch begin(&assembly) {
        case .group(let pending): open = (pending, [])
        case .clockStepped(let step): return refuse(request, clockStepMicroseconds: step)
        }
      }
      guard var current = open.take() else { preconditionFailure("a group was just opened") }
      let isComplete = assembly.sequencer.add(
        request.batch, from: &request.cursor, to: &current.pending,
        outcomes: &request.outcomes)
      if isComplete {
        current.answers.append(
          Answer(outcomes: request.outcomes, completion: request.completion))
      }
      open = current
      if isComplete { return }
      submit(&open)
    }
  }

  /// Answers a batch of which no more can be taken, once it is known what became of the records
  /// that were taken before the clock stepped.
  private func refuse(_ request: Request, clockStepMicroseconds step: Int64) {
    commitInOrder {
      self.committer.withLock { committer in
        var failure = LedgerError(
          clockStepMicroseconds: step, appendedCount: request.cursor.record,
          of: request.batch.records.count)
        if request.cursor.record > 0 {
          do throws(LedgerError) { try committer.requireHealth() } catch { failure = error }
        }
        request.completion(.failure(failure))
      }
    }
  }

  enum Beginning {
    case group(PendingGroup)
    /// The clock stepped, and that is not accepted.
    case clockStepped(microseconds: Int64)
  }

  /// Takes a free group, waiting for one, and begins it at the clock's time.
  func begin(_ assembly: inout Assembly) -> Beginning {
    freeGroupCount.wait()
    guard var pending = freeGroups.withLock({ $0.popLast() }) else {
      preconditionFailure("the semaphore counts the free groups")
    }
    let (now, elapsed) = (clock.now(), clock.monotonicMicroseconds())
    switch assembly.clockGuard.reading(wall: now, monotonic: elapsed) {
    case .record(let time):
      assembly.sequencer.begin(&pending, at: time)
    case .stepped(let step):
      guard let note = makeClockRecord?(step, now) else {
        giveBack(pending)
        return .clockStepped(microseconds: step)
      }
      assembly.sequencer.begin(
        &pending, at: assembly.clockGuard.accept(wall: now, monotonic: elapsed))
      var cursor = BatchCursor()
      var outcomes: [Sequencer.Outcome] = []
      _ = assembly.sequencer.add(note, from: &cursor, to: &pending, outcomes: &outcomes)
    }
    return .group(pending)
  }

  /// Hands the open group over to be made durable.
  func submit(_ open: inout OpenGroup?) {
    guard let (pending, answers) = open.take() else { return }
    let commit: @Sendable () -> Void = {
      let isDurable = self.committer.withLock { self.commit(pending, answers, $0) }
      self.pass(pending, isDurable: isDurable)
    }
    guard pending.group.byteCount >= Self.encodingByteCountMin else { return commitSmall(commit) }
    // What a small one took says little of one behind a large one.
    patience.withLock { $0.noteCommit(microseconds: 0) }
    largeCount.wrappingAdd(1, ordering: .relaxed)
    encode {
      pending.encoding.group.withLock { $0.encodeSections(of: pending.group) }
      self.committing.async {
        commit()
        self.largeCount.wrappingSubtract(1, ordering: .releasing)
      }
    }
  }

  /// Hands a group on to be indexed, after which it is free again.
  func pass(_ pending: PendingGroup, isDurable: Bool) {
    guard isDurable else { return giveBack(pending) }
    index.take(pending) { self.giveBack(pending) }
  }

  /// Makes a group free for the next records.
  func giveBack(_ pending: PendingGroup) {
    freeGroups.withLock { $0.append(pending) }
    freeGroupCount.signal()
  }

  /// - Returns: whether the group is durable.
  private func commit(_ pending: PendingGroup, _ answers: [Answer], _ committer: Committer)
    -> Bool
  {
    var failure: LedgerError?
    do throws(LedgerError) {
      if pending.group.recordCount > 0 {
        try committer.commit(pending)
      } else {
        // Duplicates only: of records that may have been lost with the group before.
        try committer.requireHealth()
      }
    } catch {
      failure = error
    }
    for answer in answers {
      if let failure {
        answer.completion(.failure(failure))
      } else {
        answer.completion(Self.complete(answer.outcomes, committer))
      }
    }
    if failure == nil { sealIfDue(committer) }
    return failure == nil
  }

  private static func complete(_ outcomes: [Sequencer.Outcome], _ committer: Committer)
    -> Result<[AppendOutcome], LedgerError>
  {
    do throws(LedgerError) {
      var completed: [AppendOutcome] = []
      completed.reserveCapacity(outcomes.count)
      for outcome in outcomes {
        switch outcome {
        case .recorded(let receipt): completed.append(.recorded(receipt))
        case .duplicate(let record, let identifier):
          completed.append(
            .recorded(try committer.receipt(ofDuplicate: record, identifier: identifier)))
        case .conflict(let record, let identifier):
          completed.append(.conflict(index: record, identifier: identifier))
        case .unknownReference(let record): completed.append(.unknownReference(index: record))
        }
      }
      return .success(completed)
    } catch {
      return .failure(error)
    }
  }

  /// Forgets the duplicate keys of records whose bodies were erased.
  func forgetDuplicates(of records: Set<UInt64>) {
    assembly.withLock { $0.sequencer.forgetDuplicates(of: records) }
  }

  /// Takes no more work, and runs `body` after everything queued and after any sealing.
  ///
  /// - Parameter body: gets why the index is not complete, if it is not.
  /// - Returns: false if it was closed already; `body` is not run then.
  func close(_ body: @escaping @Sendable (Committer, LedgerError?) -> Void) -> Bool {
    enqueue(
      .command { [self] _ in
        // A sealing's end is queued on the committing queue before the sealing queue goes on.
        sealing.async {
          self.committing.async {
            let failure = self.index.close()
            self.committer.withLock { body($0, failure) }
          }
        }
      }, byteCount: 0, isLast: true)
  }
}

extension LedgerError {
  /// - Parameters:
  ///   - step: how far the clock went ahead of where it should be.
  ///   - appendedCount: the batch's first records, which are durable all the same.
  ///   - count: the batch's records.
  init(clockStepMicroseconds step: Int64, appendedCount: Int, of count: Int) {
    let seconds = abs(step) / 1_000_000
    let consequence =
      appendedCount == 0
      ? "nothing was appended"
      : "the first \(appendedCount) of \(count) records were appended before that, the others not"
    self.init(
      .clock,
      "the system clock is \(seconds) s \(step < 0 ? "behind" : "ahead of") where it should be; "
        + "\(consequence). Set the clock, or pass --accept-clock to go on and have the step "
        + "recorded")
  }
}
