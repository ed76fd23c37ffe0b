/// The state of a descendant.
public enum ClosureState: String, CaseIterable, Sendable {
  /// Its current content was made without anything in question.
  case clean = "CLEAN"
  /// It was written since the erasure, from a version in question.
  case rebuiltFromStale = "REBUILT_FROM_STALE"
  /// It was written since the erasure in a way that keeps earlier content.
  case appended = "APPENDED"
  /// It was not written since the erasure.
  case notRebuilt = "NOT_REBUILT"
  /// A run that writes it has not ended.
  case inFlight = "IN_FLIGHT"
  /// Column lineage says that all that reached it was masked.
  case masked = "MASKED"
  /// A hold or a retention policy keeps it.
  case exempt = "EXEMPT"
  /// It was dropped, or goes on under another name.
  case dropped = "DROPPED"
  /// It was clean, and a version in question was written again.
  case reintroduced = "REINTRODUCED"
  /// The records do not say.
  case unknown = "UNKNOWN"

  /// Whether nothing is left to do.
  public var isClosing: Bool {
    switch self {
    case .clean, .dropped, .masked, .exempt: true
    case .rebuiltFromStale, .appended, .notRebuilt, .inFlight, .reintroduced, .unknown: false
    }
  }
}

/// Why a descendant has its state.
public enum ClosureReason: String, CaseIterable, Sendable {
  /// All of it was overwritten from clean input.
  case overwrittenFromClean = "overwritten-from-clean"
  /// All of it was removed: truncated, erased and verified, key destroyed.
  case removed = "removed"
  /// The current content never was in question, or what was kept had been cleaned.
  case writtenFromClean = "written-from-clean"
  case dropped = "dropped"
  case renamed = "renamed"
  case masked = "masked"
  case exempted = "exempted"
  case runInFlight = "run-in-flight"
  case producerSilent = "producer-silent"
  case sequenceGap = "sequence-gap"
  /// How the last write treated earlier content is not on record, a bare `OVERWRITE` included.
  case writeModeUnknown = "write-mode-unknown"
  /// All of it was overwritten, and nothing says from what.
  case originUnknown = "origin-unknown"
  /// A run that failed or was aborted may have written.
  case runFailed = "run-failed"
  /// It was made from something whose own state is unknown.
  case sourceUnknown = "source-unknown"
  /// No record names a version that was asked about.
  case versionUnknown = "version-unknown"
  /// A clean write cannot be put behind another in time.
  case concurrentWrites = "concurrent-writes"
  case writtenAgain = "written-again"
  case keptEarlierContent = "kept-earlier-content"
  case rebuiltFromTainted = "rebuilt-from-tainted"
  case notWrittenSince = "not-written-since"
}
