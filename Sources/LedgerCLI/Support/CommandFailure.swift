internal import ArgumentParser
internal import Ledgerstone

/// Why a command ends early: what stderr says, and the status.
struct CommandFailure: Error {
  let status: ExitStatus
  /// nil if everything has been said.
  let message: String?

  init(_ status: ExitStatus, _ message: String? = nil) {
    self.status = status
    self.message = message
  }

  /// Any error but those of argument parsing.
  init(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as LedgerError: self.init(ExitStatus(error), error.message)
    default: self.init(.failed, "\(error)")
    }
  }
}
