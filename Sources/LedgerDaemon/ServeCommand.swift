internal import ArgumentParser
internal import Hummingbird
internal import LedgerFormat
internal import LedgerServer
internal import Ledgerstone
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve a ledger until SIGTERM or SIGINT.",
    discussion: """
      At a signal nothing new is accepted, requests under way are answered, a last checkpoint is \
      signed and the ledger is closed. SIGHUP reads the tokens again.
      """)

  @OptionGroup var settings: Settings

  @Flag(help: "Go on although the system clock stepped, and record that; once for each step.")
  var acceptClock = false

  mutating func run() async throws {
    let loaded = try await settings.load()
    let configuration = loaded.configuration
    let level = configuration.logLevel
    LoggingSystem.bootstrap { label in JSONLogHandler(label: label, level: level) }
    let logger = Logger(label: "ledgerstoned")
    let ledger = try DaemonFailure.translating {
      try Ledger.open(
        at: loaded.location,
        options: LedgerOptions(acceptsClockStep: acceptClock, url: configuration.url))
    }
    for remark in ledger.remarks { logger.warning("opened", metadata: ["remark": "\(remark)"]) }
    do {
      let service = try LedgerService(
        ledger: ledger, configuration: configuration, tokens: loaded.tokens, logger: logger)
      try await serve(service, logger: logger)
    } catch {
      // The first failure is the one to report.
      _ = try? await ledger.close()
      throw DaemonFailure(1, "\(error)")
    }
    try await Self.conclude(ledger, logger)
  }

  private func serve(_ service: LedgerService, logger: Logger) async throws {
    let origin = service.ledger.identity.origin
    let host = service.configuration.host
    let application = try service.application { port in
      logger.notice(
        "serving", metadata: ["origin": "\(origin)", "host": "\(host)", "port": "\(port)"])
    }
    let reloading = TokenReloading(
      book: service.tokens, path: service.configuration.tokensPath, logger: logger)
    var group = ServiceGroupConfiguration(
      services: [.init(service: application), .init(service: reloading)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(
      service.configuration.limits.shutdownSeconds)
    do {
      try await ServiceGroup(configuration: group).run()
    } catch is CancellationError {
      logger.warning("requests under way were given up at the end of limits.shutdownSeconds")
    }
  }

  /// What was acknowledged is durable already; the checkpoint covers it, and the clean close saves
  /// the next opening its recovery.
  private static func conclude(_ ledger: Ledger, _ logger: Logger) async throws {
    if ledger.failure == nil {
      do throws(LedgerError) {
        _ = try await ledger.checkpoint()
      } catch {
        logger.error("no last checkpoint", metadata: ["reason": "\(error.message)"])
      }
    }
    let remarks: [String]
    do throws(LedgerError) {
      remarks = try await ledger.close()
    } catch {
      throw DaemonFailure(1, error.message)
    }
    for remark in remarks { logger.warning("closed", metadata: ["remark": "\(remark)"]) }
    logger.notice("closed", metadata: ["records": "\(ledger.size)"])
  }
}

/// Reads the tokens again at SIGHUP; a file that cannot be used changes nothing.
struct TokenReloading: Service {
  let book: TokenBook?
  let path: String?
  let logger: Logger

  func run() async throws {
    guard let book, let path else { return try await gracefulShutdown() }
    let signals = await UnixSignalsSequence(trapping: .sighup)
    for await _ in signals.cancelOnGracefulShutdown() {
      do {
        let table = try Settings.tokens(path)
        book.replace(with: table)
        logger.notice("tokens read again", metadata: ["count": "\(table.count)"])
      } catch {
        logger.error("the tokens stay as they were", metadata: ["reason": "\(error)"])
      }
    }
  }
}
