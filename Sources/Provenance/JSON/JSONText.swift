/// The text inside the quotation marks of a checked JSON string.
enum JSONText {
  /// Whether an escape of `bytes`, which a scanner accepted, is half of a surrogate pair by itself:
  /// no text can hold that, and shown as U+FFFD two different names would become one.
  static func hasLoneSurrogate(_ bytes: ArraySlice<UInt8>) -> Bool {
    var place = bytes.startIndex
    while place < bytes.endIndex {
      guard bytes[place] == UInt8(ascii: "\\") else {
        place += 1
        continue
      }
      guard bytes[place + 1] == UInt8(ascii: "u") else {
        place += 2
        continue
      }
      let unit = codeUnit(at: place + 2, of: bytes)
      place += 6
      guard (0xD800...0xDFFF).contains(unit) else { continue }
      guard unit < 0xDC00, place + 6 <= bytes.endIndex, bytes[place] == UInt8(ascii: "\\"),
        bytes[place + 1] == UInt8(ascii: "u"),
        (0xDC00...0xDFFF).contains(codeUnit(at: place + 2, of: bytes))
      else { return true }
      place += 6
    }
    return false
  }

  /// Resolves the escapes of `bytes`, which a scanner accepted; half a surrogate pair becomes
  /// U+FFFD.
  static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var place = bytes.startIndex
    while place < bytes.endIndex {
      guard bytes[place] == UInt8(ascii: "\\") else {
        result.append(bytes[place])
        place += 1
        continue
      }
      let character = bytes[place + 1]
      place += 2
      switch character {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"): appendCharacter(at: &place, of: bytes, to: &result)
      default: result.append(character)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The character whose four digits begin at `place`, together with the low half of a surrogate
  /// pair where one follows.
  private static func appendCharacter(
    at place: inout Int, of bytes: ArraySlice<UInt8>, to result: inout [UInt8]
  ) {
    var value = codeUnit(at: place, of: bytes)
    place += 4
    if (0xD800...0xDBFF).contains(value), place + 6 <= bytes.endIndex,
      bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u")
    {
      let low = codeUnit(at: place + 2, of: bytes)
      if (0xDC00...0xDFFF).contains(low) {
        value = 0x1_0000 + (value - 0xD800) << 10 + (low - 0xDC00)
        place += 6
      }
    }
    let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
    result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private static func codeUnit(at place: Int, of bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes[place..<place + 4].reduce(0) { $0 << 4 | UInt32(hexadecimalValue($1) ?? 0) }
  }

  /// The value of a hexadecimal digit of either case.
  static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
