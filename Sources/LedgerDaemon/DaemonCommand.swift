internal import ArgumentParser

@main
struct DaemonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledgerstoned",
    abstract: "Serve a ledger to pipelines, auditors and their tools.",
    discussion: """
      Every setting stands in a JSON file (--config), or in the environment: http.port is \
      LEDGERSTONE_HTTP_PORT, which comes before the file. Without identity.tokens only this \
      machine is served, and everything is open to it.

      Exit status: 0 shut down · 1 failed · 10 no ledger here · 11 locked by another writer · \
      64 the arguments or the configuration cannot be accepted
      """,
    subcommands: [ServeCommand.self, TokenCommand.self, CheckCommand.self],
    defaultSubcommand: ServeCommand.self)
}
