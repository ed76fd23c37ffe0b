internal import LedgerCryptography
internal import Provenance

/// Tells the layout of a file from how its content begins, as more and more of that arrives.
///
/// Lines if the first line that is not blank is a JSON value by itself, or looks like a damaged
/// one: it ends like an object, or the next line begins like one. A damaged first line must not
/// keep the good ones behind it from going in. Each byte is looked at once, however small the
/// pieces are.
struct InputShapeSniffer {
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Where the first line that is not blank begins and ends.
  private var lineStart: Int?
  private var lineEnd: Int?
  /// Bytes that were looked at.
  private var seen = 0

  /// The layout; nil if more of the content is needed.
  ///
  /// - Parameter start: the content so far: what was given before, and more.
  mutating func shape(of start: [UInt8], isAtEnd: Bool) -> InputShape? {
    if lineStart == nil {
      if seen == 0 {
        if start.count < 3, !isAtEnd, Self.mark.starts(with: start) { return nil }
        if start.starts(with: Self.mark) { seen = 3 }
      }
      passSpace(in: start)
      guard seen < start.count else { return isAtEnd ? .lines : nil }
      if start[seen] == UInt8(ascii: "[") { return .whole }
      lineStart = seen
    }
    guard let lineStart else { return nil }
    if lineEnd == nil {
      seen = start[seen...].firstIndex(of: 0x0A) ?? start.count
      // Without a line feed the line may go on; without a further line it cannot be compared.
      guard seen < start.count || isAtEnd else { return nil }
      lineEnd = seen
      if isEvent(start, lineStart..<seen) { return .lines }
    }
    passSpace(in: start)
    guard seen < start.count else { return isAtEnd ? .whole : nil }
    return start[seen] == UInt8(ascii: "{") ? .lines : .whole
  }

  private mutating func passSpace(in start: [UInt8]) {
    while seen < start.count, InputShape.isSpace(start[seen]) { seen += 1 }
  }

  /// Whether a line is a JSON value, or ends like an object.
  private func isEvent(_ bytes: [UInt8], _ line: Range<Int>) -> Bool {
    if bytes[line].last(where: { !InputShape.isSpace($0) }) == UInt8(ascii: "}") { return true }
    // The splitter keeps no table of values, which can be larger than the line.
    var splitter = JSONSplitter(bytes.rawSpan.extracting(line))
    guard case .value? = splitter.next() else { return false }
    return splitter.next() == nil
  }
}
