/// Writes one JSON value, member by member, in the order of the calls.
///
/// The result is safe to show on a terminal: control characters, also those of U+007F to U+009F,
/// leave escaped. Everything else is UTF-8 as it came.
public struct JSONWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false
  private var depth = 0
  private let isIndented: Bool

  /// - Parameter isIndented: one member per line, two spaces per level; else all in one line.
  public init(isIndented: Bool = false) {
    self.isIndented = isIndented
    // Most values are a receipt or a line: they never grow beyond it.
    bytes.reserveCapacity(256)
  }

  /// What was written so far, as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Writes an object with the members that `body` writes.
  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    container(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// Writes an array with the elements that `body` writes.
  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    container(UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  /// Writes a member's name; exactly one value must follow.
  public mutating func name(_ name: String) {
    separate()
    appendQuoted(name)
    bytes.append(UInt8(ascii: ":"))
    if isIndented { bytes.append(UInt8(ascii: " ")) }
    needsComma = false
    isAfterName = true
  }

  /// Writes a string; nil becomes `null`.
  public mutating func string(_ value: String?) {
    separate()
    if let value { appendQuoted(value) } else { append("null") }
  }

  public mutating func integer(_ value: some BinaryInteger) {
    separate()
    append(String(value))
  }

  public mutating func boolean(_ value: Bool) {
    separate()
    append(value ? "true" : "false")
  }

  public mutating func null() {
    separate()
    append("null")
  }

  /// Writes a value that is already JSON, byte for byte.
  ///
  /// - Precondition: `json` is one valid JSON value.
  public mutating func raw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  private var isAfterName = false

  /// Writes what stands between the value before and the one that follows.
  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    if isIndented, !isAfterName, depth > 0 { appendLineBreak() }
    needsComma = true
    isAfterName = false
  }

  private mutating func container(
    _ opening: UInt8, _ closing: UInt8, _ body: (inout JSONWriter) -> Void
  ) {
    separate()
    bytes.append(opening)
    let start = bytes.count
    needsComma = false
    depth += 1
    body(&self)
    depth -= 1
    if isIndented, bytes.count > start { appendLineBreak() }
    bytes.append(closing)
    needsComma = true
  }

  private mutating func appendLineBreak() {
    bytes.append(0x0A)
    for _ in 0..<2 * depth { bytes.append(0x20) }
  }

  /// Printable ASCII that stands for itself: nearly all of names, hashes and times.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func appendQuoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    if text.utf8.allSatisfy(Self.isPlain) {
      bytes.append(contentsOf: text.utf8)
      return bytes.append(UInt8(ascii: "\""))
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case "\u{00}"..<"\u{20}", "\u{7F}"..."\u{9F}":
        let digits = String(scalar.value, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
      default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
