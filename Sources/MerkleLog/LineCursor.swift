/// Walks through bytes line by line and counts the lines, which errors name.
package struct LineCursor {
  private let bytes: [UInt8]
  private var offset = 0
  /// The number of the line that `next` gives next, from 1.
  package private(set) var line = 1

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The next line without its newline; nil at the end, or if no newline follows.
  package mutating func next() -> ArraySlice<UInt8>? {
    guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer {
      offset = end + 1
      line += 1
    }
    return bytes[offset..<end]
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
