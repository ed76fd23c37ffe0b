public import LedgerFormat

/// Whole sentences without a full stop, for people; entities as on the command line.
extension ClosureProofError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .index(let error): "\(error)"
    case .sizeBeyondIndex(let size, let indexRecord):
      "the closure is as of \(size) records, index record \(indexRecord) covers fewer"
    case .recordBeyondSize(let record, let size):
      "record \(record), which is asked about, is not below \(size)"
    case .recordInclusion(let error): "the records are not under the checkpoint: \(error)"
    case .repeatedEntity(let key): "the history of \(key.text) is there twice"
    case .recordMissing(let record, let key):
      "record \(record) is left out, which the history of \(key.text) lists"
    case .impossiblePart(let record): "record \(record) is a part where none can be"
    case .recordUnneeded(let record): "nothing has need of record \(record)"
    case .noGap(let before, let after):
      "between records \(before) and \(after) no producer skipped numbers"
    case .entityMissing(let key):
      "the history of \(key.text) is left out, which the closure asks for"
    case .entityUnneeded(let key): "the closure does not ask for \(key.text), or not at this place"
    }
  }
}
