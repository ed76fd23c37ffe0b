internal import LedgerFormat

/// Lineage as a tree that a person can read.
///
/// Below each node stands what was made from it (downstream) or what it was made from (upstream).
/// A node that stands elsewhere with all below it is marked *see above*; one that stands above on
/// its own branch is marked *cycle*.
public enum LineageText {
  /// Deeper lines are not indented further, and say how deep they are.
  static let indentationMax = 40

  public static func text(_ graph: LineageGraph) -> String {
    var writer = TreeWriter(graph: graph)
    writer.write()
    return writer.text
  }

  /// The entity as on the command line, with its version.
  static func name(of node: LineageNode) -> String {
    let version = node.version.map { "@" + PercentEncoding.encode($0) } ?? ""
    return (node.entity.text + version).withoutHiddenCharacters
  }

  /// What else is known of a node, in a few words.
  static func detail(of node: LineageNode) -> String? {
    switch node.kind {
    case .entity: return nil
    case .several where node.run == nil: return "any of several versions"
    case .several, .run, .version: break
    }
    var words = node.kind == .several ? ["several versions"] : []
    if node.kind == .run {
      if let job = node.job { words.append("job \(job.text)") }
    } else if let run = node.run {
      words.append("run \(run)")
    }
    if let record = node.record {
      words.append("record \(record)")
    } else {
      words.append("no record of its origin")
    }
    if node.isUnfinished { words.append("not completed") }
    return words.joined(separator: ", ").withoutHiddenCharacters
  }
}

/// Walks the graph from its starts with a stack of its own.
private struct TreeWriter {
  let graph: LineageGraph
  var text = ""
  private var children: [[(node: Int, edge: LineageEdge)]]
  private var isWritten: [Bool]
  private var isOnPath: [Bool]

  private struct Frame {
    var node: Int
    var next = 0
  }

  init(graph: LineageGraph) {
    self.graph = graph
    children = Array(repeating: [], count: graph.nodes.count)
    isWritten = Array(repeating: false, count: graph.nodes.count)
    isOnPath = isWritten
    for edge in graph.edges {
      if graph.direction == .downstream {
        children[edge.from].append((edge.to, edge))
      } else {
        children[edge.to].append((edge.from, edge))
      }
    }
  }

  mutating func write() {
    for start in 0..<graph.startCount where !isWritten[start] {
      writeLine(start, nil, prefix: "", depth: 0)
      writeTree(start)
    }
  }

  private mutating func writeTree(_ start: Int) {
    var stack = [Frame(node: start)]
    var prefixes = [""]
    isWritten[start] = true
    isOnPath[start] = true
    while let frame = stack.last {
      guard frame.next < children[frame.node].count else {
        isOnPath[frame.node] = false
        stack.removeLast()
        prefixes.removeLast()
        continue
      }
      stack[stack.count - 1].next += 1
      let (child, edge) = children[frame.node][frame.next]
      let isLast = frame.next + 1 == children[frame.node].count
      let isIndented = stack.count < LineageText.indentationMax
      let prefix = prefixes[prefixes.count - 1]
      writeLine(
        child, edge, prefix: prefix + (isLast ? "└─ " : "├─ "), depth: stack.count)
      guard !isWritten[child] else { continue }
      isWritten[child] = true
      isOnPath[child] = true
      stack.append(Frame(node: child))
      prefixes.append(isIndented ? prefix + (isLast ? "   " : "│  ") : prefix)
    }
  }

  private mutating func writeLine(
    _ node: Int, _ edge: LineageEdge?, prefix: String, depth: Int
  ) {
    text += prefix
    if depth > LineageText.indentationMax { text += "(depth \(depth)) " }
    text += LineageText.name(of: graph.nodes[node])
    if let detail = LineageText.detail(of: graph.nodes[node]) { text += " (\(detail))" }
    if let edge {
      var words = edge.basis == .explicit ? [] : [edge.basis.codeName]
      if edge.isMasked { words.append("masked") }
      if edge.isIndirect { words.append("indirect") }
      if !words.isEmpty { text += " [\(words.joined(separator: ", "))]" }
    }
    if graph.nodes[node].isCut { text += " [cut]" }
    if isOnPath[node] {
      text += " [cycle]"
    } else if isWritten[node], !children[node].isEmpty {
      text += " [see above]"
    }
    text += "\n"
  }
}
