internal import SegmentStorage
internal import Synchronization

/// Holds the ledger's lock until it is closed; a box, because the lock cannot be copied.
final class LockBox: Sendable {
  private let lock: Mutex<ExclusiveLock?>

  init(_ lock: consuming sending ExclusiveLock) { self.lock = Mutex(consume lock) }

  /// The lock, once.
  func take() -> ExclusiveLock? {
    lock.withLock { $0.take() }
  }

  deinit {
    if let held = take() { held.abandon() }
  }
}
