internal import LedgerFormat

/// A closure for people: one line per descendant, nearest first, then who is silent, then the sum.
public enum ClosureText {
  public static func text(_ closure: Closure) -> String {
    var lines = [line(closure.root, width: 0)]
    let width = closure.descendants.map { $0.state.rawValue.utf8.count }.max() ?? 0
    lines += closure.descendants.map { line($0, width: width) }
    lines += closure.disclosures.map(line)
    lines += closure.openEnds
    for source in closure.rootSources {
      lines.append("flowed into it: \(source.text)")
    }
    lines.append(summary(closure))
    return lines.map { $0.withoutHiddenCharacters + "\n" }.joined()
  }

  /// `2  NOT_REBUILT  dataset:w:t  not-written-since, inferred, records 4, 7`
  private static func line(_ descendant: Descendant, width: Int) -> String {
    let state = descendant.state.rawValue
    let padding = String(repeating: " ", count: max(0, width - state.utf8.count))
    var words = [descendant.reason.rawValue]
    if let via = descendant.via {
      if via.basis != .explicit { words.append(via.basis.codeName) }
      words.append("from \(via.entity.text)")
    }
    if !descendant.records.isEmpty {
      let numbers = descendant.records.map { "\($0)" }.joined(separator: ", ")
      words.append((descendant.records.count == 1 ? "record " : "records ") + numbers)
    }
    return "\(descendant.depth)  \(state)\(padding)  \(descendant.entity.text)  "
      + words.joined(separator: "; ")
  }

  private static func line(_ disclosure: Disclosure) -> String {
    let recipients = disclosure.recipients.map(\.text).joined(separator: ", ")
    let purpose = disclosure.purpose.map { " for \($0)" } ?? ""
    return "disclosed: \(disclosure.entity.text) to \(recipients.isEmpty ? "?" : recipients)"
      + "\(purpose), \(disclosure.level.rawValue), record \(disclosure.record)"
  }

  static func line(_ producer: SilentProducer) -> String {
    switch producer {
    case .run(let job, let run, let record, let since):
      let job = job.map { " of \($0.text)" } ?? ""
      return "silent: \(run.text)\(job) since \(since), record \(record)"
    case .gap(let gap):
      let missing =
        gap.missing.lowerBound == gap.missing.upperBound
        ? "number \(gap.missing.lowerBound)"
        : "numbers \(gap.missing.lowerBound) to \(gap.missing.upperBound)"
      return "silent: \(gap.producer.source) has no record with its \(missing), between records "
        + "\(gap.recordBefore) and \(gap.recordAfter)"
    }
  }

  static func line(_ open: RunUnderWay) -> String {
    let job = open.job.map { " of \($0.text)" } ?? ""
    return "under way: \(open.run.text)\(job) since \(open.since), record \(open.record); it names "
      + "no output"
  }

  private static func summary(_ closure: Closure) -> String {
    let all = [closure.root] + closure.descendants
    let states = ClosureState.allCases.compactMap { state in
      let count = all.count { $0.state == state }
      return count > 0 ? "\(count) \(state.rawValue)" : nil
    }
    let erasure = closure.erasure.map { "erased by record \($0)" } ?? "nothing erased it"
    return (closure.isClosed ? "closed" : "NOT closed") + ": " + states.joined(separator: ", ")
      + "; \(erasure); \(counted(closure.size, "record")) read from \(closure.firstRecord) on"
      + (closure.inferredCount > 0
        ? "; \(counted(closure.inferredCount, "version")) by inference only" : "")
  }
}
