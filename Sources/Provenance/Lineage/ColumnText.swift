internal import LedgerFormat

/// Column edges for people: below each record that states some, one line per edge.
public enum ColumnText {
  public static func text(_ columns: LineageColumns) -> String {
    var lines: [String] = []
    for statement in columns.statements {
      lines.append("columns, by record \(statement.record):")
      lines += statement.edges.map { "  " + line($0) }
    }
    lines += columns.missing.map { "columns unknown: the body of record \($0) is not there" }
    return lines.map { $0.withoutHiddenCharacters + "\n" }.joined()
  }

  /// `born of dataset:n:raw → age of dataset:n:clean [masked, DIRECT/AGGREGATION]`
  private static func line(_ edge: ColumnEdge) -> String {
    let notes = (edge.isMasked ? ["masked"] : []) + edge.transformations
    return "\(edge.sourceColumn ?? "all") of \(edge.source.text) → "
      + "\(edge.targetColumn ?? "all") of \(edge.target.text)"
      + (notes.isEmpty ? "" : " [\(notes.joined(separator: ", "))]")
  }
}
