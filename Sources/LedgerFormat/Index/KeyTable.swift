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
  private let seed: UInt64

  init() {
    slots = [UInt32](repeating: 0, count: 4_096)
    // The standard library's hashes are seeded anew in each process, so that nobody can choose
    // names that collide. The order of the table never shows in a run.
    var hasher = Hasher()
    hasher.combine(0)
    seed = UInt64(truncatingIfNeeded: hasher.finalize()) | 1
  }

  /// The row of the key with these items, which is added if it is new.
  mutating func row(of items: RawSpan) -> Int {
    let tag = hash(items)
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
    let slot = slot(of: items, hash(items))
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

  /// Words of the key folded by 128-bit products with the seed.
  @inline(__always)
  private func hash(_ items: RawSpan) -> UInt64 {
    let count = items.byteCount
    var state = seed ^ UInt64(truncatingIfNeeded: count)
    if count < 8 {
      for offset in 0..<count {
        state = Self.mix(state ^ UInt64(items.byte(at: offset)), seed ^ 0x9E37_79B9_7F4A_7C15)
      }
      return state
    }
    var offset = 0
    while offset + 8 < count {
      state = Self.mix(state ^ items.word(at: offset), seed ^ 0x9E37_79B9_7F4A_7C15)
      offset += 8
    }
    return Self.mix(state ^ items.word(at: count - 8), seed ^ 0xD6E8_FEB8_6659_FD93)
  }

  @inline(__always)
  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  @inline(__always)
  private func isEqual(_ row: Int, _ items: RawSpan) -> Bool {
    let count = rows[row].byteCount
    guard count == items.byteCount else { return false }
    let start = rows[row].offset
    let own = keys.rawSpan.extracting(start..<start + count)
    if count < 8 {
      for offset in 0..<count where own.byte(at: offset) != items.byte(at: offset) { return false }
      return true
    }
    var offset = 0
    while offset + 8 < count {
      if own.word(at: offset) != items.word(at: offset) { return false }
      offset += 8
    }
    return own.word(at: count - 8) == items.word(at: count - 8)
  }
}
