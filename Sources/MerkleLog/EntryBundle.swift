/// Log entries as tlog-tiles serves them: each after its length, a big-endian 16-bit number.
///
///     +--------+-----------------+--------+-----------------+--
///     | length | entry           | length | entry           | …
///     | 2      | length (≤65535) | 2      |                 |
///     +--------+-----------------+--------+-----------------+--
public enum EntryBundle {
  /// The most bytes an entry may have: 65,535.
  public static let entryByteCountMax = 65_535

  /// Appends one entry, at most `entryByteCountMax` bytes, to `bundle`.
  public static func append(_ entry: some Collection<UInt8>, to bundle: inout [UInt8]) {
    let count = entry.count
    precondition(count <= entryByteCountMax, "an entry has at most 65,535 bytes")
    bundle.append(UInt8(count >> 8))
    bundle.append(UInt8(count & 255))
    bundle.append(contentsOf: entry)
  }

  /// Splits a bundle of exactly `width` entries, without copying them.
  public static func decode(
    _ bundle: [UInt8], width: Int
  ) throws(EntryBundleError) -> [ArraySlice<UInt8>] {
    precondition(width > 0 && width <= Tiles.width, "a bundle has 1 to 256 entries")
    var entries: [ArraySlice<UInt8>] = []
    entries.reserveCapacity(width)
    var offset = 0
    while entries.count < width {
      guard offset < bundle.count else {
        throw .tooFewEntries(expected: width, found: entries.count)
      }
      guard bundle.count - offset >= 2 else { throw .truncatedLength(offset: offset) }
      let count = Int(bundle[offset]) << 8 | Int(bundle[offset + 1])
      let start = offset + 2
      guard bundle.count - start >= count else {
        throw .truncatedEntry(offset: start, needed: count, available: bundle.count - start)
      }
      entries.append(bundle[start..<(start + count)])
      offset = start + count
    }
    guard offset == bundle.count else {
      throw .trailingBytes(offset: offset, count: bundle.count - offset)
    }
    return entries
  }
}

/// Why bytes are not a bundle of the width asked for. Offsets count from the bundle's start.
public enum EntryBundleError: Error, Hashable, Sendable {
  /// The bundle ends early, between two entries.
  case tooFewEntries(expected: Int, found: Int)
  /// Only one byte of a length is there.
  case truncatedLength(offset: Int)
  /// An entry is shorter than its length says.
  case truncatedEntry(offset: Int, needed: Int, available: Int)
  /// Bytes follow the last entry.
  case trailingBytes(offset: Int, count: Int)
}
