/// Where in a text something lies.
public struct JSONPosition: Hashable, Sendable {
  /// Bytes from the start.
  public var offset: Int
  /// From 1; lines end with a line feed.
  public var line: Int
  /// Bytes from the start of the line, from 1.
  public var column: Int

  public init(offset: Int, line: Int, column: Int) {
    self.offset = offset
    self.line = line
    self.column = column
  }

  /// The first byte of a text.
  public static let start = JSONPosition(offset: 0, line: 1, column: 1)

  /// This position, counted from the start of a text in which the present text begins at `base`.
  public func moved(to base: JSONPosition) -> JSONPosition {
    JSONPosition(
      offset: base.offset + offset, line: base.line + line - 1,
      column: line == 1 ? base.column + column - 1 : column)
  }
}

/// Why bytes are not a JSON text (RFC 8259), and where.
public struct JSONError: Error, Hashable, Sendable {
  public var reason: Reason
  public var position: JSONPosition

  public init(reason: Reason, position: JSONPosition) {
    self.reason = reason
    self.position = position
  }

  /// One case per check.
  public enum Reason: Hashable, Sendable {
    /// There is no value, only white space or nothing.
    case empty
    /// The text ends inside a value.
    case truncated
    /// A byte that cannot stand here, and what could.
    case unexpectedByte(UInt8, expected: String)
    /// `NaN`, `Infinity` or `-Infinity`: some writers emit them, no JSON has them.
    case notANumber(String)
    /// A comma before a closing bracket.
    case trailingComma
    /// A number starts with a zero that is followed by a digit.
    case leadingZero
    /// A number lacks digits after its sign, point or exponent.
    case malformedNumber
    /// A backslash is followed by a byte that names no escape.
    case badEscape(UInt8)
    /// `\u` is not followed by four hexadecimal digits.
    case badUnicodeEscape
    /// An object has two members of one name, and readers differ in which they take.
    case repeatedMember(String)
    /// A string that is read holds half of a surrogate pair without its other half: RFC 8259 §8.2
    /// allows the escape, and no text can hold it.
    case loneSurrogate
    /// A control character below U+0020 stands unescaped in a string.
    case controlCharacter(UInt8)
    /// A string is not valid UTF-8 (RFC 3629).
    case invalidUTF8
    /// More containers are open than allowed.
    case tooDeep(limit: Int)
    /// Something other than white space follows the value.
    case trailingData
    /// A line is longer than allowed.
    case lineTooLong(byteCount: Int, limit: Int)
    /// A whole file is longer than can be read at once.
    case fileTooLong(byteCount: Int, limit: Int)
  }

  /// This error, counted from the start of a text in which the present text begins at `base`.
  public func moved(to base: JSONPosition) -> JSONError {
    JSONError(reason: reason, position: position.moved(to: base))
  }
}

extension JSONError: CustomStringConvertible {
  public var description: String {
    "\(reason) at line \(position.line), column \(position.column) (byte \(position.offset))"
  }
}

extension JSONError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "no JSON value"
    case .truncated: "truncated JSON: the text ends inside a value"
    case .unexpectedByte(let byte, let expected):
      "\(Self.name(of: byte)) where \(expected) is expected"
    case .notANumber(let literal): "the literal \(literal), which is not JSON"
    case .trailingComma: "a comma before a closing bracket"
    case .leadingZero: "a number with a leading zero"
    case .malformedNumber: "a number without digits where they must be"
    case .badEscape(let byte): "an escape with \(Self.name(of: byte))"
    case .badUnicodeEscape: "\\u without four hexadecimal digits"
    case .repeatedMember(let name): "the member '\(name)' twice in one object"
    case .loneSurrogate: "an escape that is half of a surrogate pair, which no text can hold"
    case .controlCharacter(let byte): "an unescaped control character \(Self.name(of: byte))"
    case .invalidUTF8: "a string that is not UTF-8"
    case .tooDeep(let limit): "more than \(limit) nested arrays and objects"
    case .trailingData: "more text after the JSON value"
    case .lineTooLong(let byteCount, let limit):
      "a line of \(byteCount) bytes; the limit is \(limit)"
    case .fileTooLong(let byteCount, let limit):
      "a file of \(byteCount) bytes, read as a whole; the limit is \(limit)"
    }
  }

  /// What is wrong with a text as a whole, said at the start of a message: some texts that are
  /// refused are JSON by RFC 8259, and only mean nothing certain.
  public var introduction: String {
    switch self {
    case .repeatedMember, .loneSurrogate: ""
    default: "not JSON: "
    }
  }

  private static func name(of byte: UInt8) -> String {
    if (0x21...0x7E).contains(byte) { return "'\(Character(Unicode.Scalar(byte)))'" }
    let digits = String(byte, radix: 16)
    return "byte 0x" + (digits.utf8.count == 1 ? "0" : "") + digits
  }
}
