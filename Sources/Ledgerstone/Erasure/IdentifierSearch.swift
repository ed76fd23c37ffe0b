internal import LedgerCryptography

/// Looks for many identifiers at once in any bytes.
///
/// Each is looked for as its UTF-8 bytes, in the bytes as they are and as they read once the
/// escapes of JSON are undone, up to three deep. Other spellings (another case, percent-encoding,
/// another normal form of Unicode) are other identifiers, which the operator names as well if they
/// are in use.
///
/// Few bytes stand anywhere by chance: in hashes, in ciphertext, within longer words. So what is
/// looked for depends on an identifier's length in UTF-8:
///
/// | bytes | looked for |
/// |---|---|
/// | 8 and more | anywhere |
/// | 4 to 7 | in texts, as a whole token: no letter, digit or `_` before or behind it |
/// | 1 to 3 | not at all: a number of this length stands in nearly every record |
struct IdentifierSearch {
  /// Identifiers of so many bytes are looked for anywhere: in a terabyte of random bytes eight
  /// given ones stand by chance with a probability below 10⁻⁷.
  static let anywhereByteCountMin = 8
  /// Identifiers of fewer bytes are not looked for.
  static let tokenByteCountMin = 4

  private struct Pattern {
    var bytes: [UInt8]
    var isToken: Bool
  }

  private var patterns: [UInt64: [Pattern]] = [:]
  /// Bytes of every pattern that are compared first: 1...8.
  private var windowByteCount = 8
  /// One bit per value of the last two bytes of a window, so that nearly no window is looked up.
  private var filter = [Bool](repeating: false, count: 65_536)
  /// How many identifiers are looked for as whole tokens only.
  private(set) var tokenCount = 0
  /// How many identifiers are not looked for.
  private(set) var unsearchedCount = 0
  private var anywhereCount = 0
  /// By how many bytes pieces of one file have to overlap, so that nothing hides on their border:
  /// every byte of an identifier may be escaped, as nine bytes if that is done three deep.
  private(set) var overlapByteCount = 0

  /// - Parameters:
  ///   - identifiers: without repetitions.
  ///   - tokenByteCountMin: shorter ones are not looked for.
  init(_ identifiers: [String], tokenByteCountMin: Int = Self.tokenByteCountMin) {
    var found: [Pattern] = []
    for identifier in identifiers {
      let bytes = Array(identifier.utf8)
      guard bytes.count >= max(1, tokenByteCountMin) else {
        unsearchedCount += 1
        continue
      }
      let isToken = bytes.count < Self.anywhereByteCountMin
      if isToken { tokenCount += 1 } else { anywhereCount += 1 }
      found.append(Pattern(bytes: bytes, isToken: isToken))
      windowByteCount = min(windowByteCount, bytes.count)
      overlapByteCount = max(overlapByteCount, 9 * bytes.count + 9)
    }
    for pattern in found {
      let window = pattern.bytes.prefix(windowByteCount)
        .reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      patterns[window, default: []].append(pattern)
      filter[Int(window & 0xFFFF)] = true
    }
  }

  /// Whether nothing is looked for.
  var isEmpty: Bool { patterns.isEmpty }

  /// Whether `subject` stands in `text`, also if it is too short to be looked for in files.
  static func isNamed(_ subject: String, in text: String) -> Bool {
    IdentifierSearch([subject], tokenByteCountMin: 1)
      .isFound(in: Array(text.utf8).rawSpan, isText: true)
  }

  /// Whether any identifier stands in `bytes`.
  ///
  /// - Parameter isText: whether whole tokens count. The first and last byte of `bytes` are taken
  ///   for the ends of tokens.
  func isFound(in bytes: RawSpan, isText: Bool) -> Bool {
    guard isText ? !patterns.isEmpty : anywhereCount > 0 else { return false }
    if stands(in: bytes, isText) { return true }
    guard var plain = JSONEscapes.undone(in: bytes) else { return false }
    if stands(in: plain.rawSpan, isText) { return true }
    // JSON as a string in JSON.
    for _ in 1..<3 {
      guard let next = JSONEscapes.undone(in: plain.rawSpan) else { return false }
      plain = next
      if stands(in: plain.rawSpan, isText) { return true }
    }
    return false
  }

  private func stands(in bytes: RawSpan, _ isText: Bool) -> Bool {
    let mask: UInt64 = windowByteCount == 8 ? .max : (1 << (8 * UInt64(windowByteCount))) - 1
    // A window of one byte has no second one.
    let filterMask = mask & 0xFFFF
    var window: UInt64 = 0
    for position in 0..<bytes.byteCount {
      window = (window << 8 | UInt64(bytes.byte(at: position))) & mask
      guard filter[Int(window & filterMask)], position + 1 >= windowByteCount,
        let candidates = patterns[window]
      else { continue }
      let start = position + 1 - windowByteCount
      for candidate in candidates where isThere(candidate, at: start, in: bytes, isText) {
        return true
      }
    }
    return false
  }

  private func isThere(
    _ pattern: Pattern, at start: Int, in bytes: RawSpan, _ isText: Bool
  ) -> Bool {
    let end = start + pattern.bytes.count
    guard end <= bytes.byteCount else { return false }
    for offset in windowByteCount..<pattern.bytes.count
    where bytes.byte(at: start + offset) != pattern.bytes[offset] {
      return false
    }
    guard pattern.isToken else { return true }
    return isText
      && (start == 0 || !Self.isWordByte(bytes.byte(at: start - 1)))
      && (end == bytes.byteCount || !Self.isWordByte(bytes.byte(at: end)))
  }

  /// ASCII letters, digits and `_`, and every byte of a letter beyond ASCII.
  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), 0x80...0xFF:
      true
    default: false
    }
  }
}
