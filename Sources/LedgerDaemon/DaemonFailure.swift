internal import ArgumentParser
internal import Foundation
internal import Ledgerstone

/// Ends the program with a status and one line on stderr.
struct DaemonFailure: Error, CustomStringConvertible {
  let status: Int32
  let description: String

  init(_ status: Int32, _ description: String) {
    self.status = status
    self.description = description
  }

  /// Runs `body`, whose errors of the engine get the status that the command line gives them.
  static func translating<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as LedgerError {
      let status: Int32 =
        switch error.code {
        case .noLedger, .incomplete: 10
        case .locked: 11
        case .corrupt, .forked: 2
        case .invalid: 64
        default: 1
        }
      throw DaemonFailure(status, error.message)
    }
  }
}

extension DaemonCommand {
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as DaemonFailure {
      FileHandle.standardError.write(Data("ledgerstoned: \(failure)\n".utf8))
      Foundation.exit(failure.status)
    } catch {
      exit(withError: error)
    }
  }
}
