/// Values under keys, as many as fit into a number of bytes.
///
/// Which one goes to make room is drawn by lot: those who walk through more than fits, again and
/// again, then still find the part that stayed, where the least recently used one would always be
/// the next they want.
struct BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Slot {
    var key: Key
    var value: Value
    var byteCount: Int
  }

  let byteCountMax: Int
  private(set) var byteCount = 0
  private var slots: [Slot] = []
  private var places: [Key: Int] = [:]
  /// Of a linear congruential generator (Knuth's MMIX); nothing depends on its quality.
  private var lot: UInt64 = 1

  init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  var count: Int { slots.count }

  subscript(key: Key) -> Value? { places[key].map { slots[$0].value } }

  /// Takes a value in, unless it is too large by itself.
  mutating func insert(_ value: Value, byteCount added: Int, for key: Key) {
    if let place = places[key] { remove(at: place) }
    guard added <= byteCountMax else { return }
    while byteCount + added > byteCountMax { remove(at: drawn()) }
    places[key] = slots.count
    slots.append(Slot(key: key, value: value, byteCount: added))
    byteCount += added
  }

  mutating func removeAll(where isUnwanted: (Key) -> Bool) {
    for place in slots.indices.reversed() where isUnwanted(slots[place].key) { remove(at: place) }
  }

  private mutating func drawn() -> Int {
    lot = lot &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((lot >> 33) % UInt64(slots.count))
  }

  /// The last slot takes the place of the one that goes.
  private mutating func remove(at place: Int) {
    let removed = slots[place]
    byteCount -= removed.byteCount
    places[removed.key] = nil
    let last = slots.removeLast()
    if place < slots.count {
      slots[place] = last
      places[last.key] = place
    }
  }
}
