/// The states of datasets and models, in words for a reader who knows none of them.
extension CertificatePage {
  /// The states that occur, explained.
  static func words(of states: Set<ClosureState>) -> String {
    ClosureState.allCases.filter(states.contains).map { "\($0.rawValue): \(words($0))." }
      .joined(separator: " ")
  }

  private static func words(_ state: ClosureState) -> String {
    switch state {
    case .clean: "rewritten or emptied after the erasure, from sources that were clean"
    case .rebuiltFromStale: "rewritten after the erasure, but from a source that was not yet clean"
    case .appended: "written after the erasure in a way that keeps earlier rows"
    case .notRebuilt: "not written since the erasure"
    case .inFlight: "a run that writes it has not ended"
    case .masked: "only masked columns reached it"
    case .exempt: "a hold or a retention policy keeps it"
    case .dropped: "dropped, or renamed away"
    case .reintroduced: "was clean, and content in question was written to it again"
    case .unknown: "the records do not say what became of it"
    }
  }
}
