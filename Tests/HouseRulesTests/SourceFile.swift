import Foundation

/// One Swift file of the project.
struct SourceFile: Sendable {
  /// From the package's root: `Sources/Target/…`.
  var path: String
  /// As written.
  var lines: [String]
  /// The same lines without comments and without what stands between quotation marks; as written
  /// in tests, to which no rule that reads code applies.
  var code: [String]

  /// The whole text, for `mentions`.
  private let bytes: Data

  init(path: String, text: String) {
    self.path = path
    bytes = Data(text.utf8)
    lines = text.components(separatedBy: "\n")
    code =
      path.hasPrefix("Sources/") ? CodeOnly.strip(text).components(separatedBy: "\n") : lines
  }

  /// Whether any of `words` stands anywhere in the file: rules look at single lines only of such
  /// files, since a search through every line of every file takes minutes without optimisation.
  func mentions(_ words: [String]) -> Bool {
    words.contains { bytes.range(of: Data($0.utf8)) != nil }
  }

  /// The target: the folder below `Sources` or `Tests`.
  var target: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// All Swift files below `folder`, in order of their paths.
  static func all(below folder: String) throws -> [SourceFile] {
    let start = root.appendingPathComponent(folder)
    let found = try FileManager.default.subpathsOfDirectory(atPath: start.path)
    return try found.filter { $0.hasSuffix(".swift") }.sorted().map { name in
      let text = try String(contentsOf: start.appendingPathComponent(name), encoding: .utf8)
      return SourceFile(path: "\(folder)/\(name)", text: text)
    }
  }
}

/// One breach of a rule, printed as compilers print errors.
struct Violation: Hashable, CustomStringConvertible {
  var path: String
  var line: Int
  var reason: String

  var description: String { "\(path):\(line): \(reason)" }
}

/// Blanks comments and the content of string literals, and keeps the lines.
enum CodeOnly {
  static func strip(_ text: String) -> String {
    var rest = Substring(text)
    var result = ""
    while !rest.isEmpty {
      if rest.hasPrefix("//") {
        rest = rest.drop { $0 != "\n" }
      } else if rest.hasPrefix("/*") {
        skipComment(&rest, keeping: &result)
      } else if let delimiter = literalDelimiter(rest) {
        skipLiteral(&rest, delimiter: delimiter, keeping: &result)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }

  private static func skipComment(_ rest: inout Substring, keeping result: inout String) {
    var depth = 0
    repeat {
      if rest.hasPrefix("/*") {
        depth += 1
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("*/") {
        depth -= 1
        rest = rest.dropFirst(2)
      } else if let character = rest.popFirst(), character == "\n" {
        result.append(character)
      }
    } while depth > 0 && !rest.isEmpty
  }

  /// `"`, `"""`, or either with `#` before it.
  private static func literalDelimiter(_ rest: Substring) -> (hashes: Int, quotes: Int)? {
    let hashes = rest.prefix { $0 == "#" }.count
    let quoted = rest.dropFirst(hashes)
    guard quoted.hasPrefix("\"") else { return nil }
    return (hashes, quoted.hasPrefix("\"\"\"") ? 3 : 1)
  }

  /// Interpolated expressions count as text, which no rule here minds.
  private static func skipLiteral(
    _ rest: inout Substring, delimiter: (hashes: Int, quotes: Int), keeping result: inout String
  ) {
    let hashes = String(repeating: "#", count: delimiter.hashes)
    let end = String(repeating: "\"", count: delimiter.quotes) + hashes
    let escape = "\\" + hashes
    rest = rest.dropFirst(delimiter.hashes + delimiter.quotes)
    result += "\"\""
    var depth = 0
    while !rest.isEmpty {
      if depth == 0, rest.hasPrefix(end) {
        rest = rest.dropFirst(end.count)
        return
      }
      if rest.hasPrefix(escape + "(") {
        depth += 1
        rest = rest.dropFirst(escape.count + 1)
      } else if depth == 0, rest.hasPrefix(escape) {
        rest = rest.dropFirst(escape.count + 1)
      } else if let character = rest.popFirst() {
        if character == "\n" { result.append(character) }
        if depth > 0, character == "(" { depth += 1 }
        if depth > 0, character == ")" { depth -= 1 }
        if depth > 0, character == "\"" { skipInnerText(&rest) }
      }
    }
  }

  /// A literal inside an interpolation, up to its closing quotation mark.
  private static func skipInnerText(_ rest: inout Substring) {
    while let character = rest.popFirst(), character != "\"" {
      if character == "\\" { rest = rest.dropFirst() }
    }
  }
}
