import Foundation
import LedgerFormat
import LedgerVerifier
import Ledgerstone
import MerkleLog

/// Measures the rows of the goals, end to end through the public library, and beside them, in the
/// same run, the machine's bound and SQLite.
@main
struct Bench {
  let recordCount: Int
  let folder: String
  var rows: [Row] = []

  static func main() async {
    let arguments = CommandLine.arguments
    var recordCount = 100_000
    if let flag = arguments.firstIndex(of: "--records") {
      guard flag + 1 < arguments.count, let count = Int(arguments[flag + 1]), count > 0 else {
        FileHandle.standardError.write(Data("--records takes a number from 1 on\n".utf8))
        exit(64)
      }
      recordCount = count
    }
    let folder = NSTemporaryDirectory() + "/ledgerstone-bench-\(getpid())"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      var bench = Bench(recordCount: recordCount, folder: folder)
      try await bench.run()
      try bench.report(asJSON: arguments.contains("--json"))
    } catch {
      FileHandle.standardError.write(Data("ledgerstone-bench: \(error)\n".utf8))
      exit(1)
    }
  }

  private init(recordCount: Int, folder: String) {
    self.recordCount = recordCount
    self.folder = folder
  }

  private func report(asJSON: Bool) throws {
    if asJSON {
      let encoder = JSONEncoder()
      for row in rows { print(String(decoding: try encoder.encode(row), as: UTF8.self)) }
    } else {
      print(Row.heading)
      for row in rows { print(row.line) }
    }
  }

  private mutating func run() async throws {
    let location = try LedgerLocation(directory: "\(folder)/ledger", vault: "\(folder)/vault")
    let key = try await Ledger.create(at: location, origin: "bench.example/ledger")
    try await measureBulk(location)
    try measureReading(location, key: key)
    try await measureOpening(location)
    try await measureCallers()
  }

  /// Appends all records as batches of one group each, prepared before the clock starts, a million
  /// at a time, so that the memory is bounded.
  private mutating func measureBulk(_ location: LedgerLocation) async throws {
    let ledger = try Ledger.open(at: location)
    var workload = Workload()
    var (time, preparation) = (0.0, 0.0)
    var number = 0
    while number < recordCount {
      let start = ContinuousClock.now
      var batches: [RecordBatch] = []
      let end = min(number + 1_000_000, recordCount)
      while number < end {
        var batch = ledger.makeBatch()
        for _ in 0..<min(Workload.groupRecordCount, end - number) {
          let (content, body, _) = workload.record(number)
          try batch.append(content, bodies: [.init(contentType: "application/json", bytes: body)])
          number += 1
        }
        batches.append(batch)
      }
      let prepared = ContinuousClock.now
      try await withThrowingTaskGroup(of: Int.self) { group in
        for batch in batches { group.addTask { try await ledger.append(batch).count } }
        try await group.waitForAll()
      }
      time += (ContinuousClock.now - prepared) / .seconds(1)
      preparation += (prepared - start) / .seconds(1)
    }
    _ = try await ledger.checkpoint()
    // What a crash would leave: the files as they are while the writer is open.
    try copy("ledger", to: "crashed")
    try copy("vault", to: "crashed.vault")
    _ = try await ledger.close()

    let (headers, bodies, datasets) = try sample(location)
    let bound = Bound(headers: headers, bodies: bodies)
    let oneCore = try bound.recordsPerSecond(in: folder, threadCount: 1)
    let twoCores = try bound.recordsPerSecond(in: folder, threadCount: 2)
    let peer = try measurePeer(headers, bodies, datasets)
    rows.append(Row("bound, one core", oneCore, "records/s"))
    rows.append(Row("bound, two cores", twoCores, "records/s"))
    rows.append(
      Row(
        "bulk append", Double(recordCount) / time, "records/s", bound: twoCores,
        peer: peer.recordsPerSecond))
    rows.append(
      Row("preparation, input made and one caller", Double(recordCount) / preparation, "records/s"))
    rows.append(
      Row(
        "disk, random identifiers", Double(try byteCount(of: "ledger")) / Double(recordCount),
        "bytes", bound: Double(Workload.bodyByteCount), peer: peer.bytesPerRecord))
  }

  /// The very bytes the ledger holds, of at most 200,000 records.
  private func sample(_ location: LedgerLocation) throws -> ([[UInt8]], [[UInt8]], [String]) {
    let reader = try LedgerReader.open(at: location)
    var (headers, bodies, datasets): ([[UInt8]], [[UInt8]], [String]) = ([], [], [])
    var workload = Workload()
    try reader.forEachRecord(in: 1..<min(reader.size, 200_001)) { record in
      guard record.header.content.entities.count == 3 else { return }
      let made = workload.record(headers.count)
      headers.append(record.bytes)
      bodies.append(made.body)
      datasets.append(made.dataset)
    }
    return (headers, bodies, datasets)
  }

  private func measurePeer(_ headers: [[UInt8]], _ bodies: [[UInt8]], _ datasets: [String]) throws
    -> (recordsPerSecond: Double, bytesPerRecord: Double)
  {
    let path = "\(folder)/peer.sqlite"
    let peer = try SQLitePeer(path: path)
    let (_, time) = try seconds {
      for start in stride(from: 0, to: headers.count, by: Workload.groupRecordCount) {
        try peer.run("BEGIN")
        for record in start..<min(start + Workload.groupRecordCount, headers.count) {
          try peer.insert(
            header: headers[record], body: bodies[record], dataset: datasets[record])
        }
        try peer.run("COMMIT")
      }
    }
    try peer.run("PRAGMA wal_checkpoint(TRUNCATE)")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let size = (attributes[.size] as? NSNumber)?.doubleValue ?? 0
    return (Double(headers.count) / time, size / Double(headers.count))
  }

  private mutating func measureReading(_ location: LedgerLocation, key: String) throws {
    var options = VerificationOptions()
    options.trustedKeys = [try NoteVerifierKey(vkey: key)]
    let (report, time) = seconds {
      LedgerVerification.verify(directory: location.directory, options: options)
    }
    guard report.findings.isEmpty, report.summary.checkpointSize != nil,
      report.summary.recordCount > UInt64(recordCount)
    else { throw BenchFailure("the ledger does not verify: \(report.status)") }
    rows.append(
      Row("verify, everything", Double(report.summary.recordCount) / time, "records/s"))

    let reader = try LedgerReader.open(at: location)
    let index = UInt64(recordCount / 2)
    let entry = try reader.record(at: index).bytes
    let proof = try reader.inclusionProof(at: index)
    let count = 2_000
    let (_, making) = try seconds {
      for _ in 0..<count where try reader.inclusionProof(at: index) != proof {
        throw BenchFailure("two proofs of one record differ")
      }
    }
    let (_, spread) = try seconds {
      for number in 0..<count {
        _ = try reader.inclusionProof(at: UInt64(number * 7_919 % recordCount))
      }
    }
    var proofOptions = ProofOptions()
    proofOptions.trustedKeys = options.trustedKeys
    proofOptions.entry = entry
    let (_, checking) = seconds {
      for _ in 0..<count { _ = ProofVerification.verify(proof, options: proofOptions) }
    }
    let microseconds = 1_000_000 / Double(count)
    rows.append(Row("proof, made, same record", making * microseconds, "µs"))
    rows.append(Row("proof, made, any record", spread * microseconds, "µs"))
    rows.append(Row("proof, checked, with signature", checking * microseconds, "µs"))
  }

  private mutating func measureOpening(_ location: LedgerLocation) async throws {
    let crashed = try LedgerLocation(
      directory: "\(folder)/crashed", vault: "\(folder)/crashed.vault")
    for (name, place) in [("clean close", location), ("crash", crashed)] {
      let start = ContinuousClock.now
      let ledger = try Ledger.open(at: place)
      rows.append(Row("open after \(name)", (ContinuousClock.now - start) / .milliseconds(1), "ms"))
      _ = try await ledger.close()
    }
  }

  private mutating func measureCallers() async throws {
    for callerCount in [1, 16, 256] {
      let location = try LedgerLocation(
        directory: "\(folder)/callers-\(callerCount)", vault: "\(folder)/vault-\(callerCount)")
      _ = try await Ledger.create(at: location, origin: "bench.example/callers")
      let ledger = try Ledger.open(at: location)
      let perCaller = callerCount == 1 ? 500 : 4_000 / callerCount + 20
      let start = ContinuousClock.now
      let times = try await withThrowingTaskGroup(of: [Double].self) { group in
        for caller in 0..<callerCount {
          group.addTask {
            var workload = Workload(seed: UInt64(caller) + 2)
            var times: [Double] = []
            for number in 0..<perCaller {
              let (content, body, _) = workload.record(number)
              var batch = ledger.makeBatch()
              try batch.append(
                content, bodies: [.init(contentType: "application/json", bytes: body)])
              let start = ContinuousClock.now
              _ = try await ledger.append(batch)
              times.append((ContinuousClock.now - start) / .microseconds(1))
            }
            return times
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      let time = (ContinuousClock.now - start) / .seconds(1)
      rows.append(
        Row("one at a time, \(callerCount) callers", Double(times.count) / time, "records/s"))
      if callerCount == 1 {
        let bytes = try byteCount(of: "callers-1") / perCaller
        let sync = try medianSync(in: folder, byteCount: bytes, count: 500) * 1_000_000
        rows.append(
          Row(
            "one caller, median, against fdatasync", times.sorted()[perCaller / 2], "µs",
            bound: sync))
      }
      _ = try await ledger.close()
    }
  }

  private func copy(_ name: String, to copy: String) throws {
    try FileManager.default.copyItem(
      atPath: "\(folder)/\(name)", toPath: "\(folder)/\(copy)")
  }

  /// Bytes of all files below `name`.
  private func byteCount(of name: String) throws -> Int {
    let root = "\(folder)/\(name)"
    return try FileManager.default.subpathsOfDirectory(atPath: root).reduce(0) { sum, path in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")
      guard attributes[.type] as? FileAttributeType == .typeRegular else { return sum }
      return sum + ((attributes[.size] as? NSNumber)?.intValue ?? 0)
    }
  }
}
