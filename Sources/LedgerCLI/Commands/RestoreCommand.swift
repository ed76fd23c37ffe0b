internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Make a ledger of a backup, without what was erased since.",
    discussion: """
      Needs the ledger's vault, by default DIR.vault, whose journal says what was erased: those \
      bodies are removed before DIR gets its name. DIR is open to its owner only, until you change \
      that.

      A backup that is shorter than what the key has signed can be read and verified, and not \
      appended to, as that would be a second history under one key. The records lost are gone; \
      history goes on under another origin with: init --continues CHECKPOINT --key VKEY.
      """)

  @Argument(
    help: "What backup wrote, or another copy of a ledger's folder.", completion: .directory)
  var out: String

  @Argument(help: "A folder that is empty or not there.", completion: .directory)
  var directory: String

  @OptionGroup var vaultArguments: VaultArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() throws {
    guard !out.isEmpty else { throw CommandFailure(.usage, "OUT: the path is empty") }
    let location = try LedgerLocation(directory: directory, vault: vaultArguments.vault)
    let report = try Ledger.restore(backup: LedgerPath.absolute(out), to: location)
    try StandardOutput.print(json ? Self.json(report, location) : Self.text(report, location))
    if report.isReadOnly {
      StandardError.warn(
        "the key has signed \(counted(report.signedCount, "record")), the backup has only "
          + "\(report.recordCount): \(location.directory) can be read but not appended to")
    }
  }

  private static func text(_ report: RestoreReport, _ location: LedgerLocation) -> String {
    "\(location.directory): \(counted(report.recordCount, "record"))"
      + (report.erasedBodyCount > 0
        ? ", " + counted(report.erasedBodyCount, "body") + " erased again" : "")
  }

  private static func json(_ report: RestoreReport, _ location: LedgerLocation) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("directory", location.directory)
      writer.member("recordCount", report.recordCount)
      writer.member("signedCount", report.signedCount)
      writer.member("erasedBodies", report.erasedBodyCount)
      writer.name("broughtPlans")
      writer.array { writer in
        for plan in report.broughtPlans { writer.integer(plan) }
      }
      writer.name("readOnly")
      writer.boolean(report.isReadOnly)
    }
    return writer.text
  }
}
