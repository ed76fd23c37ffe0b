/// The names of keys in notes (c2sp.org/signed-note).
public enum NoteKeyName {
  /// Whether `name` may name a key: not empty, and without Unicode spaces, plus signs and control
  /// characters.
  public static func isValid(_ name: String) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy { scalar in
        // Up to U+007F nothing above the space is one, and looking it up takes longer.
        scalar.isASCII
          ? scalar.value > 0x20 && scalar != "+" : !scalar.properties.isWhitespace
      }
  }

  /// Whether both names are the same bytes. Swift compares strings by canonical equivalence, under
  /// which two different keys could share a name.
  package static func areSame(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }
}
