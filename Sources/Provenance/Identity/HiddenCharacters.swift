/// Characters that show nothing of themselves, end a line, or change how what follows is shown:
/// controls, separators of lines and paragraphs, formats, and what may be left out where it cannot
/// be drawn (`Default_Ignorable_Code_Point` of Unicode 15).
///
/// Such a character could move a terminal's cursor, or make a name look like another or like a line
/// of ours. A table and no question to the runtime, as names are part of certificates: another
/// version of Unicode must not change them.
enum HiddenCharacters {
  static let ranges: [ClosedRange<UInt32>] = [
    0x00...0x1F, 0x7F...0x9F, 0xAD...0xAD, 0x034F...0x034F, 0x061C...0x061C, 0x115F...0x1160,
    0x17B4...0x17B5, 0x180B...0x180F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
    0x3164...0x3164, 0xFE00...0xFE0F, 0xFEFF...0xFEFF, 0xFFA0...0xFFA0, 0xFFF0...0xFFFB,
    0x1_BCA0...0x1_BCA3, 0x1_D173...0x1_D17A, 0xE_0000...0xE_0FFF,
  ]
}

extension Unicode.Scalar {
  /// Whether it is one of `HiddenCharacters`.
  package var isHidden: Bool {
    if (0x20..<0x7F).contains(value) { return false }
    let place = HiddenCharacters.ranges.partitioningIndex { $0.upperBound >= value }
    return place < HiddenCharacters.ranges.count
      && HiddenCharacters.ranges[place].contains(value)
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
