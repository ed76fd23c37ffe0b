internal import ArgumentParser
internal import Foundation

@main
struct LedgerstoneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledgerstone",
    abstract: "An append-only ledger of who accessed, transformed and deleted which data.",
    discussion: """
      Data goes to stdout, everything else to stderr.

      \(ExitStatus.table)
      """,
    version: Program.version,
    subcommands: [
      InitCommand.self, ImportCommand.self, AppendCommand.self, CheckpointCommand.self,
      ShowCommand.self, IndexCommand.self, HistoryCommand.self, EntitiesCommand.self,
      LineageCommand.self, ClosureCommand.self,
      ProveCommand.self, VerifyCommand.self, ExportCommand.self,
      InspectCommand.self, KeygenCommand.self, EraseCommand.self,
      DeletionCommand.self, HoldCommand.self, CertificateCommand.self, RotateKeyCommand.self,
      BackupCommand.self,
      RestoreCommand.self, DemoCommand.self,
    ])

  /// Runs the command named by the arguments and ends the process with its status.
  static func main() async {
    // A reader that goes away is reported as an error of writing, after the ledger was closed.
    signal(SIGPIPE, SIG_IGN)
    do {
      try FreeDescriptors.require(FreeDescriptors.countMin, "a command")
    } catch {
      end(with: error)
    }
    Interruption.endProcess()
    let occupied = StandardDescriptors.occupy()
    defer { withExtendedLifetime(occupied) {} }
    do {
      let arguments = CommandLine.arguments.dropFirst()
      try requireText(arguments)
      try requireCommand(arguments)
      try refuseNegativeNumbers(arguments)
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  /// Refuses arguments that are not UTF-8: what cannot be read is shown as U+FFFD, and two of them
  /// would become one.
  private static func requireText(_ arguments: some Sequence<String>) throws(CommandFailure) {
    for argument in arguments where argument.unicodeScalars.contains("\u{FFFD}") {
      throw CommandFailure(
        .usage, "the argument '\(argument)' is not UTF-8, or holds the sign for what is not")
    }
  }

  /// Says which command there is not, where the parser would speak of an unexpected argument.
  private static func requireCommand(_ arguments: ArraySlice<String>) throws(CommandFailure) {
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments
    guard let name = words.first, !name.hasPrefix("-"), name != "help",
      !configuration.subcommands.contains(where: { $0.configuration.commandName == name })
    else { return }
    throw CommandFailure(
      .usage, "there is no command '\(name)'; 'ledgerstone --help' lists them")
  }

  /// Says of `-1` that nothing takes it, where the parser would miss an argument.
  private static func refuseNegativeNumbers(
    _ arguments: ArraySlice<String>
  ) throws(CommandFailure) {
    for argument in arguments.prefix(while: { $0 != "--" }) {
      guard argument.count > 1, argument.first == "-", argument.dropFirst().allSatisfy(\.isNumber)
      else { continue }
      throw CommandFailure(
        .usage, "'\(argument)': no command takes a negative number")
    }
  }

  private static func end(with error: any Error) -> Never {
    let failure = ofParsing(error) ?? CommandFailure(error)
    if let message = failure.message { StandardError.complain(message) }
    Foundation.exit(failure.status.rawValue)
  }

  /// What the parser of the arguments has to say, which it is not left to print itself: help that
  /// could not be written is a failure too. Nil for the errors of the commands.
  private static func ofParsing(_ error: any Error) -> CommandFailure? {
    let code = exitCode(for: error)
    guard code != .failure || error is CleanExit else { return nil }
    let message = fullMessage(for: error)
    guard code == .success else {
      StandardError.write(line: message)
      return CommandFailure(ExitStatus(rawValue: code.rawValue) ?? .usage)
    }
    do throws(CommandFailure) {
      if !message.isEmpty { try StandardOutput.print(message) }
      return CommandFailure(.done)
    } catch {
      return error
    }
  }
}
