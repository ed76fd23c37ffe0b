import Foundation
import Ledgerstone
import Provenance

/// Real OpenLineage events, replicated with fresh run ids.
struct EventCorpus {
  private struct Template {
    var bytes: [UInt8]
    /// Where the run's id stands.
    var places: [Int]
  }

  private var templates: [Template] = []

  /// The events below `$LEDGERSTONE_SHARED/data/openlineage/consumer`; nil without them.
  init?() throws {
    guard let shared = ProcessInfo.processInfo.environment["LEDGERSTONE_SHARED"] else { return nil }
    let root = "\(shared)/data/openlineage/consumer"
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: root).sorted() else {
      return nil
    }
    for name in names where name.hasSuffix(".json") {
      guard let data = FileManager.default.contents(atPath: "\(root)/\(name)"),
        let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
        let run = object["run"] as? [String: Any], let id = run["runId"] as? String,
        id.utf8.count == 36
      else { continue }
      // As a transport sends it, on one line: the files are indented for people.
      let bytes = Array(
        try JSONSerialization.data(withJSONObject: object, options: [.withoutEscapingSlashes]))
      let places = Self.places(of: Array(id.utf8), in: bytes)
      guard !places.isEmpty, (try? OpenLineageEvent(parsing: bytes)) != nil else { continue }
      templates.append(Template(bytes: bytes, places: places))
    }
    if templates.isEmpty { return nil }
  }

  private static func places(of id: [UInt8], in bytes: [UInt8]) -> [Int] {
    guard bytes.count >= id.count else { return [] }
    return (0...bytes.count - id.count).filter { bytes[$0..<$0 + id.count].elementsEqual(id) }
  }

  /// Event `number`: the templates in turn, each time round with another run id.
  func event(_ number: Int) -> [UInt8] {
    let template = templates[number % templates.count]
    var bytes = template.bytes
    var random = SplitMix64(state: UInt64(number))
    let id = Array(Workload.identifier(&random))
    for place in template.places { bytes.replaceSubrange(place..<place + id.count, with: id) }
    return bytes
  }
}

extension BenchRun {
  private static let importByteCount = 2_000_000_000
  /// Of what is parsed on one core.
  private static let parsedByteCount = 200_000_000

  /// Parsing and mapping alone on one core, then the whole command as people call it.
  mutating func measureImport() async throws {
    guard let corpus = try EventCorpus() else {
      return complain("no rows of import: there are no events in $LEDGERSTONE_SHARED")
    }
    var events: [[UInt8]] = []
    var parsedByteCount = 0
    while parsedByteCount < min(Self.parsedByteCount, recordCount * 200) {
      events.append(corpus.event(events.count))
      parsedByteCount += events[events.count - 1].count
    }
    let (_, time) = try seconds {
      for event in events { _ = try OpenLineageEvent(parsing: event).draft(source: "local") }
    }
    try report.add(
      Row(
        "OpenLineage, parsed and mapped, one core", Double(parsedByteCount) / time / 1e6, "MB/s"))
    // Built beside this program.
    let command = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "ledgerstone").path
    let path = "\(folder)/events.ndjson"
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw BenchFailure("cannot create \(path)")
    }
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    var (eventCount, byteCount) = (0, 0)
    while byteCount < min(Self.importByteCount, recordCount * 2_000) {
      let event = corpus.event(eventCount)
      try handle.write(contentsOf: event + [0x0A])
      eventCount += 1
      byteCount += event.count
    }
    try handle.close()
    let ledger = "\(folder)/import"
    for path in [ledger, ledger + ".vault"] { try? FileManager.default.removeItem(atPath: path) }
    try run(command, "init", ledger, "--origin", "bench.example/import")
    let (_, whole) = try seconds {
      try run(command, "import", ledger, "--format", "openlineage", path)
    }
    try report.add(Row("import of OpenLineage events", Double(eventCount) / whole, "events/s"))
    try report.add(Row("import of OpenLineage events", Double(byteCount) / whole / 1e6, "MB/s"))
    let stored = Double(try self.byteCount(below: ledger))
    try report.add(
      Row(
        "disk, OpenLineage events, against raw", stored / Double(eventCount), "B/event",
        bound: Double(byteCount) / Double(eventCount)))
  }

  private func run(_ command: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: command)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchFailure("\(arguments.first ?? command) ended with \(process.terminationStatus)")
    }
  }

  func complain(_ text: String) {
    FileHandle.standardError.write(Data("ledgerstone-bench: \(text)\n".utf8))
  }
}
