/// An object whose member names were checked.
struct NativeObject<Name: NativeName> {
  let field: NativeField
  /// Where the member of each name lies in the document; 0, which is the whole of it, for none.
  private var positions = InlineArray<16, UInt32>(repeating: 0)

  init(field: NativeField) { self.field = field }

  /// - Returns: false if there was a member of that name before.
  mutating func take(_ member: NativeField, as name: Name) -> Bool {
    guard positions[name.rawValue] == 0 else { return false }
    positions[name.rawValue] = UInt32(member.value.position)
    return true
  }

  /// The member called `name`; `null` is not taken for an absent one.
  subscript(name: Name) -> NativeField? {
    let position = positions[name.rawValue]
    guard position > 0 else { return nil }
    return NativeField(value: JSONValue(document: field.value.document, position: Int(position)))
  }

  func require(_ name: Name) throws(NativeRecordError) -> NativeField {
    if let found = self[name] { return found }
    let path = field.path
    throw NativeRecordError(
      path: path.isEmpty ? "\(name)" : "\(path).\(name)", reason: .missingField)
  }
}

/// The members that one kind of object may have: at most 16, named as the cases are.
protocol NativeName: CaseIterable, RawRepresentable, Sendable where RawValue == Int {
  /// The names in UTF-8, in the order of the cases.
  static var spellings: [[UInt8]] { get }
}

extension NativeName {
  static func spelled() -> [[UInt8]] {
    let spellings = allCases.map { Array("\($0)".utf8) }
    precondition(spellings.count <= 16, "an object has room for 16 positions")
    return spellings
  }

  /// The name whose bytes are those of the string at `position`; nil if it is another.
  init?(spelledAt position: Int, of document: JSONDocument) {
    // Borrowed one by one: every member of every record comes through here.
    let all = Self.spellings
    let spellings = all.span
    for place in spellings.indices where document.isString(position, spellings[place].span) {
      self.init(rawValue: place)
      return
    }
    return nil
  }
}
