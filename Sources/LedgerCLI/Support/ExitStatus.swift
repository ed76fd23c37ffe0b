internal import LedgerVerifier
internal import Ledgerstone

/// Every status the program ends with; also the table in the help and the README.
enum ExitStatus: Int32, CaseIterable {
  case done = 0
  case failed = 1
  case notValid = 2
  case someRejected = 3
  case noLedger = 10
  case locked = 11
  case usage = 64
  case interrupted = 130

  var meaning: String {
    switch self {
    case .done: "done"
    case .failed: "failed"
    case .notValid: "read and not valid"
    case .someRejected: "some inputs were rejected; the others went in"
    case .noLedger: "no ledger here"
    case .locked: "locked by another writer"
    case .usage: "usage: the arguments cannot be accepted"
    case .interrupted: "interrupted; what was acknowledged is safe"
    }
  }

  /// The table of the root command's help.
  static var table: String {
    "Exit status:\n"
      + allCases.map { status in
        let number = String(status.rawValue)
        return String(repeating: " ", count: 5 - number.count) + number + "  " + status.meaning
      }.joined(separator: "\n")
  }
}

extension ExitStatus {
  /// What an error of the engine means to a script.
  ///
  /// A ledger that contradicts its own bytes or its own signature was read and is not valid; a
  /// ledger whose `init` never ended is none yet.
  init(_ error: LedgerError) {
    self =
      switch error.code {
      case .noLedger, .incomplete: .noLedger
      case .locked: .locked
      case .corrupt, .forked: .notValid
      case .invalid: .usage
      case .alreadyExists, .newerFormat, .vault, .erasing, .clock, .conflict, .poisoned,
        .closed, .notFound, .erased, .noCheckpoint, .noIndexRecord, .storage:
        .failed
      }
  }

  init(_ status: VerificationStatus) {
    self =
      switch status {
      case .valid: .done
      case .notValid: .notValid
      case .couldNotCheck(let obstacle):
        switch obstacle.code {
        case .noLedger: .noLedger
        case .argumentMissing, .argumentUnused, .savedCheckpointUnusable: .usage
        case .noCheckpoint, .newerFormat, .unreadable, .unknownProof: .failed
        }
      }
  }
}
