internal import SegmentStorage
internal import Synchronization

/// What one writer holds: the lock of the ledger's folder and that of the vault.
struct LedgerLocks: Sendable {
  let ledger: LockBox
  let vault: LockBox
}

/// Holds a lock until its ledger is closed; a box, because the lock cannot be copied.
final class LockBox: Sendable {
  private let lock: Mutex<ExclusiveLock?>

  init(_ lock: consuming sending ExclusiveLock) { self.lock = Mutex(consume lock) }

  /// The lock, once.
  func take() -> ExclusiveLock? {
    lock.withLock { $0.take() }
  }

  /// Lends the lock.
  ///
  /// - Precondition: it was not taken.
  func withLock<Value: Sendable>(
    _ body: (borrowing ExclusiveLock) throws(StorageEngineError) -> Value
  ) throws(StorageEngineError) -> Value {
    let result: Result<Value, StorageEngineError> = lock.withLock { held in
      guard let lock = held.take() else { preconditionFailure("the lock was taken") }
      let result = Result { () throws(StorageEngineError) in try body(lock) }
      held = consume lock
      return result
    }
    return try result.get()
  }

  deinit {
    if let held = take() { held.abandon() }
  }
}
