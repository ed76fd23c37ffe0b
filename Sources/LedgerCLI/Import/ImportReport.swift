internal import Synchronization

/// Counts what became of the inputs, and says on stderr what was rejected and why.
final class ImportReport: Sendable {
  struct Counts: Sendable {
    var recorded = 0
    var duplicates = 0
    var conflicts = 0
    var rejected = 0
    var unreadableFiles = 0
    var namesLikeMail: Set<String> = []
  }

  private let state = Mutex(Counts())
  /// Names warned about one by one; further ones are counted.
  private static let nameWarningCountMax = 10

  var counts: Counts { state.withLock { $0 } }

  func reject(_ file: String, line: Int, _ reason: String) {
    StandardError.write(line: PlainText.escaped("\(file):\(line): \(reason)"))
    state.withLock { $0.rejected += 1 }
  }

  func conflict(_ file: String, line: Int, _ reason: String) {
    StandardError.write(line: PlainText.escaped("\(file):\(line): conflict: \(reason)"))
    state.withLock { $0.conflicts += 1 }
  }

  func unreadable(_ message: String) {
    StandardError.complain(PlainText.escaped(message))
    state.withLock { $0.unreadableFiles += 1 }
  }

  func recorded(isDuplicate: Bool) {
    state.withLock { if isDuplicate { $0.duplicates += 1 } else { $0.recorded += 1 } }
  }

  /// Warns that `name` will stand in the ledger for ever.
  func warnOfName(_ name: String) {
    let isShown = state.withLock { counts in
      guard counts.namesLikeMail.insert(name).inserted else { return false }
      return counts.namesLikeMail.count <= Self.nameWarningCountMax
    }
    guard isShown else { return }
    StandardError.warn(
      "the name '\(PlainText.escaped(name))' looks like an e-mail address and is permanent; "
        + "--names replaces names")
  }

  /// The last line on stderr, and how the command ends.
  func conclude(isInterrupted: Bool) -> ExitStatus {
    let counts = counts
    let hidden = counts.namesLikeMail.count - Self.nameWarningCountMax
    if hidden > 0 { StandardError.warn("\(hidden) further names look like e-mail addresses") }
    StandardError.write(
      line: "recorded \(counts.recorded), duplicates \(counts.duplicates), "
        + "conflicts \(counts.conflicts), rejected \(counts.rejected)"
        + (isInterrupted ? "; interrupted, what is recorded is safe" : ""))
    if isInterrupted { return .interrupted }
    if counts.unreadableFiles > 0 { return .failed }
    return counts.rejected + counts.conflicts > 0 ? .someRejected : .done
  }
}
