internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the evidence of a ledger, also while a writer goes on.",
    discussion: """
      OUT is one moment of the ledger, complete or not there: a folder that verify and all reading \
      commands take. It holds bodies, so it is for those you trust. It does not hold the vault: \
      back that up apart from it, after every erasure, and destroy the older copies of the vault \
      then. \
      Never write to a copy; bring it back with restore. Through a server, OUT is a name below its \
      backup.folder.
      """)

  @OptionGroup var ledger: WriterArguments

  @Argument(help: "A folder that is empty or not there.")
  var out: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard out != nil || ledger.isRemote && ledger.directory != nil else {
      throw ValidationError("Missing expected argument '<out>'.")
    }
    guard ledger.vaultArguments.vault == nil else {
      throw ValidationError("A backup has nothing of the vault: --vault means nothing here.")
    }
  }

  mutating func run() async throws {
    guard case .served(let address) = try ledger.access() else { return try copy() }
    if out == nil { (out, ledger.directory) = (ledger.directory, nil) }
    let ledger = try await ledger.connected(to: address)
    let name = out ?? ""
    let answer = try await ledger.ask(
      ServedLedger.call("/v1/backups") { $0.member("name", name) })
    guard let count = answer["recordCount"]?.number.flatMap({ UInt64($0) }) else {
      throw ledger.incomplete("a backup")
    }
    try StandardOutput.print(
      json
        ? String(decoding: answer.bytes, as: UTF8.self) : "\(name): \(counted(count, "record"))")
  }

  /// Copies the ledger that is here, for which nobody is asked.
  private func copy() throws {
    var ledger = ReaderArguments()
    ledger.directory = self.ledger.directory ?? ""
    let out = out ?? ""
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
