internal import Provenance

/// Text for a terminal that may come from anybody.
enum PlainText {
  /// Hidden characters written out, so that an input cannot move the cursor, change colours or
  /// pretend to be a line of ours.
  ///
  /// - Parameter keepsLines: whether line feeds stay, as in messages of several lines.
  static func escaped(_ text: String, keepsLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: { isEscaped($0, keepsLines) }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isEscaped(scalar, keepsLines) {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isEscaped(_ scalar: Unicode.Scalar, _ keepsLines: Bool) -> Bool {
    scalar.isHidden && !(keepsLines && scalar == "\n")
  }
}
