internal import Ledgerstone
internal import Synchronization

/// Batches that are used again, so that a request allocates no buffers and draws no salts of its
/// own in steady state.
final class BatchPool: Sendable {
  private let ledger: Ledger
  private let free = Mutex<[RecordBatch]>([])
  private static let keptCountMax = 256
  /// Larger ones are not kept.
  private static let keptByteCountMax = 64 << 10

  init(_ ledger: Ledger) { self.ledger = ledger }

  func take() -> RecordBatch {
    free.withLock { $0.popLast() } ?? ledger.makeBatch()
  }

  func giveBack(_ batch: consuming RecordBatch) {
    guard batch.byteCount <= Self.keptByteCountMax else { return }
    var empty = batch
    empty.removeAll()
    free.withLock { free in
      if free.count < Self.keptCountMax { free.append(empty) }
    }
  }
}
