import Foundation
import Ledgerstone
import Synchronization

extension BenchRun {
  private static let callerCounts = [1, 16, 256]

  /// One record at a time, each durable before its caller sends the next.
  mutating func measureCallers() async throws {
    for callerCount in Self.callerCounts {
      let perCaller = max(4, min(recordCount, callerCount == 1 ? 2_000 : 60_000) / callerCount)
      let ours = try await appendOneByOne(callerCount, perCaller: perCaller)
      let peer = try peerOneByOne(callerCount, perCaller: perCaller)
      try report.add(
        Row(
          "one at a time, \(callerCount) caller\(callerCount == 1 ? "" : "s")",
          Double(ours.times.count) / ours.seconds, "records/s",
          peer: Double(callerCount * perCaller) / peer))
      guard callerCount == 1 else { continue }
      let sync = try Bound.medianSync(
        in: folder, byteCount: ours.bytesPerRecord, count: min(perCaller, 500))
      try report.add(
        Row(
          "one caller, median", ours.times.sorted()[ours.times.count / 2], "µs", bound: sync,
          peer: peer / Double(perCaller) * 1_000_000))
    }
  }

  private func appendOneByOne(_ callerCount: Int, perCaller: Int) async throws
    -> (times: [Double], seconds: Double, bytesPerRecord: Int)
  {
    let name = "\(folder)/callers-\(callerCount)"
    for path in [name, name + ".vault"] { try? FileManager.default.removeItem(atPath: path) }
    let location = try LedgerLocation(directory: name, vault: name + ".vault")
    _ = try await Ledger.create(at: location, origin: "bench.example/callers")
    let ledger = try Ledger.open(at: location)
    let size = try byteCount(below: name)
    let records = (0..<perCaller * callerCount).map(workload.record)
    let start = ContinuousClock.now
    let times = try await withThrowingTaskGroup(of: [Double].self) { group in
      for caller in 0..<callerCount {
        group.addTask {
          var batch = ledger.makeBatch()
          var times: [Double] = []
          for number in 0..<perCaller {
            let record = records[caller * perCaller + number]
            let start = ContinuousClock.now
            batch.removeAll()
            try batch.append(
              record.content,
              bodies: [.init(contentType: "application/json", bytes: record.body)])
            _ = try await ledger.append(batch)
            times.append((ContinuousClock.now - start) / .microseconds(1))
          }
          return times
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let time = (ContinuousClock.now - start) / .seconds(1)
    let written = try byteCount(below: name) - size
    _ = try await ledger.close()
    return (times, time, written / (perCaller * callerCount))
  }

  /// SQLite with a queue in front: all records that wait go into one transaction, which is the
  /// best that a single file can do for many callers. With one caller it is one record each.
  private func peerOneByOne(_ callerCount: Int, perCaller: Int) throws -> Double {
    let path = "\(folder)/callers.sqlite"
    SQLitePeer.remove(path)
    let peer = try SQLitePeer(path: path)
    let records = (0..<perCaller * callerCount).map(workload.record)
    let names = (0..<1_000).map { Array("table_\(1_000 + $0)".utf8) }
    let (_, time) = try seconds {
      // Every caller has one record waiting at any time, so each transaction has one of each.
      for round in 0..<perCaller {
        try peer.run("BEGIN")
        for caller in 0..<callerCount {
          let record = records[caller * perCaller + round]
          try record.body.withUnsafeBytes { body in
            try names[record.dataset].withUnsafeBytes { name in
              try peer.insert(body: body, dataset: name)
            }
          }
        }
        try peer.run("COMMIT")
      }
    }
    return time
  }
}
