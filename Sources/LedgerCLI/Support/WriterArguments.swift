internal import ArgumentParser
internal import Foundation
internal import Ledgerstone

/// DIR, `--vault` and `--server`, which every command that writes to a ledger takes.
struct WriterArguments: ParsableArguments {
  @Argument(
    help: "The ledger's folder; with --server URL it may be left out.", completion: .directory)
  var directory: String?

  @OptionGroup var vaultArguments: VaultArguments

  @Option(
    help: ArgumentHelp(
      """
      The ledger through its server. auto: through that of this machine which DIR/LOCK names, if \
      one has the ledger open. LEDGERSTONE_TOKEN or LEDGERSTONE_TOKEN_FILE has the token.
      """, valueName: "url|auto"))
  var server: String?

  /// How a command gets at its ledger.
  enum Access: Hashable, Sendable {
    case opened
    case served(ServerAddress)
    case openedOrServed
  }

  func validate() throws {
    guard directory != nil || server != nil && server != "auto" else {
      throw ValidationError("Missing expected argument '<directory>'.")
    }
    guard directory != "" || server == nil else {
      throw ValidationError("The ledger's path is empty.")
    }
    let isRemote = server != nil && server != "auto"
    guard !isRemote || vaultArguments.vault == nil else {
      throw ValidationError("--vault and --server URL exclude each other.")
    }
  }

  func access() throws(CommandFailure) -> Access {
    switch server {
    case nil: .opened
    case "auto": .openedOrServed
    case let text?: .served(try ServerAddress(parsing: text))
    }
  }

  /// Whether a server is named.
  var isRemote: Bool { server != nil && server != "auto" }

  func location() throws -> LedgerLocation {
    guard let directory else { throw CommandFailure(.usage, "no ledger's folder was given") }
    return try LedgerLocation(directory: directory, vault: vaultArguments.vault)
  }

  /// Does a command's work, on the ledger itself or through its server.
  ///
  /// - Parameter acceptsClockStep: `--accept-clock`, which is for the process that opens it.
  func perform<Value: Sendable>(
    acceptsClockStep: Bool = false,
    served: (ServedLedger) async throws -> Value,
    opened: (Ledger) async throws -> Value
  ) async throws -> Value {
    switch try access() {
    case .opened:
      return try await withLedger(location(), acceptsClockStep: acceptsClockStep, opened)
    case .served(let address):
      guard !acceptsClockStep else {
        throw CommandFailure(.usage, "--accept-clock is for the process that opens the ledger")
      }
      return try await served(connected(to: address))
    case .openedOrServed:
      let ledger: Ledger
      do {
        ledger = try openLedger(location(), acceptsClockStep: acceptsClockStep)
      } catch let error as LedgerError where error.code == .locked {
        // Only now: a file that nobody holds a lock on says nothing.
        guard let url = (error.underlying as? LockHolder)?.url,
          let address = ServerAddress(ofLockHolder: url)
        else { throw error }
        return try await served(connected(to: address))
      }
      return try await closing(ledger, opened)
    }
  }

  /// The ledger at an address, which is the one in DIR where that is given.
  func connected(to address: ServerAddress) async throws(CommandFailure) -> ServedLedger {
    let token = try ServerToken.find(
      for: address, environment: ProcessInfo.processInfo.environment)
    let ledger = ServedLedger(address, exchange: URLSessionExchange(address, token: token))
    if let directory { try await ledger.requireLedger(in: directory) }
    return ledger
  }
}
