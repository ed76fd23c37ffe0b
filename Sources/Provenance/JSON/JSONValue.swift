internal import LedgerCryptography

/// One value of a checked document. Cheap to copy: it shares the document.
public struct JSONValue: Sendable {
  let document: JSONDocument
  let position: Int

  private var token: JSONToken { document.tokens[position] }

  /// The value's bytes in the document, quotation marks and brackets included.
  public var byteRange: Range<Int> { Int(token.start)..<Int(token.end) }

  /// A copy of the value's bytes.
  public var bytes: [UInt8] { Array(document.bytes[byteRange]) }

  public var isObject: Bool { token.kind == .object }
  public var isArray: Bool { token.kind == .array }
  public var isNull: Bool { token.kind == .null }

  /// What kind of value it is, in words for messages.
  public var kindName: String {
    switch token.kind {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .true, .false: "a boolean"
    case .null: "null"
    }
  }

  /// The text of a string, escapes resolved; nil if it is none.
  ///
  /// Nil too for a string with an escape that is half of a surrogate pair without its other half,
  /// because no Unicode text can hold it (RFC 8259 §8.2).
  public var string: String? {
    guard token.kind == .string else { return nil }
    let inner = byteRange.lowerBound + 1..<byteRange.upperBound - 1
    if token.hasEscapes {
      let text = document.bytes[inner]
      return JSONText.hasLoneSurrogate(text) ? nil : JSONText.unescaped(text)
    }
    return String(decoding: document.bytes[inner], as: UTF8.self)
  }

  /// The text of a string; nil if it is none.
  ///
  /// - Throws: `loneSurrogate` at the start of a string that is no text.
  func text() throws(JSONError) -> String? {
    if let string { return string }
    guard token.kind == .string else { return nil }
    throw JSONError(
      reason: .loneSurrogate,
      position: .of(Int(token.start), in: document.bytes.rawSpan, from: .start))
  }

  /// The number as it is spelled; nil if it is none.
  public var number: String? {
    guard token.kind == .number else { return nil }
    return String(decoding: document.bytes[byteRange], as: UTF8.self)
  }

  public var boolean: Bool? {
    switch token.kind {
    case .true: true
    case .false: false
    default: nil
    }
  }

  /// The elements of an array; nil if it is none.
  public var elements: [JSONValue]? {
    guard token.kind == .array else { return nil }
    var result: [JSONValue] = []
    var place = position + 1
    while place < Int(token.next) {
      result.append(JSONValue(document: document, position: place))
      place = Int(document.tokens[place].next)
    }
    return result
  }

  /// The members of an object in their order, repeated names included; nil if it is none.
  public var members: [(name: String, value: JSONValue)]? {
    guard token.kind == .object else { return nil }
    var result: [(name: String, value: JSONValue)] = []
    var place = position + 1
    while place < Int(token.next) {
      let value = JSONValue(document: document, position: place + 1)
      result.append((document.name(at: place), value))
      place = Int(document.tokens[place + 1].next)
    }
    return result
  }

  /// The last member called `name`, compared by UTF-8 bytes; nil if there is none or this is no
  /// object.
  public subscript(name: String) -> JSONValue? {
    guard token.kind == .object else { return nil }
    let text = name.utf8Span.span
    var found: JSONValue?
    var place = position + 1
    while place < Int(token.next) {
      if document.isString(place, text) {
        found = JSONValue(document: document, position: place + 1)
      }
      place = Int(document.tokens[place + 1].next)
    }
    return found
  }
}
