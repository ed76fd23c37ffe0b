extension Unicode.Scalar {
  /// Whether it shows nothing of itself, ends a line, or changes how what follows is shown: control
  /// and format characters, separators of lines and paragraphs, and what Unicode says may be left
  /// out where it cannot be drawn (`Default_Ignorable_Code_Point`, such as U+00AD or U+3164).
  ///
  /// Such a character could move a terminal's cursor, or make a name look like another or like a
  /// line of ours. The one set for every text that is shown to a person.
  package var isHidden: Bool {
    switch value {
    case 0x20..<0x7F: false
    case 0..<0xA0: true
    default:
      switch properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: true
      default: properties.isDefaultIgnorableCodePoint
      }
    }
  }
}

extension String {
  /// The text with U+FFFD in place of each hidden character.
  package var withoutHiddenCharacters: String {
    guard unicodeScalars.contains(where: \.isHidden) else { return self }
    var result = UnicodeScalarView()
    for scalar in unicodeScalars { result.append(scalar.isHidden ? "\u{FFFD}" : scalar) }
    return String(result)
  }
}
