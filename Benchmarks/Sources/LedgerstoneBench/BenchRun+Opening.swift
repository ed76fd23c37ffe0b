import Foundation
import Ledgerstone

extension BenchRun {
  /// Opens the bulk ledger in a process of its own, which alone tells what memory it takes: after a
  /// clean close, then after the end of a process that did not close it.
  mutating func measureOpening() throws {
    try reportOpening("a clean close", of: child("--opening"))
    _ = try child("--crashing")
    try reportOpening("a crash", of: child("--opening"))
  }

  private mutating func reportOpening(_ state: String, of output: String) throws {
    let fields = output.split(separator: " ").compactMap { Double($0) }
    guard fields.count == 2 else { throw BenchFailure("no figures of an opening: \(output)") }
    try report.add(Row("opening after \(state)", fields[0], "ms"))
    try report.add(Row("memory after \(state), beyond caches", fields[1], "MiB"))
  }

  /// Runs this program again with a flag; what it printed.
  private func child(_ flag: String) throws -> String {
    let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
    return try LoadProgram.run(program, flag, "--folder", folder)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// In the child: milliseconds, and MiB of anonymous memory while the ledger is open.
  static func openOnce(folder: String) async throws -> String {
    let location = try LedgerLocation(
      directory: "\(folder)/bulk", vault: "\(folder)/bulk.vault")
    let (ledger, time) = try seconds { try Ledger.open(at: location) }
    let memory = try anonymousKibibytes()
    _ = try await ledger.close()
    return "\(time * 1_000) \(memory / 1_024)"
  }

  /// In the child: appends half a file's worth of groups and ends like a crash, without a word.
  static func crash(folder: String) async throws {
    let location = try LedgerLocation(
      directory: "\(folder)/bulk", vault: "\(folder)/bulk.vault")
    let ledger = try Ledger.open(at: location)
    let workload = Workload(recordCount: .max)
    for group in 0..<100 {
      var batch = ledger.makeBatch()
      for number in 0..<1_000 {
        let record = workload.record(group * 1_000 + number)
        try batch.append(
          record.content, bodies: [.init(contentType: "application/json", bytes: record.body)])
      }
      _ = try await ledger.append(batch)
    }
    _exit(0)
  }

  /// Memory that is neither a file's nor shared, from /proc/self/status.
  private static func anonymousKibibytes() throws -> Double {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    for line in status.split(separator: "\n") where line.hasPrefix("RssAnon:") {
      let number = line.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }.first
      if let number { return number }
    }
    throw BenchFailure("/proc/self/status has no RssAnon")
  }
}
