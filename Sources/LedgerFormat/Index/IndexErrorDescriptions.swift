internal import MerkleLog

/// Whole sentences without a full stop, for people.
extension IndexProofFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLarge(let byteCount, let limit):
      "it has \(byteCount) bytes, more than the \(limit) that are read"
    case .wrongHeader: "its first line names no proof of this format"
    case .malformedLine(let field, let line): "line \(line) is not '\(field)' and its value"
    case .part(let error): "\(error)"
    case .entity(let error): "the entity's key is none: \(error)"
    case .header(let error, let line): "the record in line \(line) is none: \(error)"
    case .impossibleRun(let run): "run \(run) of the index record covers no possible records"
    case .answer(let error, let line): "the answer in line \(line) is none: \(error)"
    case .wrongAnswerCount(let expected, let found):
      "\(expected) runs have to be asked, \(found) answers are there"
    case .recordsOutOfOrder(let line): "the record in line \(line) is out of order"
    case .emptyTree: "the checkpoint is of no records"
    case .recordBeyondIndex(let record, let indexRecord):
      "record \(record) is not covered by index record \(indexRecord)"
    }
  }
}

extension IndexProofError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .signature(let error): "the checkpoint: \(error)"
    case .foreignOrigin(let origin): "the checkpoint of \(origin) is signed under another name"
    case .notLastRecord(let found, let expected):
      "the index record shown is record \(found), the last one is \(expected)"
    case .indexInclusion(let error): "the index record is not under the checkpoint: \(error)"
    case .notAnIndexRecord(let kind): "the last record is of kind '\(kind)', not an index record"
    case .notPlain: "the index record names entities or is part of a continued record"
    case .tiling(let error): "the index record does not cover all records once: \(error)"
    case .sinceBeyondIndex(let since, let indexRecord):
      "record \(since) is not covered by index record \(indexRecord)"
    case .wrongAnswerCount(let expected, let found):
      "\(expected) runs have to be asked, \(found) answers are there"
    case .answer(let error, let run): "the answer about run \(run) does not hold: \(error)"
    case .beginsTooLate(let run): "what run \(run) lists is shown from a later record on than asked"
    case .endsTooEarly(let run): "the end of what run \(run) lists is left out"
    case .wrongRecord(let found, let expected):
      "the record shown is \(found), the one in question is \(expected)"
    case .recordInclusion(let error): "the record is not under the checkpoint: \(error)"
    case .entityNotNamed: "the record does not name the entity"
    case .recordBeyondIndex(let record, let indexRecord):
      "record \(record) is not covered by index record \(indexRecord)"
    case .recordListed: "the run lists the record: nothing was omitted"
    }
  }
}

extension RunAnswerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .positionBeyondRun: "the run has no such entry"
    case .impossibleCount: "an entry of no records, or of more than the run covers"
    case .chunksBeyondList: "chunks that the entry's list does not have"
    case .wrongRecordCount(let expected, let found):
      "the chunks hold \(expected) records, \(found) are listed"
    case .recordOutsideRun: "a record that the run does not cover"
    case .recordsOutOfOrder: "records out of order"
    case .wrongNeighbours: "a neighbour is missing, or there is one too many"
    case .notExcluded: "the entity does not lie between the neighbours"
    case .proof(let error): "\(error)"
    }
  }
}

extension IndexTilingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .overlap(let run): "run \(run) begins before the one before it ends"
    case .gap(let run): "before run \(run) records are left out"
    case .notAligned(let run): "run \(run) covers no possible records"
    case .tailInside(let run): "run \(run) is not full, and another one follows"
    case .wrongEnd(let expected, let found): "the runs end at record \(found), not \(expected)"
    }
  }
}
