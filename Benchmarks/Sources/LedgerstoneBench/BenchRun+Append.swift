import Foundation
import Ledgerstone
import Synchronization

/// How far the bulk ledger is, and what it took: kept beside the ledger.
private struct BulkProgress: Codable {
  var recordCount = 0
  var seconds = 0.0
  /// Seconds for the first million records, or all where there are fewer.
  var firstRecordCount = 0
  var firstSeconds = 0.0
  /// Of all processors together, while the clock ran.
  var processorSeconds = 0.0
  var key = ""
}

/// One of those that append, with the memory of its batch.
private final class Producer: Sendable {
  private let batch: Mutex<RecordBatch?>

  init(batch: RecordBatch) { self.batch = Mutex(batch) }

  func take() -> RecordBatch {
    batch.withLock { batch in
      defer { batch = nil }
      guard let batch else { preconditionFailure("a batch is taken once") }
      return batch
    }
  }

  func keep(_ batch: RecordBatch) { self.batch.withLock { $0 = batch } }
}

extension BenchRun {
  private static let chunkRecordCount = 250_000
  private static let batchRecordCount = 8_192
  private static let producerCount = 8
  private static let firstRecordCount = 1_000_000

  var bulkLocation: LedgerLocation {
    get throws { try LedgerLocation(directory: "\(folder)/bulk", vault: "\(folder)/bulk.vault") }
  }

  /// Appends what is missing of the bulk ledger, and compares.
  mutating func measureAppend(isShown: Bool) async throws {
    let path = "\(folder)/progress.json"
    var progress = BulkProgress()
    if let data = FileManager.default.contents(atPath: path) {
      progress = try JSONDecoder().decode(BulkProgress.self, from: data)
    } else {
      progress.key = try await Ledger.create(at: bulkLocation, origin: "bench.example/bulk")
    }
    key = progress.key
    if progress.recordCount < recordCount {
      try await grow(&progress) { try JSONEncoder().encode($0).write(to: URL(filePath: path)) }
    }
    appendProcessorTime = progress.processorSeconds / Double(progress.recordCount)
    if isShown { try compare(progress) }
  }

  /// Everything from prepared records to receipts is on the clock, batches and commitments too; at
  /// the end also the index and its signed checkpoint.
  private func grow(_ progress: inout BulkProgress, save: (BulkProgress) throws -> Void)
    async throws
  {
    let ledger = try Ledger.open(at: bulkLocation)
    // What an interrupted run appended after it last saved is there, but is not measured.
    var next = max(progress.recordCount, Int(try LedgerReader.open(at: bulkLocation).size) - 1)
    let producers = (0..<Self.producerCount).map { _ in Producer(batch: ledger.makeBatch()) }
    while next < recordCount {
      let end = min(next + Self.chunkRecordCount, recordCount)
      let records = prepared(next..<end)
      let (start, processorStart) = (ContinuousClock.now, ProcessorTime.now)
      try await append(records, to: ledger, by: producers)
      if end == recordCount || progress.firstRecordCount + records.count == Self.firstRecordCount {
        _ = try await ledger.checkpoint()
      }
      if end == recordCount { _ = try await ledger.index() }
      let time = (ContinuousClock.now - start) / .seconds(1)
      progress.recordCount = end
      progress.seconds += time
      progress.processorSeconds += ProcessorTime.now - processorStart
      if progress.firstRecordCount < Self.firstRecordCount {
        progress.firstRecordCount += records.count
        progress.firstSeconds += time
      }
      next = end
      try save(progress)
      // They are given back behind the clock.
      withExtendedLifetime(records) {}
    }
    _ = try await ledger.close()
  }

  /// Made by all cores, before the clock starts.
  private func prepared(_ numbers: Range<Int>) -> [Workload.Record] {
    let slices = stride(from: numbers.lowerBound, to: numbers.upperBound, by: 10_000).map {
      $0..<min($0 + 10_000, numbers.upperBound)
    }
    let made = Mutex([Int: [Workload.Record]]())
    DispatchQueue.concurrentPerform(iterations: slices.count) { slice in
      let records = slices[slice].map(workload.record)
      made.withLock { $0[slice] = records }
    }
    return made.withLock { made in slices.indices.flatMap { made[$0] ?? [] } }
  }

