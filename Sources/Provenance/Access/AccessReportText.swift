internal import LedgerFormat

/// An access report for people: one line per group of actor and purpose, then what it covers.
public enum AccessReportText {
  public static func text(_ report: AccessReport) -> String {
    var lines = report.groups.map(line)
    lines += report.disclosures.map { disclosure in
      let recipients = disclosure.recipients.map(\.text).joined(separator: ", ")
      return "disclosed to \(recipients.isEmpty ? "?" : recipients) for "
        + "\(disclosure.purpose ?? "no stated purpose"), record \(disclosure.record)"
    }
    lines += report.silentProducers.map(ClosureText.line)
    lines.append(scope(report))
    return lines.map { $0.withoutHiddenCharacters + "\n" }.joined()
  }

  private static func line(_ group: AccessReport.Group) -> String {
    let actors = group.actors.map(\.text).joined(separator: ", ")
    var words = ["\(actors.isEmpty ? "?" : actors)", "for \(group.purpose ?? "no stated purpose")"]
    words.append(counted(group.count, "time"))
    words += group.actions.map { "\($0.name) \($0.count)" }
    words += group.outcomes.map { "outcome \($0.name) \($0.count)" }
    if group.recordsWithRows > 0 { words.append("\(group.rows) rows") }
    if let first = group.first, let last = group.last { words.append("\(first) to \(last)") }
    return words.joined(separator: "; ")
  }

  private static func scope(_ report: AccessReport) -> String {
    let scope = report.scope
    let aliases =
      report.aliases.isEmpty
      ? "" : ", also named " + report.aliases.map(\.text).joined(separator: ", ")
    var text =
      "scope: what records \(scope.firstRecord) to \(scope.size) (not included) say of "
      + "\(report.dataset.text)\(aliases); an access that nobody recorded is not in it"
    if !report.formerNames.isEmpty {
      text +=
        "; accesses under its former names are not in it: "
        + report.formerNames.map(\.text).joined(separator: ", ")
    }
    if scope.withoutEventTime > 0 {
      text += "; \(scope.withoutEventTime) without a time of their own"
    }
    return text
  }
}
