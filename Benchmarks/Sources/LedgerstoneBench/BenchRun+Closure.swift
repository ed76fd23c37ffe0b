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

  /// Event `number`: all jobs in their order, again and again.
  static func event(_ number: Int) -> RecordContent {
    let job = number % (layerCount * width)
    let (layer, place) = (job / width, job % width)
    var content = RecordContent(kind: "run", source: "local")
    content.eventType = .complete
    content.eventTime = Timestamp(microseconds: 1_700_000_000_000_000 + Int64(number) * 1_000_000)
    var random = SplitMix64(state: UInt64(number))
    let run = String(decoding: Workload.identifier(&random), as: UTF8.self)
    var output = dataset(layer: layer + 1, place, role: .output)
    output.facts.writeMode = .overwrite
    content.entities = [
      Entity(role: .run, type: .run, namespace: "", name: run),
      Entity(role: .job, type: .job, namespace: "scheduler", name: "job_\(job)"),
      dataset(layer: layer, place, role: .input), dataset(layer: layer, place + 1, role: .input),
      output,
    ]
    return content
  }
}

extension BenchRun {
  /// What became of everything made from one raw dataset: 65 of the 1,000 jobs, 66 datasets.
  mutating func measureClosure() async throws {
    let path = "\(folder)/estate"
    let location = try LedgerLocation(directory: path, vault: path + ".vault")
    let eventCount = min(recordCount, 1_000_000)
    if !FileManager.default.fileExists(atPath: path) {
      try await growEstate(location, eventCount: eventCount)
    }
    let reader = try LedgerReader.open(at: location)
    let root = EntityKey(Estate.dataset(layer: 0, 1, role: .input))
    let query = ClosureQuery(
      root: root, origin: .record(1), size: reader.size,
      time: Timestamp(microseconds: 1_900_000_000_000_000), silenceMicroseconds: 86_400_000_000)
    var readCount = 0
    func compute() throws -> Int {
      readCount = 0
      let closure = try Closure.compute(
        query,
        from: LineageHistory(sequenceGaps: []) { (key) throws(any Error) -> [HistoryRecord] in
          let history = try reader.records(naming: key, in: 0..<query.size).map { index in
            try HistoryRecord(parts: try reader.parts(at: index).map(\.header))
          }
          readCount += history.count
          return history
        })
      return closure.asked.count
    }
    _ = try compute()
    let (asked, time) = try seconds { try compute() }
    guard asked > 1 else { throw BenchFailure("a closure that reached nothing") }
    try report.add(Row("closure in \(reader.size - 1) events, warm", time * 1_000, "ms"))
    try report.add(Row("closure, headers read for it", Double(readCount), "headers"))
  }

  private func growEstate(_ location: LedgerLocation, eventCount: Int) async throws {
    _ = try await Ledger.create(at: location, origin: "bench.example/estate")
    let ledger = try Ledger.open(at: location)
    for start in stride(from: 0, to: eventCount, by: 8_192) {
      var batch = ledger.makeBatch()
      for number in start..<min(start + 8_192, eventCount) {
        try batch.append(Estate.event(number))
      }
      _ = try await ledger.append(batch)
    }
    _ = try await ledger.index()
    _ = try await ledger.close()
  }
}
