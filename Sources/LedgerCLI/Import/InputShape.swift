internal import Provenance

/// How the inputs of one file are laid out.
enum InputShape {
  /// One JSON value per line: read as a stream, of any length.
  case lines
  /// One JSON value, or an array of them: read as a whole.
  case whole

  /// By the file's name; nil where only the content can tell.
  static func named(_ name: String) -> InputShape? {
    switch name.split(separator: ".").last?.lowercased() {
    case "ndjson", "jsonl": .lines
    case "json": .whole
    default: nil
    }
  }

  /// By how the content begins; nil if more of it is needed.
  ///
  /// Lines if the first line that is not blank is a JSON value by itself, or looks like a damaged
  /// one: it ends like an object, or the next line begins like one. A damaged first line must not
  /// keep the good ones behind it from going in.
  static func sniffed(_ start: [UInt8], isAtEnd: Bool) -> InputShape? {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = start.dropFirst(start.starts(with: mark) ? 3 : 0).drop(while: isSpace)
    guard let first = content.first else { return isAtEnd ? .lines : nil }
    if first == UInt8(ascii: "[") { return .whole }
    let line = content.prefix { $0 != 0x0A }
    let rest = content[line.endIndex...].drop(while: isSpace)
    // Without a line feed the line may go on; without a further line it cannot be compared.
    guard line.endIndex < content.endIndex || isAtEnd else { return nil }
    if (try? JSONDocument(parsing: Array(line))) != nil { return .lines }
    if line.last(where: { !isSpace($0) }) == UInt8(ascii: "}") { return .lines }
    guard let next = rest.first else { return isAtEnd ? .whole : nil }
    return next == UInt8(ascii: "{") ? .lines : .whole
  }

  /// Whether the first byte that is no white space can begin a JSON value.
  static func canBeJSON(_ start: [UInt8]) -> Bool {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = start.dropFirst(start.starts(with: mark) ? 3 : 0).drop(while: isSpace)
    return content.first.map { "{[\"-0123456789tfn".utf8.contains($0) } ?? true
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
