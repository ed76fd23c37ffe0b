internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the evidence of a ledger, also while a writer goes on.",
    discussion: """
      OUT is one moment of the ledger, complete or not there: a folder that verify and all reading \
      commands take. It holds bodies, so it is for those you trust. It does not hold the vault: \
      back that up apart from it, after every erasure, and destroy the older copies of the vault \
      then. \
      Never write to a copy; bring it back with restore.
      """)

  @OptionGroup var ledger: ReaderArguments

  @Argument(help: "A folder that is empty or not there.")
  var out: String

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() throws {
    let reader = try ledger.reader()
    guard !out.isEmpty else { throw CommandFailure(.usage, "OUT: the path is empty") }
    let path = LedgerPath.absolute(out)
    try ledger.refuse(target: path)
    let report = try reader.backUp(to: path)
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("backup", report.path)
      writer.member("recordCount", report.recordCount)
      writer.member("checkpointSize", report.checkpointSize)
    }
    try StandardOutput.print(
      json ? writer.text : "\(report.path): \(counted(report.recordCount, "record"))")
  }
}
