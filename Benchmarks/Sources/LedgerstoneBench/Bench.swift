import ArgumentParser
import Foundation

/// Measures the goals end to end through the public library, and in the same run the machine's
/// bound and SQLite, so that the ratios hold on any machine.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledgerstone-bench",
    abstract: "Measures Ledgerstone, the machine's bound and SQLite in one run.",
    discussion: """
      The table goes to stdout as it grows. A row with "lost" is one where SQLite is better. With \
      --folder the ledger is kept, and a run that was interrupted goes on from where it was.
      """)

  @Option(help: "How many records the bulk ledger has.")
  var records = 1_000_000

  @Option(
    help: ArgumentHelp(
      "Which rows, separated by commas: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "parts"))
  var rows: String?

  @Option(help: "Where the ledgers are made and kept; a temporary folder, removed, unless given.")
  var folder: String?

  @Option(
    help: ArgumentHelp(
      "The server's program; without it ledgerstoned beside this one, if there is one.",
      valueName: "path"))
  var daemon: String?

  @Flag(help: "One JSON object per row and line.")
  var json = false

  @Flag(help: .hidden)
  var opening = false

  @Flag(help: .hidden)
  var crashing = false

  /// A part of the report.
  enum Part: String, CaseIterable, Sendable {
    case append, callers, verify, proofs, opening, importing, closure, history, serving
  }

  private func parts() throws -> Set<Part> {
    guard let rows else { return Set(Part.allCases) }
    return Set(
      try rows.split(separator: ",").map { name in
        guard let part = Part(rawValue: String(name)) else {
          throw ValidationError("there are no rows '\(name)'")
        }
        return part
      })
  }

  func validate() throws {
    guard records > 0 else { throw ValidationError("--records takes a number from 1 on.") }
    _ = try parts()
  }

  mutating func run() async throws {
    if let folder, opening { return print(try await BenchRun.openOnce(folder: folder)) }
    if let folder, crashing { return try await BenchRun.crash(folder: folder) }
    let place =
      folder ?? NSTemporaryDirectory()
      + "/ledgerstone-bench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let isTemporary = folder == nil
    defer { if isTemporary { try? FileManager.default.removeItem(atPath: place) } }
    let parts = try parts()
    var run = BenchRun(
      recordCount: records, folder: place, report: Report(asJSON: json),
      workload: Workload(recordCount: records))
    let bulkParts: Set<Part> = [.append, .verify, .proofs, .opening, .history]
    if !parts.isDisjoint(with: bulkParts) {
      try await run.measureAppend(isShown: parts.contains(.append))
    }
    if parts.contains(.callers) { try await run.measureCallers() }
    if parts.contains(.verify) { try run.measureVerification() }
    if parts.contains(.proofs) { try run.measureProofs() }
    if parts.contains(.history) { try run.measureHistory() }
    if parts.contains(.importing) { try await run.measureImport() }
    if parts.contains(.closure) { try await run.measureClosure() }
    if parts.contains(.serving) { try await run.measureServing(daemon: daemon) }
    // Last, as it leaves the bulk ledger longer.
    if parts.contains(.opening) { try run.measureOpening() }
  }
}

/// One run: what is measured, where, and what was found.
struct BenchRun {
  let recordCount: Int
  let folder: String
  var report: Report
  let workload: Workload
  /// The verifier key of the bulk ledger.
  var key = ""
  /// Seconds of all processors together that appending one record of it took.
  var appendProcessorTime = 0.0

  init(recordCount: Int, folder: String, report: Report, workload: Workload) {
    self.recordCount = recordCount
    self.folder = folder
    self.report = report
    self.workload = workload
  }

  /// Bytes of all files below `path`.
  func byteCount(below path: String) throws -> Int {
    try FileManager.default.subpathsOfDirectory(atPath: path).reduce(0) { sum, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      guard attributes[.type] as? FileAttributeType == .typeRegular else { return sum }
      return sum + ((attributes[.size] as? NSNumber)?.intValue ?? 0)
    }
  }
}
