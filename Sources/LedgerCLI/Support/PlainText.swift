/// Text for a terminal that may come from anybody.
enum PlainText {
  /// Control characters written out, so that an input cannot move the cursor, change colours or
  /// pretend to be a line of ours.
  ///
  /// - Parameter keepsLines: whether line feeds stay, as in messages of several lines.
  static func escaped(_ text: String, keepsLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: { isControl($0, keepsLines) }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isControl(scalar, keepsLines) {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// C0, DEL and C1 controls, separators of lines, and what turns the direction of writing.
  private static func isControl(_ scalar: Unicode.Scalar, _ keepsLines: Bool) -> Bool {
    switch scalar.value {
    case 0x0A: !keepsLines
    case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
