internal import LedgerCryptography

/// Cuts a `.json` file that is too long to be held as a whole into its events, as it is read.
///
/// An array is cut at its commas, anything else behind lines at whose end no bracket is open;
/// strings and brackets are followed, nothing else is judged. What is longer than the limit is
/// passed over, without being held, and delivered without its bytes. Where brackets do not match,
/// what follows could be read as something it is not: the cutter says so and stops. So it does at a
/// control character in what is too long, because that is a device or a hole and need not end.
public struct JSONElementCutter: Sendable {
  /// A piece of the file.
  public enum Piece: Sendable {
    /// One element, not checked yet; nil if it is longer than the limit.
    case element(bytes: [UInt8]?, byteCount: Int, start: JSONPosition)
    /// The rest of the file cannot be cut.
    case broken(JSONError)
  }

  private enum State {
    case start
    case values
    case elements
    case behindArray
    case stopped
  }

  private let byteCountMax: Int
  private var state = State.start
  private var position = JSONPosition.start
  private var open: [UInt8] = []
  private var isInString = false
  private var isEscaped = false
  private var element: [UInt8] = []
  private var elementByteCount = 0
  private var elementStart: JSONPosition?
  /// The comma behind which no element has begun yet.
  private var comma: JSONPosition?

  /// - Parameter byteCountMax: the longest element that is held.
  public init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  /// Whether nothing that follows will be delivered.
  public var isStopped: Bool { state == .stopped }

  /// Takes the next bytes of the file and delivers what they complete.
  public mutating func take<Failure: Error>(
    _ bytes: [UInt8], _ deliver: (Piece) throws(Failure) -> Void
  ) throws(Failure) {
    for byte in bytes {
      if state == .stopped { return }
      if position.offset >= 3 || !isByteOrderMark(byte) { try take(byte, deliver) }
      position.offset += 1
      position.column += 1
      if byte == 0x0A {
        position.line += 1
        position.column = 1
      }
    }
  }

  /// Delivers what the end of the file completes.
  public mutating func finish<Failure: Error>(
    _ deliver: (Piece) throws(Failure) -> Void
  ) throws(Failure) {
    switch state {
    case .stopped, .behindArray: return
    case .elements: try stop(.truncated, deliver)
    case .start: try stop(.empty, deliver)
    case .values where open.isEmpty && !isInString: try complete(deliver)
    case .values: try stop(.truncated, deliver)
    }
    state = .stopped
  }

  private func isByteOrderMark(_ byte: UInt8) -> Bool {
    state == .start && byte == [0xEF, 0xBB, 0xBF][position.offset]
  }

  private mutating func take<Failure: Error>(
    _ byte: UInt8, _ deliver: (Piece) throws(Failure) -> Void
  ) throws(Failure) {
    let isSpace = byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    if elementByteCount > byteCountMax, byte < 0x20, !isSpace {
      return try stop(.controlCharacter(byte), deliver)
    }
    if isInString { return follow(stringByte: byte) }
    switch state {
    case .start where isSpace: return
    case .start where byte == UInt8(ascii: "["):
      state = .elements
      return
    case .start: state = .values
    case .behindArray where !isSpace: return try stop(.trailingData, deliver)
    case .behindArray, .stopped: return
    case .values where byte == 0x0A && open.isEmpty: return try complete(deliver)
    case .elements where open.isEmpty && byte == UInt8(ascii: ","):
      try complete(deliver)
      comma = position
      return
    case .elements where open.isEmpty && byte == UInt8(ascii: "]"):
      if elementStart == nil, let comma { return try stop(.trailingComma, at: comma, deliver) }
      if elementStart != nil { try complete(deliver) }
      state = .behindArray
      return
    case .values, .elements: break
    }
    if isSpace && elementStart == nil { return }
    hold(byte)
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard open.count < JSONDocument.depthMax else {
        return try stop(.tooDeep(limit: JSONDocument.depthMax), deliver)
      }
      open.append(byte + 2)
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      guard open.popLast() == byte else {
        return try stop(.unexpectedByte(byte, expected: "another bracket"), deliver)
      }
    default: break
    }
  }

  private mutating func follow(stringByte byte: UInt8) {
    hold(byte)
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
    }
  }

  private mutating func hold(_ byte: UInt8) {
    if elementStart == nil { elementStart = position }
    elementByteCount += 1
    if elementByteCount <= byteCountMax {
      element.append(byte)
    } else if !element.isEmpty {
      element = []
    }
  }

  private mutating func complete<Failure: Error>(
    _ deliver: (Piece) throws(Failure) -> Void
  ) throws(Failure) {
    let start = elementStart ?? position
    // Between two commas there may be nothing, which is no element either; a blank line is none.
    if elementStart != nil || state == .elements {
      let isHeld = elementByteCount <= byteCountMax
      try deliver(
        .element(bytes: isHeld ? element : nil, byteCount: elementByteCount, start: start))
    }
    element.removeAll(keepingCapacity: true)
    elementByteCount = 0
    elementStart = nil
    comma = nil
  }

  private mutating func stop<Failure: Error>(
    _ reason: JSONError.Reason, at place: JSONPosition? = nil,
    _ deliver: (Piece) throws(Failure) -> Void
  ) throws(Failure) {
    state = .stopped
    element = []
    try deliver(.broken(JSONError(reason: reason, position: place ?? position)))
  }
}
