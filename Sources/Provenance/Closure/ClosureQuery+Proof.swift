public import LedgerFormat

extension ClosureQuery {
  /// The question of a proof file.
  public init(_ question: ClosureProofFile.Question) {
    let origin: Origin =
      switch question.origin {
      case .record(let record): .record(record)
      case .versions(let versions): .versions(versions)
      }
    self.init(
      root: question.root, origin: origin, size: question.size, time: question.time,
      silenceMicroseconds: question.silence)
    erasure = question.erasure
  }

  /// The query as a proof file states it, which knows no `firstRecord`: it has all records.
  public var question: ClosureProofFile.Question {
    let origin: ClosureProofFile.Question.Origin =
      switch self.origin {
      case .record(let record): .record(record)
      case .versions(let versions): .versions(versions)
      }
    return ClosureProofFile.Question(
      root: root, origin: origin, size: size, time: time, silence: silenceMicroseconds,
      erasure: erasure)
  }
}
