import Foundation
import Ledgerstone

/// The server, as a program, under load from programs beside it: `wrk`, and `curl` for the stream.
///
/// Their work is done on the same cores, so that the figures are those of both together. The bound
/// is what the same server does where it touches no ledger: `GET /health` over as many connections.
extension BenchRun {
  private static let connectionCount = 256
  private static let tileConnectionCount = 64
  private static let streamRecordCountMax = 300_000

  /// - Parameter daemon: the path of `ledgerstoned`; beside this program unless given.
  mutating func measureServing(daemon: String?) async throws {
    let path = daemon ?? LoadProgram.sibling("ledgerstoned")
    guard FileManager.default.isExecutableFile(atPath: path) else {
      return complain("no rows of serving: there is no program \(path); give one by --daemon")
    }
    guard let wrk = LoadProgram.find("wrk"), let curl = LoadProgram.find("curl") else {
      return complain("no rows of serving: wrk and curl are not both there")
    }
    let server = try await ServedLedger(daemon: path, folder: "\(folder)/served")
    defer { server.stop() }
    try await server.wait(curl)
    try measureStream(server, curl)
    try await measureTiles(server, wrk, curl)
    try measurePosts(server, wrk)
  }

  private var loadSeconds: Int { max(2, min(10, recordCount / 100_000)) }

  private mutating func measureStream(_ server: ServedLedger, _ curl: String) throws {
    let count = min(recordCount, Self.streamRecordCountMax)
    let path = "\(folder)/served.ndjson"
    var text: [UInt8] = []
    for number in 0..<count { text += LoadProgram.record(number) + [0x0A] }
    try Data(text).write(to: URL(filePath: path))
    let (answer, time) = try seconds {
      try LoadProgram.run(
        curl, "--silent", "--show-error", "--no-buffer", "--request", "POST", "--header",
        "Content-Type: application/x-ndjson", "--upload-file", path, "\(server.url)/v1/records")
    }
    let summary = #"{"summary":{"recorded":\#(count),"duplicates":0,"rejected":0}}"#
    guard answer.hasSuffix(summary + "\n") else {
      throw BenchFailure("the stream ended with \(answer.suffix(200))")
    }
    try report.add(Row("served, NDJSON stream", Double(count) / time, "records/s"))
    try report.add(
      Row("served, NDJSON stream", Double(text.count) / time / 1_000_000, "MB/s"))
  }

  private mutating func measureTiles(
    _ server: ServedLedger, _ wrk: String, _ curl: String
  ) async throws {
    let tileCount = min(recordCount, Self.streamRecordCountMax) / 256
    guard tileCount > 0 else { return complain("no row of tiles: fewer records than one has") }
    _ = try LoadProgram.run(
      curl, "--silent", "--fail", "--request", "POST", "\(server.url)/v1/checkpoint")
    let connections = Self.tileConnectionCount
    let bare = try load(wrk, connections, "\(server.url)/health")
    for (kind, name) in [(LoadProgram.TileKind.hashes, "tiles"), (.entries, "entry bundles")] {
      let script = "\(folder)/tiles-\(kind.rawValue).lua"
      try Data(LoadProgram.tiles(kind, count: tileCount).utf8).write(to: URL(filePath: script))
      let found = try load(wrk, connections, server.url, script: script)
      try report.add(Row("served, full \(name)", found.rate, "answers/s", bound: bare.rate))
    }
  }

  private mutating func measurePosts(_ server: ServedLedger, _ wrk: String) throws {
    let script = "\(folder)/post.lua"
    try Data(LoadProgram.posts.utf8).write(to: URL(filePath: script))
    let bare = try load(wrk, Self.connectionCount, "\(server.url)/health")
    let posts = try load(wrk, Self.connectionCount, server.url, script: script)
    try report.add(
      Row("served, events of 700 bytes, 256 connections", posts.rate, "POST/s", bound: bare.rate))
    try report.add(
      Row(
        "served, the same, 99 % within", posts.milliseconds99, "ms", bound: bare.milliseconds99))
    try Data(LoadProgram.pacedPosts.utf8).write(to: URL(filePath: script))
    let paced = try load(wrk, Self.connectionCount, server.url, script: script)
    try report.add(Row("served, events as they come", paced.rate, "POST/s"))
    try report.add(Row("served, the same, 99 % within", paced.milliseconds99, "ms"))
  }

  private func load(
    _ wrk: String, _ connections: Int, _ url: String, script: String? = nil
  ) throws -> LoadResult {
    let output = try LoadProgram.run(
      wrk,
      ["--threads", "2", "--connections", "\(connections)", "--duration", "\(loadSeconds)s"]
        + ["--latency", "--timeout", "60s"] + (script.map { ["--script", $0] } ?? []) + [url])
    return try LoadResult(parsing: output)
  }
}

/// What `wrk` says.
private struct LoadResult {
  /// Answers per second.
  var rate: Double
  var milliseconds99: Double

  /// - Throws: if any request failed or was refused: the rate would be that of refusals.
  init(parsing output: String) throws {
    // Of the time an answer took nothing is said here: a slow machine is no failure.
    let errors = "Socket errors: connect 0, read 0, write 0, timeout"
    guard !output.contains("Non-2xx"),
      !output.contains("Socket errors") || output.contains(errors)
    else {
      throw BenchFailure("wrk saw refusals or errors:\n\(output)")
    }
    var rate: Double?
    var latency: Double?
    for line in output.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count == 2 else { continue }
      if fields[0] == "Requests/sec:" { rate = Double(fields[1]) }
      if fields[0] == "99%" { latency = Self.milliseconds(fields[1]) }
    }
    guard let rate, let latency else { throw BenchFailure("no figures of wrk:\n\(output)") }
    self.rate = rate
    milliseconds99 = latency
  }

  private static func milliseconds(_ text: Substring) -> Double? {
    for (unit, factor) in [("us", 0.001), ("ms", 1), ("s", 1_000)] where text.hasSuffix(unit) {
      return Double(text.dropLast(unit.count)).map { $0 * factor }
    }
    return nil
  }
}
