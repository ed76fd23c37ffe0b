/// The end of a tile's path: the index in groups of three digits, and the width if partial.
enum TilePath {
  /// `x001/x234/067` for 1234067, with `.p/17` for a width of 17.
  static func encode(index: UInt64, width: Int) -> String {
    var path = threeDigits(index % 1000)
    var rest = index / 1000
    while rest > 0 {
      path = "x" + threeDigits(rest % 1000) + "/" + path
      rest /= 1000
    }
    return width == Tiles.width ? path : path + ".p/\(width)"
  }

  /// Index and width; nil unless `encode` gives exactly these bytes.
  static func decode(_ bytes: ArraySlice<UInt8>) -> (index: UInt64, width: Int)? {
    // Seven groups hold any index; the longest width is ".p/255".
    guard bytes.count <= 7 * 5 + 6 else { return nil }
    var groups = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    var width = Tiles.width
    if groups.count >= 2, groups[groups.count - 2].suffix(2).elementsEqual(".p".utf8) {
      guard let value = CanonicalDecimal.parse(groups.removeLast()),
        value > 0, value < Tiles.width
      else { return nil }
      width = Int(value)
      groups[groups.count - 1].removeLast(2)
    }
    var index: UInt64 = 0
    for (position, group) in groups.enumerated() {
      var digits = group
      let isLast = position == groups.count - 1
      if !isLast {
        guard digits.popFirst() == UInt8(ascii: "x") else { return nil }
      }
      guard digits.count == 3 else { return nil }
      for digit in digits {
        guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
        let (shifted, overflow) = index.multipliedReportingOverflow(by: 10)
        let (sum, carry) = shifted.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
        guard !overflow, !carry else { return nil }
        index = sum
      }
      // A leading group of zeros would be a second name for the same tile.
      if position == 0, !isLast, index == 0 { return nil }
    }
    return (index, width)
  }

  /// The bytes of `path` after `prefix`; nil if it does not begin with it.
  static func removing(_ prefix: String, from path: String) -> ArraySlice<UInt8>? {
    let bytes = Array(path.utf8)
    let expected = Array(prefix.utf8)
    guard bytes.starts(with: expected) else { return nil }
    return bytes[expected.count...]
  }

  private static func threeDigits(_ value: UInt64) -> String {
    let digits = String(value)
    return String(repeating: "0", count: 3 - digits.utf8.count) + digits
  }
}
