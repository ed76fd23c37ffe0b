internal import ArgumentParser
internal import Foundation
internal import LedgerServer

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check the configuration, and serve nothing.")

  @OptionGroup var settings: Settings

  mutating func run() async throws {
    let loaded = try await settings.load()
    let address = loaded.configuration.url ?? "a free port of \(loaded.configuration.host)"
    let who = loaded.tokens.map { "\($0.table.count) tokens" } ?? "this machine only, all roles"
    FileHandle.standardOutput.write(Data("\(address): \(who)\n".utf8))
  }
}
