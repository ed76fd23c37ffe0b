internal import LedgerCryptography

/// One event of a file, or a place where no event could be read.
public enum JSONPiece: Sendable {
  /// The bytes of one value without white space around it, and where it begins in the file.
  case value(range: Range<Int>, start: JSONPosition)
  /// Bytes that are no JSON value; the position is the file's.
  case broken(JSONError)
}

/// Cuts a whole `.json` file into its events: the elements of an array, or the value itself.
///
/// Each element stands alone: after a broken one, its end is looked for by brackets and quotation
/// marks only, and what follows is still delivered where the brackets match. Values that follow
/// one another on lines of their own are taken one by one, because some clients write
/// newline-delimited JSON under this name.
public struct JSONSplitter: ~Escapable {
  private var scanner: JSONScanner
  /// The position counted last, so that line numbers cost one pass over the file.
  private var known = JSONPosition.start
  private var state = State.start

  private enum State {
    case start
    case values
    case elements
    case ending(JSONError)
    case finished
  }

  /// - Parameter bytes: the whole file; a UTF-8 byte order mark at its start is passed over.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan) {
    let hasMark =
      bytes.byteCount >= 3 && bytes.byte(at: 0) == 0xEF && bytes.byte(at: 1) == 0xBB
      && bytes.byte(at: 2) == 0xBF
    scanner = JSONScanner(
      bytes, offset: hasMark ? 3 : 0, depthMax: JSONDocument.depthMax, keepsTokens: false)
  }

  /// The next event or broken place; nil at the end. A file without a value gives one broken
  /// piece, an empty array none at all.
  public mutating func next() -> JSONPiece? {
    switch state {
    case .start: return begin()
    case .values: return nextValue()
    case .elements: return nextElement()
    case .ending(let error): return stop(error)
    case .finished: return nil
    }
  }

  private mutating func begin() -> JSONPiece? {
    scanner.skipWhiteSpace()
    guard scanner.offset < scanner.bytes.byteCount else {
      return stop(scanner.error(.empty))
    }
    guard scanner.bytes.byte(at: scanner.offset) == UInt8(ascii: "[") else {
      state = .values
      return nextValue()
    }
    scanner.offset += 1
    scanner.skipWhiteSpace()
    if byteHere == UInt8(ascii: "]") {
      passEnd()
    } else {
      state = .elements
    }
    return next()
  }

  /// A value that ends its line, or the file.
  private mutating func nextValue() -> JSONPiece? {
    scanner.skipWhiteSpace()
    guard byteHere != nil else {
      state = .finished
      return nil
    }
    let start = scanner.offset
    scanner.base = position(of: start)
    do throws(JSONError) {
      try scanner.scanValue()
    } catch {
      return stop(error)
    }
    let end = scanner.offset
    scanner.skipWhiteSpace()
    var endsLine = byteHere == nil
    for place in end..<scanner.offset where scanner.bytes.byte(at: place) == 0x0A {
      endsLine = true
    }
    guard endsLine else { return stop(scanner.error(.trailingData)) }
    return .value(range: start..<end, start: scanner.base)
  }

  private mutating func nextElement() -> JSONPiece? {
    scanner.skipWhiteSpace()
    let start = scanner.offset
    scanner.base = position(of: start)
    let piece: JSONPiece
    do throws(JSONError) {
      _ = try scanner.peek()
      try scanner.scanValue()
      piece = .value(range: start..<scanner.offset, start: scanner.base)
    } catch {
      piece = .broken(error)
      guard let end = BracketSkipper.endOfElement(in: scanner.bytes, from: start) else {
        state = .finished
        return piece
      }
      scanner.offset = end
    }
    passSeparator()
    return piece
  }

  /// Reads the comma or closing bracket behind an element; keeps what is wrong there for the next
  /// call, because the element itself is to be delivered.
  private mutating func passSeparator() {
    scanner.skipWhiteSpace()
    let place = scanner.offset
    switch byteHere {
    case UInt8(ascii: ","):
      scanner.offset += 1
      scanner.skipWhiteSpace()
      if byteHere == UInt8(ascii: "]") {
        state = .ending(scanner.error(.trailingComma, at: place))
      }
    case UInt8(ascii: "]"): passEnd()
    case nil: state = .ending(scanner.error(.truncated))
    case let other?:
      state = .ending(scanner.error(.unexpectedByte(other, expected: "',' or ']'")))
    }
  }

  private mutating func passEnd() {
    scanner.offset += 1
    scanner.skipWhiteSpace()
    state = byteHere == nil ? .finished : .ending(scanner.error(.trailingData))
  }

  private var byteHere: UInt8? {
    scanner.offset < scanner.bytes.byteCount ? scanner.bytes.byte(at: scanner.offset) : nil
  }

  private mutating func stop(_ error: JSONError) -> JSONPiece {
    state = .finished
    return .broken(error)
  }

  /// The position of `offset`, which must not lie before the one asked for last.
  private mutating func position(of offset: Int) -> JSONPosition {
    known = JSONPosition.of(offset, in: scanner.bytes, from: known)
    return known
  }
}

/// Finds the end of an array element that is not valid JSON.
private enum BracketSkipper {
  /// The offset of the comma or bracket behind the element that begins at `start`.
  ///
  /// Strings are passed over, and every bracket must close the one opened last; nil where that
  /// fails, because what follows could then be read as something it is not.
  static func endOfElement(in bytes: RawSpan, from start: Int) -> Int? {
    var open: [UInt8] = []
    var isInString = false
    var offset = start
    while offset < bytes.byteCount {
      let byte = bytes.byte(at: offset)
      switch byte {
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "\\") where isInString: offset += 1
      case _ where isInString: break
      case UInt8(ascii: "{"), UInt8(ascii: "["): open.append(byte + 2)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if open.isEmpty { return byte == UInt8(ascii: "]") ? offset : nil }
        guard open.removeLast() == byte else { return nil }
      case UInt8(ascii: ",") where open.isEmpty: return offset
      default: break
      }
      offset += 1
    }
    return nil
  }
}
