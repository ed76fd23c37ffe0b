internal import LedgerFormat

/// Lineage in the language of Graphviz.
///
/// Inferred edges are dashed, masked ones dotted; runs are ellipses, unfinished ones with a
/// dashed outline; what a limit of depth cut off is marked with an ellipsis.
public enum LineageDOT {
  public static func text(_ graph: LineageGraph) -> String {
    var lines = ["digraph lineage {", "  rankdir=LR;", "  node [shape=box];"]
    for (place, node) in graph.nodes.enumerated() {
      var attributes = ["label=\(quoted(label(node)))"]
      if node.kind == .run { attributes.append("shape=ellipse") }
      if node.isUnfinished { attributes.append("style=dashed") }
      if place < graph.startCount { attributes.append("penwidth=2") }
      lines.append("  n\(place) [\(attributes.joined(separator: ", "))];")
    }
    for edge in graph.edges {
      var attributes: [String] = []
      switch edge.basis {
      case .explicit: break
      case .inferred: attributes.append("style=dashed")
      case .column, .kept, .sameVersion, .renamed: break
      }
      if edge.isMasked { attributes = ["style=dotted"] }
      var words = edge.basis == .explicit ? [] : [edge.basis.codeName]
      if edge.isMasked { words.append("masked") }
      if edge.isIndirect { words.append("indirect") }
      if !words.isEmpty {
        attributes.append("label=\(quoted(words.joined(separator: ", ")))")
      }
      let list = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
      lines.append("  n\(edge.from) -> n\(edge.to)\(list);")
    }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  private static func label(_ node: LineageNode) -> String {
    var lines = [LineageText.name(of: node)]
    if let detail = LineageText.detail(of: node) { lines.append(detail) }
    if node.isCut { lines.append("…") }
    return lines.joined(separator: "\n")
  }

  /// A quoted string that shows `text` as it is, whatever is in it: quotation marks and backslashes
  /// end or change a string, and `&` begins a character reference.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "&": result += "&amp;"
      case _ where scalar.isHidden: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
