internal import LedgerCryptography

/// The distinct entities of a run being built: open addressing over their keys' bytes, which lie
/// one behind the other in one buffer. Nothing is allocated for an entity already known.
struct KeyTable: Sendable {
  struct Row: Sendable {
    var tag: UInt64
    var offset: Int
    var byteCount: Int
    var keyHash: SHA256Digest
    /// One above the last record added, so that a record is added once.
    var endRecord: UInt64
    /// How many records were added.
    var recordCount: UInt32
    /// The place of its last pair in the builder's list, plus one.
    var lastPair: UInt32 = 0
  }

  private(set) var rows: [Row] = []
  private(set) var keys: ByteBuffer = []
  /// Row numbers plus one; 0 is free. A power of two of them, at most half used.
  private var slots: [UInt32]
  // Seeded anew in each process: the order of the table never shows in a run.
  private let hashing = SeededHash()

  init() { slots = [UInt32](repeating: 0, count: 4_096) }

  /// The row of the key with these items, which is added if it is new.
  mutating func row(of items: RawSpan) -> Int {
    let tag = hashing.hash(items)
    let slot = slot(of: items, tag)
    if slots[slot] != 0 { return Int(slots[slot]) - 1 }
    rows.append(
      Row(
        tag: tag, offset: keys.count, byteCount: items.byteCount,
        keyHash: SHA256Hasher.hash(prefix: EntityKey.head, items), endRecord: 0, recordCount: 0))
    keys.append(copying: items)
    slots[slot] = UInt32(rows.count)
    if rows.count * 2 > slots.count { grow() }
    return rows.count - 1
  }

  /// The row of the key with these items; nil if it was never added.
  func knownRow(of items: RawSpan) -> Int? {
    let slot = slot(of: items, hashing.hash(items))
    return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
  }

  /// Where the key's row number stands, or the free place where it belongs.
  @inline(__always)
  private func slot(of items: RawSpan, _ tag: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: tag) & mask
    while slots[slot] != 0 {
      let row = Int(slots[slot]) - 1
      if rows[row].tag == tag, isEqual(row, items) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  /// Makes `pair` the last one of `row`, and gives the one before.
  @inline(__always)
  mutating func linkPair(_ pair: UInt32, of row: Int) -> UInt32 {
    let previous = rows[row].lastPair
    rows[row].lastPair = pair
    return previous
  }

  /// Counts `record` for `row`; false if it was the last one counted already.
  @inline(__always)
  mutating func count(_ record: UInt64, for row: Int) -> Bool {
    guard rows[row].endRecord <= record else { return false }
    rows[row].endRecord = record + 1
    rows[row].recordCount += 1
    return true
  }

  mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
    for slot in slots.indices { slots[slot] = 0 }
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for (number, row) in rows.enumerated() {
      var slot = Int(truncatingIfNeeded: row.tag) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(number + 1)
    }
  }

  @inline(__always)
  private func isEqual(_ row: Int, _ items: RawSpan) -> Bool {
    let (start, count) = (rows[row].offset, rows[row].byteCount)
    return keys.rawSpan.extracting(start..<start + count).hasBytes(of: items)
  }
}
