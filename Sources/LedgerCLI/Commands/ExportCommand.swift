internal import ArgumentParser
internal import Ledgerstone

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write what may be published: a static C2SP tlog-tiles folder, without bodies.")

  @OptionGroup var ledger: ReaderArguments

  @Option(help: ArgumentHelp("A folder that is empty or not there.", valueName: "folder"))
  var tiles: String

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() throws {
    let reader = try ledger.reader()
    guard !tiles.isEmpty else { throw CommandFailure(.usage, "--tiles: the path is empty") }
    let path = LedgerPath.absolute(tiles)
    try ledger.refuse(target: path)
    try reader.exportTiles(to: path)
    struct Exported: Encodable { let tiles: String }
    if json { try StandardOutput.print(JSONOutput.line(Exported(tiles: path))) }
  }
}
