internal import LedgerCryptography

/// Checks JSON byte by byte against the grammar of RFC 8259, and notes where its values lie.
///
/// Foundation's parser is not used because it neither gives byte ranges nor refuses all that the
/// grammar excludes. It works in a loop with its own stack, so that deep input costs memory that
/// is counted and never the thread's stack.
struct JSONScanner: ~Escapable {
  let bytes: RawSpan
  var offset: Int
  /// A position before everything that can be in error, from which lines are counted.
  var base = JSONPosition.start
  /// The values met, in order; stays empty if `keepsTokens` is false.
  var tokens: [JSONToken] = []
  private let keepsTokens: Bool
  private let depthMax: Int
  private var open: [(isObject: Bool, token: Int)] = []

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, offset: Int = 0, depthMax: Int, keepsTokens: Bool) {
    self.bytes = bytes
    self.offset = offset
    self.depthMax = depthMax
    self.keepsTokens = keepsTokens
    // Events have one value in 20 bytes or so.
    if keepsTokens { tokens.reserveCapacity(bytes.byteCount / 20 + 4) }
  }

  /// Reads one value, which must start at `offset` or after white space; stops behind it.
  mutating func scanValue() throws(JSONError) {
    skipWhiteSpace()
    guard offset < bytes.byteCount else { throw error(.empty) }
    open.removeAll(keepingCapacity: true)
    while true {
      skipWhiteSpace()
      if try scanValueStart() { continue }
      guard try scanBetweenValues() else { return }
    }
  }

  /// Skips space, tab, line feed and carriage return.
  mutating func skipWhiteSpace() {
    while offset < bytes.byteCount {
      switch bytes.byte(at: offset) {
      case 0x20, 0x0A, 0x0D, 0x09: offset += 1
      default: return
      }
    }
  }

  /// Throws unless only white space is left.
  mutating func finish() throws(JSONError) {
    skipWhiteSpace()
    guard offset == bytes.byteCount else { throw error(.trailingData) }
  }

  /// The next byte, which stays unread.
  func peek() throws(JSONError) -> UInt8 {
    guard offset < bytes.byteCount else { throw error(.truncated) }
    return bytes.byte(at: offset)
  }

  /// An error at `place`, or here. Counts lines only now, because errors are rare.
  func error(_ reason: JSONError.Reason, at place: Int? = nil) -> JSONError {
    JSONError(reason: reason, position: .of(place ?? offset, in: bytes, from: base))
  }

  /// Reads a scalar or an empty container, or opens a container up to its first value.
  ///
  /// - Returns: whether a container was opened, so that a value must follow.
  private mutating func scanValueStart() throws(JSONError) -> Bool {
    let start = offset
    switch try peek() {
    case UInt8(ascii: "{"): return try openContainer(isObject: true)
    case UInt8(ascii: "["): return try openContainer(isObject: false)
    case UInt8(ascii: "\""):
      let hasEscapes = try scanString()
      note(.string, from: start, hasEscapes: hasEscapes)
    case UInt8(ascii: "t"): try scanWord(Self.trueWord, .true)
    case UInt8(ascii: "f"): try scanWord(Self.falseWord, .false)
    case UInt8(ascii: "n"): try scanWord(Self.nullWord, .null)
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      try scanNumber()
      note(.number, from: start)
    case UInt8(ascii: "-"):
      if offset + 1 < bytes.byteCount, bytes.byte(at: offset + 1) > UInt8(ascii: "9") {
        try refuseNotANumber()
      }
      try scanNumber()
      note(.number, from: start)
    case let other:
      try refuseNotANumber()
      throw error(.unexpectedByte(other, expected: "a value"))
    }
    return false
  }

  /// Reads the commas and closing brackets behind a value.
  ///
  /// - Returns: whether another value follows; if not, the outermost value is complete.
  private mutating func scanBetweenValues() throws(JSONError) -> Bool {
    while let (isObject, _) = open.last {
      skipWhiteSpace()
      let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
      switch try peek() {
      case UInt8(ascii: ","):
        let comma = offset
        offset += 1
        skipWhiteSpace()
        if try peek() == closing { throw error(.trailingComma, at: comma) }
        if isObject { try scanMemberName() }
        return true
      case closing:
        closeContainer()
      case let other:
        throw error(
          .unexpectedByte(other, expected: isObject ? "',' or '}'" : "',' or ']'"))
      }
    }
    return false
  }

  private mutating func openContainer(isObject: Bool) throws(JSONError) -> Bool {
    guard open.count < depthMax else { throw error(.tooDeep(limit: depthMax)) }
    open.append((isObject, tokens.count))
    note(isObject ? .object : .array, from: offset)
    offset += 1
    skipWhiteSpace()
    if try peek() == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
      closeContainer()
      return false
    }
    if isObject { try scanMemberName() }
    return true
  }

  private mutating func closeContainer() {
    offset += 1
    let (_, token) = open.removeLast()
    guard keepsTokens else { return }
    tokens[token].end = UInt32(offset)
    tokens[token].next = UInt32(tokens.count)
  }

  private mutating func scanMemberName() throws(JSONError) {
    let start = offset
    let first = try peek()
    guard first == UInt8(ascii: "\"") else {
      throw error(.unexpectedByte(first, expected: "a member name"))
    }
    let hasEscapes = try scanString()
    note(.string, from: start, hasEscapes: hasEscapes)
    skipWhiteSpace()
    let colon = try peek()
    guard colon == UInt8(ascii: ":") else {
      throw error(.unexpectedByte(colon, expected: "':'"))
    }
    offset += 1
  }

  /// Notes the value that began at `start` and, unless it is a container, ends here.
  private mutating func note(
    _ kind: JSONToken.Kind, from start: Int, hasEscapes: Bool = false
  ) {
    guard keepsTokens else { return }
    tokens.append(
      JSONToken(
        start: UInt32(start), end: UInt32(offset), next: UInt32(tokens.count + 1), kind: kind,
        hasEscapes: hasEscapes))
  }

  private static let trueWord = Array("true".utf8)
  private static let falseWord = Array("false".utf8)
  private static let nullWord = Array("null".utf8)

  private mutating func scanWord(_ word: [UInt8], _ kind: JSONToken.Kind) throws(JSONError) {
    let start = offset
    for expected in word {
      let found = try peek()
      guard found == expected else {
        throw error(
          .unexpectedByte(found, expected: "the literal \(String(decoding: word, as: UTF8.self))"))
      }
      offset += 1
    }
    note(kind, from: start)
  }

  /// Throws if one of the number literals of JavaScript that JSON lacks stands here.
  private func refuseNotANumber() throws(JSONError) {
    for literal in ["NaN", "Infinity", "-Infinity", "-NaN"] where startsHere(literal) {
      throw error(.notANumber(literal))
    }
  }

  private func startsHere(_ literal: String) -> Bool {
    guard bytes.byteCount - offset >= literal.utf8.count else { return false }
    for (place, expected) in zip(offset..., literal.utf8)
    where bytes.byte(at: place) != expected {
      return false
    }
    return true
  }
}

extension JSONPosition {
  /// The line and column of the byte at `offset` of `bytes`, counted on from `base`.
  static func of(_ offset: Int, in bytes: RawSpan, from base: JSONPosition) -> JSONPosition {
    var line = base.line
    var lineStart = base.offset - base.column + 1
    for place in base.offset..<max(offset, base.offset) where bytes.byte(at: place) == 0x0A {
      line += 1
      lineStart = place + 1
    }
    return JSONPosition(offset: offset, line: line, column: offset - lineStart + 1)
  }
}
