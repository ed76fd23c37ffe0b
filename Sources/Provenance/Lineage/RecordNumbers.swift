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
  /// Others in each table, so that no list of records is a bad one in all of them.
  private let seed = UInt64.random(in: 0...UInt64.max)
  private let factor = UInt64.random(in: 0...UInt64.max) | 1

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
    let product = (record ^ seed).multipliedFullWidth(by: factor)
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: product.high ^ product.low) & mask
    while slots[place].record != record, slots[place].record != Self.free {
      place = (place + 1) & mask
    }
    return place
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(record: Self.free, number: 0), count: old.count * 2)
    for slot in old where slot.record != Self.free { slots[place(of: slot.record)] = slot }
  }
}
