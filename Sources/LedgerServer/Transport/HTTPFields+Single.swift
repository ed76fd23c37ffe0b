internal import HTTPTypes

extension HTTPFields {
  /// The value of a field that is there once; of one that is repeated, all of them, joined.
  ///
  /// The same as the subscript, and cheaper where the field is there once or not at all: requests
  /// by the thousand are looked at with it.
  func single(_ name: HTTPField.Name) -> String? {
    var found: String?
    for field in self where field.name == name {
      guard found == nil else { return self[name] }
      found = field.value
    }
    return found
  }
}
