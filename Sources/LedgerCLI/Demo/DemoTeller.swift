internal import Provenance

/// Puts the demo's acts on stdout: as a text to read, or as one JSON object per act,
/// `{"title": …, "lines": […]}`.
final class DemoTeller {
  private let isJSON: Bool
  private var title: String?
  private var lines: [String] = []

  init(isJSON: Bool) { self.isJSON = isJSON }

  /// Ends the act before and begins one.
  func begin(_ title: String) throws(CommandFailure) {
    try end()
    if !isJSON {
      try StandardOutput.print(hasBegun ? "\n" + title : title)
    }
    self.title = title
    hasBegun = true
  }

  private var hasBegun = false

  /// One line of the act.
  func say(_ line: String) throws(CommandFailure) {
    if isJSON { lines.append(line) } else { try StandardOutput.print("   " + line) }
  }

  /// Ends the last act.
  func end() throws(CommandFailure) {
    defer { (title, lines) = (nil, []) }
    guard isJSON, let title else { return }
    var writer = JSONWriter()
    writer.object { writer in
      writer.name("title")
      writer.string(title)
      writer.name("lines")
      writer.array { writer in
        for line in lines { writer.string(line) }
      }
    }
    try StandardOutput.print(writer.text)
  }
}
