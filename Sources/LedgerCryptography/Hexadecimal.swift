/// Base 16 with lower-case digits, the project's text form of hashes (RFC 4648 §8, lower case).
public enum Hexadecimal {
  /// Two lower-case digits per byte.
  public static func encode(_ bytes: RawSpan) -> String {
    var digits: [UInt8] = []
    digits.reserveCapacity(2 * bytes.byteCount)
    for offset in 0..<bytes.byteCount {
      let byte = bytes.byte(at: offset)
      digits.append(digit(byte >> 4))
      digits.append(digit(byte & 15))
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// Two lower-case digits per byte.
  public static func encode(_ bytes: [UInt8]) -> String {
    encode(bytes.rawSpan)
  }

  /// The bytes; nil if the count of digits is odd or anything but `0-9a-f` is found.
  public static func decode(_ text: String) -> [UInt8]? {
    let digits = text.utf8
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for character in digits {
      guard let value = value(of: character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
