internal import LedgerFormat

/// Draws what was made from one entity in scope: a box for each, nearest on top, as inline SVG.
struct LineageDrawing {
  /// The most boxes that a page can show; the table beside it has all.
  static let boxCountMax = 48
  private static let columnCount = 4
  private static let width = 164
  private static let height = 58
  private static let gapX = 12
  private static let gapY = 34

  private struct Box {
    var target: CertifiedTarget
    var x: Int
    var y: Int
  }

  private var boxes: [Box] = []
  private var places: [EntityKey: Int] = [:]
  /// Targets that are not drawn.
  let leftOutCount: Int

  /// - Parameter targets: of one closure, by depth.
  init(_ targets: [CertifiedTarget]) {
    let shown = Array(targets.prefix(Self.boxCountMax))
    leftOutCount = targets.count - shown.count
    var row = 0
    var start = shown.startIndex
    while start < shown.endIndex {
      let depth = shown[start].depth
      let end = shown[start...].firstIndex { $0.depth != depth } ?? shown.endIndex
      let layer = ordered(Array(shown[start..<end]))
      for first in stride(from: 0, to: layer.count, by: Self.columnCount) {
        let line = layer[first..<min(first + Self.columnCount, layer.count)]
        append(Array(line), row: row)
        row += 1
      }
      start = end
    }
  }

  /// By where their parents stand, so that few edges cross.
  private func ordered(_ layer: [CertifiedTarget]) -> [CertifiedTarget] {
    func place(_ target: CertifiedTarget) -> Int {
      target.parent.flatMap { places[$0] }.map { boxes[$0].x } ?? 0
    }
    return layer.enumerated().sorted {
      (place($0.element), $0.offset) < (place($1.element), $1.offset)
    }.map(\.element)
  }

  private mutating func append(_ line: [CertifiedTarget], row: Int) {
    let all = Self.columnCount * Self.width + (Self.columnCount - 1) * Self.gapX
    let used = line.count * Self.width + (line.count - 1) * Self.gapX
    for (column, target) in line.enumerated() {
      places[target.entity] = boxes.count
      boxes.append(
        Box(
          target: target, x: (all - used) / 2 + column * (Self.width + Self.gapX) + 2,
          y: row * (Self.height + Self.gapY) + 2))
    }
  }

  var svg: String {
    let width = Self.columnCount * Self.width + (Self.columnCount - 1) * Self.gapX + 4
    let height = (boxes.last?.y ?? 0) + Self.height + 4
    var writer = HTMLWriter()
    writer.element(
      "svg",
      "xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" "
        + "width=\"\(width)\" role=\"img\" aria-label=\"Lineage reached\""
    ) { writer in
      for box in boxes { draw(edgeTo: box, &writer) }
      for box in boxes { draw(box, &writer) }
    }
    return writer.text
  }

  private func draw(edgeTo box: Box, _ writer: inout HTMLWriter) {
    guard let parent = box.target.parent.flatMap({ places[$0] }).map({ boxes[$0] }),
      parent.y < box.y
    else { return }
    let (x1, y1) = (parent.x + Self.width / 2, parent.y + Self.height)
    let (x2, y2) = (box.x + Self.width / 2, box.y)
    let dash = box.target.isInferred ? " stroke-dasharray=\"5 3\"" : ""
    let bend = Self.gapY - 6
    writer.raw(
      "<path d=\"M\(x1) \(y1) C\(x1) \(y1 + bend) \(x2) \(y2 - bend) \(x2) \(y2)\" fill=\"none\" "
        + "stroke=\"#555\" stroke-width=\"1.2\"\(dash)/>\n"
        + "<path d=\"M\(x2 - 4) \(y2 - 7) L\(x2) \(y2) L\(x2 + 4) \(y2 - 7) Z\" fill=\"#555\"/>\n")
  }

  private func draw(_ box: Box, _ writer: inout HTMLWriter) {
    let target = box.target
    writer.element("g") { writer in
      writer.element("title", target.entity.text)
      let (fill, stroke) = Self.colours(target.outcome)
      writer.raw(
        "<rect x=\"\(box.x)\" y=\"\(box.y)\" width=\"\(Self.width)\" height=\"\(Self.height)\" "
          + "rx=\"3\" fill=\"\(fill)\" stroke=\"\(stroke)\" stroke-width=\"1.4\"/>\n")
      line(target.entity.name, 1, 12, "#111", box, &writer)
      line("\(target.role), \(target.entity.namespace)", 2, 9, "#444", box, &writer)
      line("\(target.outcome.rawValue) · \(target.state.rawValue)", 3, 9, stroke, box, &writer)
    }
  }

  private func line(
    _ text: String, _ number: Int, _ size: Int, _ colour: String, _ box: Box,
    _ writer: inout HTMLWriter
  ) {
    // About half an em for each letter.
    let fitting = (Self.width - 12) * 100 / (size * 56)
    let shown = Self.shortened(text, to: fitting)
    writer.element(
      "text",
      "x=\"\(box.x + 8)\" y=\"\(box.y + 2 + number * 17)\" font-size=\"\(size)\" "
        + "fill=\"\(colour)\"", shown)
  }

  /// The start and the end of a name that is too long.
  static func shortened(_ text: String, to count: Int) -> String {
    guard text.count > count else { return text }
    return text.prefix(count / 2) + "…" + text.suffix(count - count / 2 - 1)
  }

  /// Told apart in grey too: by the words in the box.
  private static func colours(_ outcome: CertifiedTarget.Outcome) -> (String, String) {
    switch outcome {
    case .verified: ("#eef6ee", "#2c6b2f")
    case .residual: ("#fbeaea", "#9c1c1c")
    case .exempt: ("#eef1f8", "#2f4b8a")
    case .unverified, .outOfScope, .needsHuman, .deferred: ("#faf5e6", "#7a5a00")
    }
  }
}
