public import LedgerCryptography

/// A fast hash of short byte strings for tables in memory, seeded anew in each process, so that
/// nobody can choose names that collide. Never part of a format.
package struct SeededHash: Sendable {
  @usableFromInline let seed: UInt64

  package init() {
    // So are the standard library's hashes.
    var hasher = Hasher()
    hasher.combine(0)
    seed = UInt64(truncatingIfNeeded: hasher.finalize()) | 1
  }

  /// Words of the bytes folded by 128-bit products with the seed.
  @inlinable @inline(__always)
  package func hash(_ bytes: RawSpan) -> UInt64 {
    let count = bytes.byteCount
    var state = seed ^ UInt64(truncatingIfNeeded: count)
    if count < 8 {
      for offset in 0..<count {
        state = Self.mix(state ^ UInt64(bytes.byte(at: offset)), seed ^ 0x9E37_79B9_7F4A_7C15)
      }
      return state
    }
    var offset = 0
    while offset + 8 < count {
      state = Self.mix(state ^ bytes.word(at: offset), seed ^ 0x9E37_79B9_7F4A_7C15)
      offset += 8
    }
    return Self.mix(state ^ bytes.word(at: count - 8), seed ^ 0xD6E8_FEB8_6659_FD93)
  }

  @inlinable @inline(__always)
  static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

extension RawSpan {
  /// Whether both have the same bytes; eight at a time.
  @inlinable @inline(__always)
  package func hasBytes(of other: RawSpan) -> Bool {
    let count = byteCount
    guard count == other.byteCount else { return false }
    if count < 8 {
      for offset in 0..<count where byte(at: offset) != other.byte(at: offset) { return false }
      return true
    }
    var offset = 0
    while offset + 8 < count {
      if word(at: offset) != other.word(at: offset) { return false }
      offset += 8
    }
    return word(at: count - 8) == other.word(at: count - 8)
  }
}
