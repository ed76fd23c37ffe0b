internal import LedgerCryptography

/// Looks for many identifiers at once in any bytes.
///
/// Each is looked for as its UTF-8 bytes and as JSON may spell it: with `\uXXXX` for what is not
/// ASCII, and with `\/`. Other spellings (another case, percent-encoding, another normal form of
/// Unicode) are other identifiers, which the operator names as well if they are in use.
struct IdentifierSearch {
  private var patterns: [UInt64: [[UInt8]]] = [:]
  /// Bytes of every pattern that are compared first: 1...8.
  private var windowByteCount = 8
  /// One bit per value of the last two bytes of a window, so that nearly no window is looked up.
  private var filter = [Bool](repeating: false, count: 65_536)
  /// The longest pattern.
  let byteCountMax: Int

  init(_ identifiers: [String]) {
    var spellings: Set<[UInt8]> = []
    for identifier in identifiers where !identifier.isEmpty {
      spellings.insert(Array(identifier.utf8))
      spellings.insert(Self.escaped(identifier, slashes: false))
      spellings.insert(Self.escaped(identifier, slashes: true))
    }
    byteCountMax = spellings.map(\.count).max() ?? 0
    windowByteCount = min(8, spellings.map(\.count).min() ?? 8)
    for spelling in spellings {
      let window = spelling.prefix(windowByteCount).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      patterns[window, default: []].append(spelling)
      filter[Int(window & 0xFFFF)] = true
    }
  }

  var isEmpty: Bool { patterns.isEmpty }

  /// Whether any identifier stands in `bytes`.
  func isFound(in bytes: RawSpan) -> Bool {
    guard !patterns.isEmpty else { return false }
    let mask: UInt64 = windowByteCount == 8 ? .max : (1 << (8 * UInt64(windowByteCount))) - 1
    var window: UInt64 = 0
    for position in 0..<bytes.byteCount {
      window = (window << 8 | UInt64(bytes.byte(at: position))) & mask
      guard filter[Int(window & 0xFFFF)], position + 1 >= windowByteCount,
        let candidates = patterns[window]
      else { continue }
      let start = position + 1 - windowByteCount
      for candidate in candidates where start + candidate.count <= bytes.byteCount {
        let isEqual = (windowByteCount..<candidate.count).allSatisfy {
          bytes.byte(at: start + $0) == candidate[$0]
        }
        if isEqual { return true }
      }
    }
    return false
  }

  private static func escaped(_ identifier: String, slashes: Bool) -> [UInt8] {
    var text = ""
    for unit in identifier.utf16 {
      switch unit {
      case 0x22: text += "\\\""
      case 0x5C: text += "\\\\"
      case 0x2F: text += slashes ? "\\/" : "/"
      case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return Array(text.utf8)
  }
}
