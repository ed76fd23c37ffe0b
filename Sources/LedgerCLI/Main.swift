import ArgumentParser

@main
struct LedgerstoneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ledgerstone")
}
