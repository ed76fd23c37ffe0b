internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone
internal import Provenance

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "List the ledger's files and what they hold; verifies nothing.")

  @OptionGroup var ledger: ReaderArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  mutating func run() throws {
    let inspection = try ledger.reader().inspection()
    if let damage = inspection.damage { StandardError.warn(damage) }
    try StandardOutput.print(
      json ? inspection.json : Self.text(inspection))
  }

  private static func text(_ inspection: LedgerInspection) -> String {
    let covered = inspection.checkpointSize.map { "covers " + counted($0, "record") }
    var lines = [
      "origin      \(inspection.identity.origin)",
      "ledger id   \(inspection.identity.ledgerID)",
      "key         \(inspection.verifierKey)",
      "records     \(inspection.recordCount)",
      "checkpoint  \(covered ?? "none")",
      "bytes       \(inspection.sizeBytes)",
    ]
    for file in inspection.files {
      var line = "\(pad(String(file.sizeBytes), 12))  \(file.path)  \(file.role)"
      if let records = file.records {
        line += ", records \(records.lowerBound)–\(records.upperBound - 1)"
      }
      if let blocks = file.blockCount { line += ", " + counted(blocks, "block") }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension LedgerInspection {
  /// One JSON object; no key is ever absent.
  fileprivate var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("origin", identity.origin)
      writer.member("ledgerId", identity.ledgerID.description)
      writer.member("verifierKey", verifierKey)
      writer.member("recordCount", recordCount)
      writer.member("checkpointSize", checkpointSize)
      writer.member("sizeBytes", sizeBytes)
      writer.name("damage")
      writer.string(damage)
      writer.name("files")
      writer.array { writer in
        for file in files { file.write(to: &writer) }
      }
    }
    return writer.text
  }
}

extension LedgerInspection.File {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("path", path)
      writer.member("role", role)
      writer.member("sizeBytes", sizeBytes)
      writer.member("firstRecord", records?.lowerBound)
      writer.member("endRecord", records?.upperBound)
      writer.member("blockCount", blockCount)
    }
  }
}
