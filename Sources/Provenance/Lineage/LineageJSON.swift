internal import LedgerFormat

/// Lineage as JSON with stable keys; <doc:Closure> lists them.
public enum LineageJSON {
  /// - Parameter columns: nil where nobody asked for them.
  public static func text(
    _ graph: LineageGraph, columns: LineageColumns? = nil, isIndented: Bool = false
  ) -> String {
    var writer = JSONWriter(isIndented: isIndented)
    write(graph, columns: columns, to: &writer)
    return writer.text
  }

  public static func write(
    _ graph: LineageGraph, columns: LineageColumns? = nil, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      writer.member("direction", graph.direction.rawValue)
      writer.member("size", graph.size)
      writer.name("cut")
      writer.boolean(graph.isCut)
      writer.member("starts", graph.startCount)
      writer.list("nodes", graph.nodes) { write($1, to: &$0) }
      writer.list("edges", graph.edges) { writer, edge in
        writer.object { writer in
          writer.member("from", edge.from)
          writer.member("to", edge.to)
          writer.member("basis", edge.basis.codeName)
          writer.name("masked")
          writer.boolean(edge.isMasked)
          writer.name("indirect")
          writer.boolean(edge.isIndirect)
        }
      }
      writer.list("asked", graph.asked) { $0.string($1.text) }
      write(columns, to: &writer)
    }
  }

  private static func write(_ columns: LineageColumns?, to writer: inout JSONWriter) {
    guard let columns else {
      writer.name("columns")
      writer.null()
      writer.name("columnsMissing")
      return writer.null()
    }
    writer.list("columns", columns.statements) { writer, statement in
      writer.object { writer in
        writer.member("record", statement.record)
        writer.list("edges", statement.edges) { write($1, to: &$0) }
      }
    }
    writer.list("columnsMissing", columns.missing) { $0.integer($1) }
  }

  private static func write(_ edge: ColumnEdge, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("source", edge.source.text)
      writer.member("sourceColumn", edge.sourceColumn)
      writer.member("target", edge.target.text)
      writer.member("targetColumn", edge.targetColumn)
      writer.list("transformations", edge.transformations) { $0.string($1) }
      writer.name("masked")
      writer.boolean(edge.isMasked)
    }
  }

  private static func write(_ node: LineageNode, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("kind", node.kind.rawValue)
      writer.member("entity", node.entity.text)
      writer.member("version", node.version)
      writer.member("run", node.run)
      writer.member("job", node.job?.text)
      writer.member("record", node.record)
      writer.name("unfinished")
      writer.boolean(node.isUnfinished)
      writer.name("cut")
      writer.boolean(node.isCut)
      writer.member("depth", node.depth)
    }
  }
}
