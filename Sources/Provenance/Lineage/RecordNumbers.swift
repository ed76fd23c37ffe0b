/// The event number of each record that was read: open addressing, so that a look-up is one step
/// into one list.
///
/// A record can be of several lists, which ask for it again and again.
struct RecordNumbers {
  private struct Slot {
    /// `free` where there is none.
    var record: UInt64
    var number: UInt32
  }

  /// No record has this index (`FormatLimits.integerMax`).
  private static let free = UInt64.max
  /// A power of two of them, at most half used.
  private var slots = [Slot](repeating: Slot(record: free, number: 0), count: 64)
  private var count = 0
  /// By how much a product is shifted to give a slot.
  private var shift: UInt64 = 58
  /// Another in each process, so that nobody can choose records that collide.
  private let factor: UInt64

  init() {
    var hasher = Hasher()
    hasher.combine(0)
    factor = UInt64(truncatingIfNeeded: hasher.finalize()) | 1
  }

  /// The event number of a record; nil if it was not read.
  subscript(record: UInt64) -> UInt32? {
    let slot = slots[place(of: record)]
    return slot.record == record ? slot.number : nil
  }

  /// - Precondition: the record has no number yet.
  mutating func insert(_ number: UInt32, for record: UInt64) {
    if count * 2 >= slots.count { grow() }
    let place = place(of: record)
    precondition(slots[place].record == Self.free, "a record is read once")
    slots[place] = Slot(record: record, number: number)
    count += 1
  }

  /// Where the record is, or belongs.
  @inline(__always)
  private func place(of record: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: (record &* factor) >> shift)
    while slots[place].record != record, slots[place].record != Self.free {
      place = (place + 1) & (slots.count - 1)
    }
    return place
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(record: Self.free, number: 0), count: old.count * 2)
    shift -= 1
    for slot in old where slot.record != Self.free { slots[place(of: slot.record)] = slot }
  }
}
