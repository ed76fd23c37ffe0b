internal import LedgerCryptography
internal import LedgerFormat

/// The numbers of entities by their keys: open addressing, so that an entity which has a number
/// costs no allocation.
struct EntityNumbers: Sendable {
  private struct Slot {
    var hash: UInt64
    /// Plus one; 0 is free.
    var number: UInt32
  }

  /// By number.
  private(set) var keys: [EntityKey] = []
  /// A power of two of them, at most half used.
  private var slots = [Slot](repeating: Slot(hash: 0, number: 0), count: 64)
  private static let hashing = SeededHash()

  /// What a key is looked up by, the same in all tables of the process.
  static func hash(_ key: RawSpan) -> UInt64 { hashing.hash(key) }

  /// The number of an entity, which gets the next one if it has none.
  ///
  /// - Parameters:
  ///   - key: as `EntityKey.append` wrote it.
  ///   - hash: of `key`.
  mutating func number(of key: RawSpan, hash: UInt64) -> EntityID {
    let slot = slot(of: key, hash)
    let known = slots[slot].number
    if known > 0 { return EntityID(rawValue: known - 1) }
    let number = UInt32(keys.count)
    keys.append(EntityKey(written: key))
    slots[slot] = Slot(hash: hash, number: number + 1)
    if keys.count * 2 >= slots.count { grow() }
    return EntityID(rawValue: number)
  }

  /// The number of an entity; nil if it has none.
  func knownNumber(of key: EntityKey) -> EntityID? {
    let number = slots[slot(of: key.bytes.rawSpan, Self.hash(key.bytes.rawSpan))].number
    return number > 0 ? EntityID(rawValue: number - 1) : nil
  }

  /// Where the key is, or belongs.
  @inline(__always)
  private func slot(of key: RawSpan, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place].number > 0 {
      if slots[place].hash == hash, keys[Int(slots[place].number) - 1].hasBytes(of: key) { break }
      place = (place + 1) & mask
    }
    return place
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(hash: 0, number: 0), count: old.count * 2)
    let mask = slots.count - 1
    for slot in old where slot.number > 0 {
      var place = Int(truncatingIfNeeded: slot.hash) & mask
      while slots[place].number > 0 { place = (place + 1) & mask }
      slots[place] = slot
    }
  }
}
