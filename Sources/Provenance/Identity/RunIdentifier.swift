/// Run ids, which should be UUIDs and need not be.
enum RunIdentifier {
  /// Whether `text` has the form 8-4-4-4-12 hexadecimal digits of either case (RFC 9562 §4).
  static func isUUID(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return false }
    for (place, byte) in bytes.enumerated() {
      let isHyphen = place == 8 || place == 13 || place == 18 || place == 23
      guard
        isHyphen ? byte == UInt8(ascii: "-") : JSONText.hexadecimalValue(byte) != nil
      else { return false }
    }
    return true
  }
}
