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
  let indexMemory = IndexMemory()

  init(_ state: State) { self.state = Mutex(state) }

  var current: State { state.withLock { $0 } }

  func update(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
}
