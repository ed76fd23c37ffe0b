internal import LedgerFormat

/// A counter on the terminal, and nothing anywhere else.
struct Progress {
  private let isShown = StandardError.isTerminal
  private var last = ContinuousClock.now
  private var hasWritten = false

  /// Writes the count over the last one, ten times a second at most.
  mutating func show(_ count: Int) {
    guard isShown, ContinuousClock.now - last > .milliseconds(100) else { return }
    last = .now
    hasWritten = true
    StandardError.write("\r" + counted(count, "record"))
  }

  /// Empties the line for what follows.
  mutating func clear() {
    if hasWritten { StandardError.write("\r\u{1B}[K") }
    hasWritten = false
  }
}
