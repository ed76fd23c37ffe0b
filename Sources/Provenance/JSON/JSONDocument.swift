internal import LedgerCryptography

/// One JSON text that was checked in full, with a table of where its values lie.
///
/// The bytes are kept as they came; numbers stay text and strings are decoded when asked for, so
/// that nothing is rounded or normalised on the way. An object may repeat a member name, as
/// RFC 8259 §4 allows: looking one up gives the last, listing members gives all.
public struct JSONDocument: Sendable {
  /// The bytes as given to the initialiser.
  public let bytes: [UInt8]
  let tokens: [JSONToken]

  /// The most arrays and objects that may be open at once.
  public static let depthMax = 512
  /// The most bytes of one document: offsets have 32 bits.
  public static let byteCountMax = Int(UInt32.max) - 1

  /// Checks all of `bytes`, which must be one value with white space around it at most.
  ///
  /// - Throws: the first place where the bytes are not JSON.
  /// - Complexity: O(n), and 16 bytes of memory per value.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    guard bytes.count <= Self.byteCountMax else {
      throw JSONError(
        reason: .fileTooLong(byteCount: bytes.count, limit: Self.byteCountMax), position: .start)
    }
    var scanner = JSONScanner(bytes.rawSpan, depthMax: Self.depthMax, keepsTokens: true)
    try scanner.scanValue()
    try scanner.finish()
    tokens = scanner.tokens
    self.bytes = bytes
  }

  /// Throws at the first member name that an object repeats (RFC 7493 §2.3 forbids it): RFC 8259
  /// §4 leaves open which one counts, so that two readers could see two different facts.
  public func refuseRepeatedMembers() throws(JSONError) {
    var names: [Int] = []
    for (position, object) in tokens.enumerated() where object.kind == .object {
      names.removeAll(keepingCapacity: true)
      var member = position + 1
      while member < object.next {
        names.append(member)
        member = Int(tokens[member + 1].next)
      }
      guard let repeated = repeatedName(names) else { continue }
      let token = tokens[repeated]
      throw JSONError(
        reason: .repeatedMember(name(at: repeated)),
        position: .of(Int(token.start), in: bytes.rawSpan, from: .start))
    }
  }

  /// The first of the strings `names` that was met before.
  private func repeatedName(_ names: [Int]) -> Int? {
    // Few plain names, the common case, are compared without making texts of them.
    let isPlain = names.count <= 48 && !names.contains { tokens[$0].hasEscapes }
    guard isPlain else {
      var known: Set<[UInt8]> = []
      return names.first { name in
        // A name that is no text is never looked up, so it cannot be taken for another.
        guard let text = JSONValue(document: self, position: name).string else { return false }
        return !known.insert(Array(text.utf8)).inserted
      }
    }
    for (place, name) in names.enumerated() {
      for earlier in names[..<place] where isSame(tokens[earlier], tokens[name]) { return name }
    }
    return nil
  }

  private func isSame(_ first: JSONToken, _ second: JSONToken) -> Bool {
    guard first.end - first.start == second.end - second.start else { return false }
    let length = Int(first.end - first.start)
    for offset in 0..<length
    where bytes[Int(first.start) + offset] != bytes[Int(second.start) + offset] {
      return false
    }
    return true
  }

  /// The text of the string at `position`, escapes resolved; half a surrogate pair becomes U+FFFD.
  func name(at position: Int) -> String {
    let token = tokens[position]
    let inner = bytes[Int(token.start) + 1..<Int(token.end) - 1]
    return token.hasEscapes ? JSONText.unescaped(inner) : String(decoding: inner, as: UTF8.self)
  }

  /// Whether the text of the string at `position` is `text`, byte for byte.
  func isString(_ position: Int, _ text: Span<UInt8>) -> Bool {
    let token = tokens.span[position]
    guard !token.hasEscapes else {
      // What is no text is none that anybody asks for.
      guard let unescaped = JSONValue(document: self, position: position).string else {
        return false
      }
      return Self.isEqual(Array(unescaped.utf8).span, text)
    }
    return Self.isEqual(bytes.span.extracting(Int(token.start) + 1..<Int(token.end) - 1), text)
  }

  private static func isEqual(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Bool {
    guard first.count == second.count else { return false }
    for place in first.indices where first[place] != second[place] { return false }
    return true
  }

  /// How the value at `position` is reached from the outermost one: `entities[2].role`.
  func path(to position: Int) -> String {
    var path = ""
    var place = 0
    while place < position {
      let isObject = tokens[place].kind == .object
      var child = place + 1
      var number = 0
      // The child that holds the value; names lie before their members.
      while position >= Int(tokens[isObject ? child + 1 : child].next) {
        child = Int(tokens[isObject ? child + 1 : child].next)
        number += 1
      }
      if isObject {
        path += path.isEmpty ? name(at: child) : ".\(name(at: child))"
        place = child + 1
      } else {
        path += "[\(number)]"
        place = child
      }
    }
    return path
  }

  /// The outermost value.
  public var root: JSONValue { JSONValue(document: self, position: 0) }

  /// The bytes of the outermost value without white space around it. No copy is made where
  /// there is none.
  public var rootBytes: [UInt8] {
    let range = root.byteRange
    return range == bytes.indices ? bytes : Array(bytes[range])
  }
}

/// Where one value lies in a document.
struct JSONToken: Sendable {
  enum Kind: UInt8, Sendable {
    case object
    case array
    case string
    case number
    case `true`
    case `false`
    case null
  }

  var start: UInt32
  var end: UInt32
  /// The position of the first token behind this value and all within it.
  var next: UInt32
  var kind: Kind
  var hasEscapes: Bool
}
