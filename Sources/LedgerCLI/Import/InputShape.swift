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

  /// By how the content begins, if no more of it comes with `isAtEnd`; see `InputShapeSniffer`.
  static func sniffed(_ start: [UInt8], isAtEnd: Bool) -> InputShape? {
    var sniffer = InputShapeSniffer()
    return sniffer.shape(of: start, isAtEnd: isAtEnd)
  }

  /// Whether the first byte that is no white space can begin a JSON value.
  static func canBeJSON(_ start: [UInt8]) -> Bool {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = start.dropFirst(start.starts(with: mark) ? 3 : 0).drop(while: isSpace)
    return content.first.map { "{[\"-0123456789tfn".utf8.contains($0) } ?? true
  }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
