internal import Dispatch
internal import LedgerFormat
internal import Synchronization

/// A sound block of headers on its way to the derivation of the index.
struct IndexBlock: Sendable {
  /// The record of the first entry that is not skipped.
  var firstRecord: UInt64
  /// Entries at the front whose records were met before.
  var skippedCount: Int
  /// `HeaderEntry` behind `HeaderEntry`; none where not all of them are canonical.
  var entries: [UInt8]
  var recordCount: Int
  var indexRecords: [NotableRecord]
}

/// Hands header blocks over to the derivation, which runs on a queue of its own beside the check of
/// the blocks that follow.
final class IndexFeed {
  private let worker: Worker
  private var pending: [IndexBlock] = []
  private var pendingByteCount = 0

  /// Handed over at once; four such portions may wait.
  private static let portionByteCount = 512 << 10

  init(_ derivation: IndexDerivation) { worker = Worker(derivation) }

  /// Takes the headers of a block; the first `skippedCount` were met before.
  func take(_ result: HeaderBlockResult, skipping skippedCount: Int) {
    let first = result.header.firstRecord + UInt64(skippedCount)
    pending.append(
      IndexBlock(
        firstRecord: first, skippedCount: skippedCount,
        entries: result.isCanonical ? result.entries : [],
        recordCount: result.leafHashes.count - skippedCount,
        indexRecords: result.notable.filter { $0.index >= first && $0.content.kind == "index" }))
    // A block has a price of its own, however small it is.
    pendingByteCount += result.entries.count + 64
    if pendingByteCount >= Self.portionByteCount { submit() }
  }

  private func submit() {
    worker.submit(pending)
    pending.removeAll()
    pendingByteCount = 0
  }

  /// Waits until everything is derived. `recordCount` is how many records the log has.
  func finish(recordCount: UInt64) -> IndexDerivation {
    submit()
    return worker.finish(recordCount: recordCount)
  }

  private final class Worker: Sendable {
    private let queue = DispatchQueue(label: "ledgerstone.verify.index")
    private let room = DispatchSemaphore(value: 4)
    private let derivation: Mutex<IndexDerivation>

    init(_ derivation: IndexDerivation) { self.derivation = Mutex(derivation) }

    func submit(_ blocks: [IndexBlock]) {
      room.wait()
      queue.async {
        self.derivation.withLock { derivation in
          for block in blocks { derivation.accept(block) }
        }
        self.room.signal()
      }
    }

    func finish(recordCount: UInt64) -> IndexDerivation {
      queue.sync {
        derivation.withLock { derivation in
          derivation.finish(recordCount: recordCount)
          return derivation
        }
      }
    }
  }
}
