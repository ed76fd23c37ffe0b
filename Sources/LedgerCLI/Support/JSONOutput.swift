internal import Foundation

/// Small results as one JSON object on one line: keys in alphabetical order, none absent.
enum JSONOutput {
  static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
