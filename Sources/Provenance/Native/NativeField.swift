internal import LedgerFormat

/// One value of a native record; reads it strictly.
///
/// The path that leads to it is worked out only for an error: most records have none.
struct NativeField {
  let value: JSONValue

  /// `entities[2].role`; empty for the record as a whole.
  var path: String { value.document.path(to: value.position) }

  func error(_ reason: NativeRecordError.Reason) -> NativeRecordError {
    NativeRecordError(path: path, reason: reason)
  }

  private func wrongType(_ expected: String) -> NativeRecordError {
    error(.wrongType(expected: expected, found: value.kindName))
  }

  /// An object that has no other members than those of `Name`, each once at most.
  func object<Name: NativeName>(_: Name.Type) throws(NativeRecordError) -> NativeObject<Name> {
    var object = NativeObject<Name>(field: self)
    try forEachMember { token, field throws(NativeRecordError) in
      guard let name = Name(spelledAt: token, of: value.document) else {
        throw field.error(.unknownField)
      }
      guard object.take(field, as: name) else { throw field.error(.repeatedField) }
    }
    return object
  }

  /// Calls `body` with the position of each member's name, and the member.
  func forEachMember(
    _ body: (Int, NativeField) throws(NativeRecordError) -> Void
  ) throws(NativeRecordError) {
    guard value.isObject else { throw wrongType("an object") }
    let document = value.document
    let end = Int(document.tokens[value.position].next)
    var place = value.position + 1
    while place < end {
      try body(place, NativeField(value: JSONValue(document: document, position: place + 1)))
      place = Int(document.tokens[place + 1].next)
    }
  }

  /// An array of at most `limit` elements.
  func elements(limit: Int) throws(NativeRecordError) -> [NativeField] {
    guard let elements = value.elements else { throw wrongType("an array") }
    guard elements.count <= limit else {
      throw error(.tooMany(count: elements.count, limit: limit))
    }
    return elements.map { NativeField(value: $0) }
  }

  func text() throws(NativeRecordError) -> String {
    guard let text = try textIfString() else { throw wrongType("a string") }
    return text
  }

  /// The text of a string; nil if it is none.
  func textIfString() throws(NativeRecordError) -> String? {
    do throws(JSONError) {
      return try value.text()
    } catch {
      throw self.error(.loneSurrogate)
    }
  }

  /// A text of 1 (or 0) to 4096 UTF-8 bytes.
  func name(mayBeEmpty: Bool = false) throws(NativeRecordError) -> String {
    let text = try text()
    guard mayBeEmpty || !text.isEmpty else { throw error(.empty) }
    guard text.utf8.count <= FormatLimits.nameByteCountMax else {
      throw error(
        .overLimit(byteCount: text.utf8.count, limit: FormatLimits.nameByteCountMax))
    }
    return text
  }

  func boolean() throws(NativeRecordError) -> Bool {
    guard let boolean = value.boolean else { throw wrongType("true or false") }
    return boolean
  }

  func code<Code: NamedCode>(_: Code.Type) throws(NativeRecordError) -> Code {
    let name = try text()
    guard let code = Code(codeName: name) else {
      throw error(.unknownValue(found: name, allowed: Code.codeNames))
    }
    return code
  }

  /// An integer spelled with digits alone. `-0` is none: no integer is written so.
  func integer<Integer: FixedWidthInteger>(_: Integer.Type) throws(NativeRecordError) -> Integer {
    guard let number = value.number else { throw wrongType("an integer") }
    guard let integer = Integer(number), number != "-0" else {
      throw error(
        .notAnInteger(found: number, range: "from \(Integer.min) to \(Integer.max)"))
    }
    return integer
  }

  /// A list of flag names, each once at most.
  func flags<Flags: OptionSet>(
    _ names: [(name: String, flag: Flags)]
  ) throws(NativeRecordError) -> Flags where Flags.Element == Flags {
    var flags: Flags = []
    for element in try elements(limit: names.count) {
      let text = try element.text()
      guard let flag = names.first(where: { $0.name.utf8.elementsEqual(text.utf8) })?.flag else {
        throw element.error(
          .unknownValue(
            found: text, allowed: names.map(\.name).joined(separator: ", ")))
      }
      guard flags.isDisjoint(with: flag) else { throw element.error(.repeatedField) }
      flags.insert(flag)
    }
    return flags
  }
}
