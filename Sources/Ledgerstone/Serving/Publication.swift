internal import LedgerFormat
internal import SegmentStorage
internal import Synchronization

/// What the committing stage shows to readers of its own process: the newest snapshot, the newest
/// note, and how the writer is. Readers take it without waiting for a group under way.
final class Publication: Sendable {
  struct State: Sendable {
    var log: LogReader
    /// The newest signed note, which covers no more than `log` has.
    var checkpoint: [UInt8]?
    var succession: KeySuccession
    /// Why nothing can be appended any more.
    var failure: LedgerError?
    var measurements: LedgerMeasurements
  }

  private let state: Mutex<State>
  /// What every append asks for, so that it copies no state for it.
  private let endRecordNow: Atomic<UInt64>
  private let hasFailedNow: Atomic<Bool>
  let indexMemory = IndexMemory()

  init(_ state: State) {
    endRecordNow = Atomic(state.log.endRecord)
    hasFailedNow = Atomic(state.failure != nil)
    self.state = Mutex(state)
  }

  var current: State { state.withLock { $0 } }

  /// Records that `current.log` has.
  var endRecord: UInt64 { endRecordNow.load(ordering: .acquiring) }

  /// `current.failure`.
  var failure: LedgerError? {
    hasFailedNow.load(ordering: .acquiring) ? state.withLock { $0.failure } : nil
  }

  func update(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      endRecordNow.store(state.log.endRecord, ordering: .releasing)
      hasFailedNow.store(state.failure != nil, ordering: .releasing)
    }
  }
}
