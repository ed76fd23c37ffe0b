internal import LedgerCryptography

/// The escapes of JSON strings, undone wherever they stand, in bytes of any kind.
enum JSONEscapes {
  /// `bytes` with `\uXXXX`, `\n`, `\"`, `\/` and the like replaced by what they stand for, in
  /// UTF-8; nil if there are none. Half of a surrogate pair and a backslash before anything else
  /// stay.
  static func undone(in bytes: RawSpan) -> [UInt8]? {
    var result: [UInt8] = []
    var copiedCount = 0
    var place = 0
    while place + 1 < bytes.byteCount {
      guard bytes.byte(at: place) == UInt8(ascii: "\\"),
        let (scalar, count) = escape(at: place, in: bytes)
      else {
        place += 1
        continue
      }
      result.append(copying: bytes.extracting(copiedCount..<place))
      result.append(contentsOf: String(scalar).utf8)
      place += count
      copiedCount = place
    }
    guard copiedCount > 0 else { return nil }
    result.append(copying: bytes.extracting(copiedCount..<bytes.byteCount))
    return result
  }

  private static func escape(
    at place: Int, in bytes: RawSpan
  ) -> (scalar: Unicode.Scalar, byteCount: Int)? {
    switch bytes.byte(at: place + 1) {
    case UInt8(ascii: "\""): return ("\"", 2)
    case UInt8(ascii: "\\"): return ("\\", 2)
    case UInt8(ascii: "/"): return ("/", 2)
    case UInt8(ascii: "b"): return ("\u{8}", 2)
    case UInt8(ascii: "f"): return ("\u{C}", 2)
    case UInt8(ascii: "n"): return ("\n", 2)
    case UInt8(ascii: "r"): return ("\r", 2)
    case UInt8(ascii: "t"): return ("\t", 2)
    case UInt8(ascii: "u"):
      guard let unit = unit(at: place, in: bytes) else { return nil }
      if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
      guard (0xD800..<0xDC00).contains(unit), let low = self.unit(at: place + 6, in: bytes),
        (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x1_0000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      else { return nil }
      return (scalar, 12)
    default: return nil
    }
  }

  /// The UTF-16 unit of a `\uXXXX`, its digits in either case.
  private static func unit(at place: Int, in bytes: RawSpan) -> UInt32? {
    guard place + 6 <= bytes.byteCount, bytes.byte(at: place) == UInt8(ascii: "\\"),
      bytes.byte(at: place + 1) == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt32 = 0
    for offset in 2..<6 {
      let digit: UInt8
      switch bytes.byte(at: place + offset) {
      case let byte where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
        digit = byte - UInt8(ascii: "0")
      case let byte where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20):
        digit = (byte | 0x20) - UInt8(ascii: "a") + 10
      default: return nil
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}
