internal import LedgerCryptography
internal import LedgerFormat

/// Strings and numbers.
extension JSONScanner {
  /// Reads a string with its quotation marks.
  ///
  /// - Returns: whether it holds escapes, so that its text is not its bytes.
  mutating func scanString() throws(JSONError) -> Bool {
    offset += 1
    var hasEscapes = false
    while true {
      skipPlainBytes()
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return hasEscapes
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try scanEscape()
      case 0..<0x20: throw error(.controlCharacter(byte))
      case 0..<0x80: offset += 1
      default: try scanMultibyteCharacter(first: byte)
      }
    }
  }

  /// Moves on, eight bytes at a time, to the next byte of a string that may mean something: a
  /// quotation mark, a backslash, a control character or a part of a multibyte character. Stops
  /// before the last eight bytes of all.
  @inline(__always)
  private mutating func skipPlainBytes() {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    var place = offset
    while place + 8 <= bytes.byteCount {
      let word = bytes.word(at: place)
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5C)
      // A byte that is below 0x20, or zero in one of the differences, borrows from its high bit.
      // What lies above the lowest such byte may be marked wrongly and is looked at again.
      let marks =
        (word | ((word &- ones &* 0x20) & ~word) | ((quotes &- ones) & ~quotes)
          | ((backslashes &- ones) & ~backslashes)) & highs
      guard marks == 0 else {
        place += marks.trailingZeroBitCount / 8
        break
      }
      place += 8
    }
    offset = place
  }

  private mutating func scanEscape() throws(JSONError) {
    let start = offset
    offset += 1
    switch try peek() {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      offset += 1
    case UInt8(ascii: "u"):
      offset += 1
      for _ in 0..<4 {
        guard JSONText.hexadecimalValue(try peek()) != nil else {
          throw error(.badUnicodeEscape, at: start)
        }
        offset += 1
      }
    case let other: throw error(.badEscape(other), at: start)
    }
  }

  /// Reads one character of two to four bytes: no overlong form, no surrogate, none above
  /// U+10FFFF (RFC 3629 §4).
  private mutating func scanMultibyteCharacter(first: UInt8) throws(JSONError) {
    let start = offset
    let followers: Int
    let second: ClosedRange<UInt8>
    switch first {
    case 0xC2...0xDF: (followers, second) = (1, 0x80...0xBF)
    case 0xE0: (followers, second) = (2, 0xA0...0xBF)
    case 0xED: (followers, second) = (2, 0x80...0x9F)
    case 0xE1...0xEF: (followers, second) = (2, 0x80...0xBF)
    case 0xF0: (followers, second) = (3, 0x90...0xBF)
    case 0xF1...0xF3: (followers, second) = (3, 0x80...0xBF)
    case 0xF4: (followers, second) = (3, 0x80...0x8F)
    default: throw error(.invalidUTF8, at: start)
    }
    offset += 1
    for position in 0..<followers {
      let range = position == 0 ? second : 0x80...0xBF
      guard range.contains(try peek()) else { throw error(.invalidUTF8, at: start) }
      offset += 1
    }
  }

  /// Reads `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  mutating func scanNumber() throws(JSONError) {
    let start = offset
    if try peek() == UInt8(ascii: "-") { offset += 1 }
    if try peek() == UInt8(ascii: "0") {
      offset += 1
      if let next = byteHere, Self.isDigit(next) { throw error(.leadingZero, at: start) }
    } else {
      try scanDigits(start)
    }
    if byteHere == UInt8(ascii: ".") {
      offset += 1
      try scanDigits(start)
    }
    if byteHere == UInt8(ascii: "e") || byteHere == UInt8(ascii: "E") {
      offset += 1
      if byteHere == UInt8(ascii: "+") || byteHere == UInt8(ascii: "-") { offset += 1 }
      try scanDigits(start)
    }
  }

  /// Reads at least one digit of the number that began at `start`.
  private mutating func scanDigits(_ start: Int) throws(JSONError) {
    guard Self.isDigit(try peek()) else { throw error(.malformedNumber, at: start) }
    while let byte = byteHere, Self.isDigit(byte) { offset += 1 }
  }

  private var byteHere: UInt8? { offset < bytes.byteCount ? bytes.byte(at: offset) : nil }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
