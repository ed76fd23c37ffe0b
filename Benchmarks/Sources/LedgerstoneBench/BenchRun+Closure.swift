import Foundation
import LedgerFormat
import Ledgerstone
import Provenance

/// An estate of ten layers of a hundred jobs, each of which reads two datasets of the layer before
/// and overwrites its own, time after time.
struct Estate {
  static let layerCount = 10
  static let width = 100

  static func dataset(layer: Int, _ number: Int, role: EntityRole) -> Entity {
    Entity(
      role: role, type: .dataset, namespace: "lake", name: "layer_\(layer).table_\(number % width)")
  }

  /// Whether each run has a START before its COMPLETE.
  var hasStarts: Bool

  /// Event `number`: all jobs in their order, again and again.
  func event(_ number: Int) -> RecordContent {
    let runNumber = hasStarts ? number / 2 : number
    let job = runNumber % (Self.layerCount * Self.width)
    let (layer, place) = (job / Self.width, job % Self.width)
    let isStart = hasStarts && number % 2 == 0
    var content = RecordContent(kind: "run", source: "local")
    content.eventType = isStart ? .start : .complete
    content.eventTime = Timestamp(microseconds: 1_700_000_000_000_000 + Int64(number) * 1_000_000)
    var random = SplitMix64(state: UInt64(runNumber))
    let run = String(decoding: Workload.identifier(&random), as: UTF8.self)
    var output = Self.dataset(layer: layer + 1, place, role: .output)
    output.facts.writeMode = .overwrite
    content.entities = [
      Entity(role: .run, type: .run, namespace: "", name: run),
      Entity(role: .job, type: .job, namespace: "scheduler", name: "job_\(job)"),
      Self.dataset(layer: layer, place, role: .input),
      Self.dataset(layer: layer, place + 1, role: .input), output,
    ]
    return content
  }
}

extension BenchRun {
  /// What became of everything made from one raw dataset: 65 of the 1,000 jobs, 66 datasets. Once
  /// of runs that only say that they ended, so that each has to be asked for by its name, and once
  /// of runs that also say that they began.
  mutating func measureClosure() async throws {
    for hasStarts in [false, true] {
      try await measureClosure(of: Estate(hasStarts: hasStarts))
    }
  }

  private mutating func measureClosure(of estate: Estate) async throws {
    let path = "\(folder)/estate\(estate.hasStarts ? "-starts" : "")"
    let location = try LedgerLocation(directory: path, vault: path + ".vault")
    let eventCount = min(recordCount, 1_000_000)
    if !FileManager.default.fileExists(atPath: path) {
      try await grow(estate, location, eventCount: eventCount)
    }
    let reader = try LedgerReader.open(at: location)
    let root = EntityKey(Estate.dataset(layer: 0, 1, role: .input))
    let query = ClosureQuery(
      root: root, origin: .record(1), size: reader.size,
      time: Timestamp(microseconds: 1_900_000_000_000_000), silenceMicroseconds: 86_400_000_000)
    func compute() throws -> Closure {
      try Closure.compute(query, from: reader.lineageSource(size: query.size))
    }
    let (first, firstTime) = try seconds { try compute() }
    let (second, time) = try seconds { try compute() }
    guard first.asked.count > 1, first == second else {
      throw BenchFailure("a closure that reached nothing, or is another the second time")
    }
    let kind = estate.hasStarts ? "with START" : "COMPLETE only"
    try report.add(
      Row("closure in \(reader.size - 1) events, \(kind), first", firstTime * 1_000, "ms"))
    try report.add(
      Row("closure in \(reader.size - 1) events, \(kind), warm", time * 1_000, "ms"))
    try report.add(
      Row("closure, \(kind), entities asked for", Double(first.asked.count), "entities"))
  }

  private func grow(_ estate: Estate, _ location: LedgerLocation, eventCount: Int) async throws {
    _ = try await Ledger.create(at: location, origin: "bench.example/estate")
    let ledger = try Ledger.open(at: location)
    for start in stride(from: 0, to: eventCount, by: 8_192) {
      var batch = ledger.makeBatch()
      for number in start..<min(start + 8_192, eventCount) {
        try batch.append(estate.event(number))
      }
      _ = try await ledger.append(batch)
    }
    _ = try await ledger.index()
    _ = try await ledger.close()
  }
}
