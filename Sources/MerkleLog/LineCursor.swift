/// Walks through bytes line by line and counts the lines, which errors name.
package struct LineCursor {
  private let bytes: [UInt8]
  private var offset: Int
  /// The number of the line that `next` gives next, from 1.
  package private(set) var line: Int

  /// - Parameters:
  ///   - offset: where the first line to give begins.
  ///   - line: its number.
  package init(_ bytes: [UInt8], from offset: Int = 0, line: Int = 1) {
    self.bytes = bytes
    self.offset = offset
    self.line = line
  }

  /// The next line without its newline; nil at the end, or if no newline follows.
  package mutating func next() -> ArraySlice<UInt8>? {
    let start = offset
    guard let end = Self.newline(in: bytes, from: start) else { return nil }
    offset = end + 1
    line += 1
    return bytes[start..<end]
  }

  private static func newline(in bytes: [UInt8], from start: Int) -> Int? {
    let span = bytes.span
    var position = start
    while position < span.count {
      if span[position] == UInt8(ascii: "\n") { return position }
      position += 1
    }
    return nil
  }

  /// The lines up to and with the next empty one, without it; nil if there is none.
  package mutating func upToEmptyLine() -> ArraySlice<UInt8>? {
    let start = offset
    while let content = next() {
      if content.isEmpty { return bytes[start..<(offset - 1)] }
    }
    return nil
  }

  /// Everything not yet read.
  package var rest: ArraySlice<UInt8> { bytes[offset...] }
}
