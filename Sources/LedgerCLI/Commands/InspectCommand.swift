internal import ArgumentParser
internal import LedgerFormat
internal import Ledgerstone

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
      json ? JSONOutput.line(InspectionOutput(inspection)) : Self.text(inspection))
  }

  private static func text(_ inspection: LedgerInspection) -> String {
    let covered = inspection.checkpointSize.map { "covers " + counted($0, "record") }
    var lines = [
      "origin      \(inspection.identity.origin)",
      "ledger id   \(inspection.identity.ledgerID)",
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

/// The stable keys of `inspect --json`.
private struct InspectionOutput: Encodable {
  struct File: Encodable {
    let path: String
    let role: String
    let sizeBytes: Int
    let firstRecord: UInt64?
    let endRecord: UInt64?
    let blockCount: Int?
  }

  let origin: String
  let ledgerId: String
  let recordCount: UInt64
  let checkpointSize: UInt64?
  let sizeBytes: Int
  let damage: String?
  let files: [File]

  init(_ inspection: LedgerInspection) {
    origin = inspection.identity.origin
    ledgerId = inspection.identity.ledgerID.description
    recordCount = inspection.recordCount
    checkpointSize = inspection.checkpointSize
    sizeBytes = inspection.sizeBytes
    damage = inspection.damage
    files = inspection.files.map {
      File(
        path: $0.path, role: $0.role, sizeBytes: $0.sizeBytes,
        firstRecord: $0.records?.lowerBound, endRecord: $0.records?.upperBound,
        blockCount: $0.blockCount)
    }
  }
}