  private func append(
    _ records: [Workload.Record], to ledger: Ledger, by producers: [Producer]
  ) async throws {
    let next = Atomic(0)
    let nextStart: @Sendable () -> Int = {
      next.add(Self.batchRecordCount, ordering: .relaxed).oldValue
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for producer in producers {
        group.addTask {
          var batch = producer.take()
          while true {
            let start = nextStart()
            guard start < records.count else { return producer.keep(batch) }
            batch.removeAll()
            let records = records.span
            for position in start..<min(start + Self.batchRecordCount, records.count) {
              try batch.append(
                records[position].content,
                bodies: [.init(contentType: "application/json", bytes: records[position].body)])
            }
            let outcomes = try await ledger.append(batch)
            guard outcomes.count == batch.count else {
              throw BenchFailure("\(batch.count) records, \(outcomes.count) outcomes")
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private mutating func compare(_ progress: BulkProgress) throws {
    let sample = try Sample(
      from: LedgerReader.open(at: bulkLocation), of: workload, recordCountMax: 200_000)
    let bound = Bound(sample: sample, folder: folder)
    let oneCore = try bound.append(cores: 1)
    let processorStart = ProcessorTime.now
    let (twoCores, boundCount) = try bound.countedAppend(cores: 2)
    let boundTime = (ProcessorTime.now - processorStart) / Double(boundCount)
    let peer = try peerAppend(sample)
    try report.add(Row("bound of appending, one core", oneCore, "records/s"))
    try report.add(Row("bound of appending, two cores", twoCores, "records/s"))
    try report.add(
      Row(
        "bulk append, the first \(progress.firstRecordCount)",
        Double(progress.firstRecordCount) / progress.firstSeconds, "records/s", bound: twoCores,
        peer: peer.recordsPerSecond))
    if progress.recordCount > progress.firstRecordCount {
      try report.add(
        Row(
          "bulk append, all \(progress.recordCount)",
          Double(progress.recordCount) / progress.seconds, "records/s", bound: twoCores,
          peer: peer.recordsPerSecond))
    }
    try report.add(
      Row(
        "processor time of bulk append", appendProcessorTime * 1_000_000, "µs/record",
        bound: boundTime * 1_000_000))
    let size = Double(try byteCount(below: try bulkLocation.directory))
    try report.add(
      Row(
        "disk, random identifiers, against the raw body", size / Double(progress.recordCount),
        "B/record",
        bound: Double(Workload.bodyByteCount), peer: peer.bytesPerRecord))
  }

  /// One transaction per group of the ledger's size, with the records ready as they are for us.
  private func peerAppend(_ sample: Sample) throws
    -> (recordsPerSecond: Double, bytesPerRecord: Double)
  {
    let path = "\(folder)/peer.sqlite"
    SQLitePeer.remove(path)
    let peer = try SQLitePeer(path: path)
    let names = sample.datasets.map { Array("table_\(1_000 + $0)".utf8) }
    let (_, time) = try seconds {
      for group in sample.groups {
        try peer.run("BEGIN")
        for record in group.records {
          try sample.commitment(record).withUnsafeBytes { body in
            try names[record].withUnsafeBytes { name in
              try peer.insert(body: UnsafeRawBufferPointer(rebasing: body[16...]), dataset: name)
            }
          }
        }
        try peer.run("COMMIT")
      }
    }
    try peer.run("PRAGMA wal_checkpoint(TRUNCATE)")
    let size = Double(try byteCount(ofFile: path))
    return (Double(sample.recordCount) / time, size / Double(sample.recordCount))
  }

  private func byteCount(ofFile path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.size] as? NSNumber)?.intValue ?? 0
  }
}
