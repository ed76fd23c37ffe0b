internal import LedgerCryptography

/// The duplicate keys of the newest records: key → record, over a window of fixed length.
struct DuplicateWindow {
  struct Entry {
    var record: UInt64
    var contentKey: TruncatedDigest
  }

  private var entries: [TruncatedDigest: Entry] = [:]
  /// Keys in record order from `head` on, to forget the oldest.
  private var order: [(record: UInt64, key: TruncatedDigest)] = []
  private var head = 0
  let recordCount: UInt64

  /// - Parameter recordCount: how many of the newest records are remembered.
  init(recordCount: Int) { self.recordCount = UInt64(recordCount) }

  /// The record that had the same key, if it is still in the window before `nextRecord`.
  func entry(for key: TruncatedDigest, nextRecord: UInt64) -> Entry? {
    guard let entry = entries[key], entry.record + recordCount >= nextRecord else { return nil }
    return entry
  }

  /// Remembers `record`, the newest, and forgets what has left the window.
  mutating func remember(key: TruncatedDigest, contentKey: TruncatedDigest, record: UInt64) {
    entries[key] = Entry(record: record, contentKey: contentKey)
    order.append((record, key))
    while head < order.count, order[head].record + recordCount < record {
      if entries[order[head].key]?.record == order[head].record {
        entries[order[head].key] = nil
      }
      head += 1
    }
    if head > 4_096, head * 2 > order.count {
      order.removeFirst(head)
      head = 0
    }
  }

  /// Forgets records whose bodies were erased: their keys were computed from those.
  mutating func forget(_ records: Set<UInt64>) {
    entries = entries.filter { !records.contains($0.value.record) }
  }
}
