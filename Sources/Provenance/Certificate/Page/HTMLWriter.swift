/// Writes HTML whose every text is escaped: names come from whoever wrote records.
struct HTMLWriter {
  private(set) var text = ""

  /// An element with text in it; nothing in `text` is taken for markup.
  mutating func element(_ tag: String, _ attributes: String, _ text: String) {
    open(tag, attributes)
    self.text += Self.escaped(text)
    close(tag)
  }

  mutating func element(_ tag: String, _ text: String) { element(tag, "", text) }

  /// An element with what `body` writes.
  mutating func element(
    _ tag: String, _ attributes: String = "", _ body: (inout HTMLWriter) -> Void
  ) {
    open(tag, attributes)
    body(&self)
    close(tag)
  }

  /// Text by itself.
  mutating func plain(_ text: String) { self.text += Self.escaped(text) }

  /// - Parameter html: from this program alone.
  mutating func raw(_ html: String) { text += html }

  private mutating func open(_ tag: String, _ attributes: String) {
    text += attributes.isEmpty ? "<\(tag)>" : "<\(tag) \(attributes)>"
  }

  private mutating func close(_ tag: String) { text += "</\(tag)>\n" }

  /// Text as it may stand between tags and in quoted attributes. What could end a line, hide or
  /// turn around what follows is shown as U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.withoutHiddenCharacters.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A table of two columns; rows without a value are left out.
  mutating func facts(_ rows: [(name: String, value: String?)]) {
    element("table", "class=\"facts\"") { writer in
      for (name, value) in rows {
        guard let value, !value.isEmpty else { continue }
        writer.element("tr") { writer in
          writer.element("th", "scope=\"row\"", name)
          writer.element("td", value)
        }
      }
    }
  }

  /// A table with a head.
  mutating func table(_ head: [String], _ rows: [[String]], attributes: String = "") {
    element("table", attributes) { writer in
      writer.element("thead") { writer in
        writer.element("tr") { writer in
          for name in head { writer.element("th", "scope=\"col\"", name) }
        }
      }
      writer.element("tbody") { writer in
        for row in rows {
          writer.element("tr") { writer in
            for cell in row { writer.element("td", cell) }
          }
        }
      }
    }
  }
}
