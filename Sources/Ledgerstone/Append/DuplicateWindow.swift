internal import LedgerCryptography
internal import LedgerFormat

/// The duplicate keys of the newest records: key → record, over a window of fixed length.
///
/// A table with open addressing, in which the first bytes of a key say where it belongs: keys are
/// outputs of HMAC under a secret, so nobody can choose any that collide. An opening fills it with
/// as many keys as the window is long, so what one of them costs shows.
struct DuplicateWindow {
  struct Entry {
    var record: UInt64
    var contentKey: TruncatedDigest
  }

  private struct Row {
    /// `superseded` where a later record had the same key.
    var record: UInt64
    let key: TruncatedDigest
    let contentKey: TruncatedDigest
  }

  private static let superseded = UInt64.max

  /// In record order. Those that have left the window stay until half of all have.
  private var rows: [Row] = []
  /// The first row that has not left the window.
  private var head = 0
  /// Row numbers plus one; 0 is free. A power of two of them, at most half used.
  private var slots = [UInt32](repeating: 0, count: 1_024)
  let recordCount: UInt64

  /// - Parameter recordCount: how many of the newest records are remembered.
  init(recordCount: Int) { self.recordCount = UInt64(recordCount) }

  /// Makes room for `count` more keys at once.
  mutating func reserve(_ count: Int) {
    rows.reserveCapacity(rows.count + count)
    guard (rows.count + count) * 2 > slots.count else { return }
    rebuild(slotCount: Self.slotCount(for: rows.count + count))
  }

  /// The record that had the same key, if it is still in the window before `nextRecord`.
  func entry(for key: TruncatedDigest, nextRecord: UInt64) -> Entry? {
    let number = slots[slot(of: key)]
    guard number > 0 else { return nil }
    let row = rows[Int(number) - 1]
    guard row.record + recordCount >= nextRecord else { return nil }
    return Entry(record: row.record, contentKey: row.contentKey)
  }

  /// Remembers `record`, the newest, and forgets what has left the window.
  mutating func remember(key: TruncatedDigest, contentKey: TruncatedDigest, record: UInt64) {
    if (rows.count + 1) * 2 > slots.count {
      rebuild(slotCount: Self.slotCount(for: rows.count + 1))
    }
    let slot = slot(of: key)
    if slots[slot] > 0 { rows[Int(slots[slot]) - 1].record = Self.superseded }
    rows.append(Row(record: record, key: key, contentKey: contentKey))
    slots[slot] = UInt32(rows.count)
    while rows[head].record == Self.superseded || rows[head].record + recordCount < record {
      head += 1
    }
    guard head > 4_096, head * 2 > rows.count else { return }
    rows.removeFirst(head)
    head = 0
    rebuild(slotCount: slots.count)
  }

  /// Forgets records whose bodies were erased: their keys were computed from those.
  mutating func forget(_ records: Set<UInt64>) {
    rows.removeAll { records.contains($0.record) || $0.record == Self.superseded }
    head = 0
    rebuild(slotCount: slots.count)
  }

  private static func slotCount(for rowCount: Int) -> Int {
    var count = 1_024
    while count < rowCount * 2 { count *= 2 }
    return count
  }

  /// Where the key's row number stands, or the free place where it belongs.
  private func slot(of key: TruncatedDigest) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: key.withBytes { $0.word(at: 0) }) & mask
    while slots[slot] > 0, rows[Int(slots[slot]) - 1].key != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func rebuild(slotCount: Int) {
    slots = [UInt32](repeating: 0, count: slotCount)
    for number in rows.indices where rows[number].record != Self.superseded {
      slots[slot(of: rows[number].key)] = UInt32(number + 1)
    }
  }
}
