internal import LedgerCryptography

/// The texts of a header, one by one: in the bytes of CBOR nothing parts a text from the length
/// that stands before it.
enum HeaderTexts {
  /// Whether any text of a header matches.
  ///
  /// Byte strings are texts too, as an attribute may hold one in bytes; but not those of 32 bytes,
  /// which are hashes, commitments and tags.
  ///
  /// - Parameter header: deterministic CBOR, complete.
  static func contain(_ header: RawSpan, where matches: (RawSpan) -> Bool) -> Bool {
    var place = 0
    while place < header.byteCount {
      let first = header.byte(at: place)
      place += 1
      var argument = UInt64(first & 31)
      if argument >= 24 {
        guard argument <= 27 else { return false }
        let end = place + 1 << (argument - 24)
        guard end <= header.byteCount else { return false }
        argument = 0
        while place < end {
          argument = argument << 8 | UInt64(header.byte(at: place))
          place += 1
        }
      }
      let major = first >> 5
      guard major == 2 || major == 3 else { continue }
      guard argument <= UInt64(header.byteCount - place) else { return false }
      let end = place + Int(argument)
      if major == 3 || argument != 32, matches(header.extracting(place..<end)) { return true }
      place = end
    }
    return false
  }
}
