import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

/// Power cuts at every operation of the writer's whole life, and of recovery itself.
@Suite("power cuts")
struct CrashLoopTests {
  /// Creation, groups, two sealings, a clean close, an unclean one, and more groups.
  private static func work(_ writer: TestWriter) throws {
    try writer.open()
    try writer.commit(1)
    try writer.commit(5)
    try writer.commit(2, maximumBodyByteCount: 9_000)
    try writer.seal()
    try writer.commit(3)
    try writer.close()
    try writer.open()
    try writer.commit(1)
    try writer.seal()
    try writer.commit(4)
    writer.abandon()
    try writer.open()
    try writer.commit(2)
    try writer.close()
  }

  private static let survivals: [(SimulatedSurvival, UInt64)] = [
    (.everything, 1), (.onlySynchronized, 1), (.anySubset, 1), (.anySubset, 2), (.anySubset, 3),
    (.anySubset, 4),
  ]

  @Test("at every change, with every kind of survival")
  func everyOperation() throws {
    let disk = TestWriter.disk()
    let before = disk.operationCount()
    try Self.work(TestWriter(disk))
    let count = disk.operationCount() - before
    #expect(count > 80, "the workload shrank")
    var recoveries = 0
    for ordinal in 1...count {
      let disk = TestWriter.disk(seed: UInt64(ordinal))
      disk.inject(.crash, at: ordinal)
      let writer = TestWriter(disk)
      #expect(throws: (any Error).self, "no crash at \(ordinal)") { try Self.work(writer) }
      writer.abandon()
      for (survival, seed) in Self.survivals {
        let place = "operation \(ordinal), \(survival), seed \(seed)"
        let found = disk.crashed(seed: seed, survival: survival)
        try Self.checkRecovery(found.snapshot(), writer, place)
        try Self.checkCrashedRecovery(found, writer, seed, place)
        recoveries += 2
      }
    }
    #expect(recoveries == 2 * count * Self.survivals.count)
  }

  @Test("a failure of every change, then a new start and then a power cut")
  func everyFailure() throws {
    let disk = TestWriter.disk()
    let before = disk.operationCount()
    try Self.work(TestWriter(disk))
    let count = disk.operationCount() - before
    let faults: [SimulatedFault] = [
      .fail(.inputOutput), .failButPersist(.inputOutput), .writeHalf(.noSpace),
    ]
    for ordinal in 1...count {
      for fault in faults {
        let disk = TestWriter.disk(seed: UInt64(ordinal))
        disk.inject(fault, at: ordinal)
        let writer = TestWriter(disk)
        let place = "\(fault) at \(ordinal)"
        do {
          try Self.work(writer)
          // Only what was done all the same may go unnoticed: a file that is gone is gone.
          #expect(fault == .failButPersist(.inputOutput), "\(place)")
        } catch {
          // The failure that was injected, or a lock that could not be taken.
        }
        writer.abandon()
        try Self.checkRecovery(disk.snapshot(), writer, "new start after \(place)")
        switch ordinal % 2 {
        case 0: try Self.checkRecovery(disk.crashed(seed: 1), writer, "power cut after \(place)")
        default: try Self.checkCrashedRecovery(disk, writer, 1, "new start after \(place)")
        }
      }
    }
  }

  /// Everything acknowledged is there, nothing is half there, and the ledger goes on.
  private static func checkRecovery(
    _ disk: SimulatedFileSystem, _ crashed: TestWriter, _ place: String
  ) throws {
    do throws(StorageEngineError) {
      let shown = try crashed.location(on: disk).openForReading()
      #expect(shown.damage == nil, "\(place)")
      #expect(shown.endRecord >= crashed.acknowledged, "a reader first: \(place)")
    } catch {
      #expect(error.code == .absent && crashed.acknowledged == 0, "\(error): \(place)")
    }
    let writer = TestWriter(
      crashed.location(on: disk), model: crashed.model, acknowledged: crashed.acknowledged)
    do {
      let recovered = try writer.open(checkpointSize: crashed.acknowledged)
      #expect(recovered.nextRecord >= crashed.acknowledged, "\(place)")
      #expect(recovered.nextRecord <= crashed.model.count, "\(place)")
      #expect(recovered.lastLeafHash == writer.model.lastLeafHash, "\(place)")
      #expect(recovered.lastRecordedTime == writer.model.records.last?.time, "\(place)")
      #expect(try difference(recovered.reader, writer.model) == nil, "\(place)")
      try writer.commit(2)
      try writer.seal()
      try writer.commit(1)
      let live = try #require(writer.reader)
      #expect(try difference(live, writer.model) == nil, "live: \(place)")
      try writer.close()
      #expect(
        try difference(writer.location.openForReading(), writer.model) == nil, "after: \(place)")
      #expect(
        disk.filePaths(below: TestWriter.directory).allSatisfy { !$0.hasSuffix(".tmp") },
        "\(place)")
      #expect(disk.openFileCount <= 4, "only read-only files of snapshots: \(place)")
    } catch {
      Issue.record("\(error): \(place)")
      writer.abandon()
    }
  }

  /// The power fails once more while the crash is recovered from.
  private static func checkCrashedRecovery(
    _ second: SimulatedFileSystem, _ crashed: TestWriter, _ seed: UInt64, _ place: String
  ) throws {
    var generator = TestGenerator(seed: seed)
    let ordinal = Int.random(in: 1...12, using: &generator)
    second.inject(.crash, at: ordinal)
    let writer = TestWriter(
      crashed.location(on: second), model: crashed.model, acknowledged: crashed.acknowledged)
    do {
      try writer.open(checkpointSize: crashed.acknowledged)
      try writer.commit(1)
      try writer.seal()
      writer.abandon()
    } catch {
      writer.abandon()
    }
    second.crash()
    try checkRecovery(
      second.crashed(seed: generator.next()), writer, "again at \(ordinal) after \(place)")
  }
}

extension TestWriter {
  /// The same ledger on another disk.
  fileprivate func location(on disk: SimulatedFileSystem) -> StorageLocation {
    TestWriter.location(disk)
  }
}
