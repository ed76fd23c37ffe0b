import Foundation
import LedgerCryptography
import LedgerFormat
import SegmentStorage
import Synchronization
import Testing

/// Readers that know nothing of the writer but its files, on the system's disk.
@Suite("reading while another writes")
struct ConcurrentReadingTests {
  private final class Progress: Sendable {
    /// Records that the writer may have promised to somebody.
    let acknowledged = Atomic<UInt64>(0)
    /// Snapshots that the readers have compared.
    let looks = Atomic<Int>(0)
  }

  @Test func seesEveryAcknowledgedRecordAndNothingElse() async throws {
    var model = ModelLedger(seed: 11)
    model.makeRecords(400)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("segment-storage-tests-\(UUID().uuidString)").path
    for name in ["log", "bodies"] {
      try FileManager.default.createDirectory(
        atPath: folder + "/" + name, withIntermediateDirectories: true)
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let progress = Progress()
    try await withThrowingTaskGroup(of: Void.self) { [model] group in
      group.addTask {
        try await Self.write(model, folder, progress)
      }
      for isRefreshing in [true, false] {
        group.addTask {
          try await Self.follow(model, folder, progress, isRefreshing: isRefreshing)
        }
      }
      try await group.waitForAll()
    }
    #expect(progress.looks.load(ordering: .acquiring) > 15)
  }

  private static func write(
    _ model: ModelLedger, _ folder: String, _ progress: Progress
  ) async throws {
    let writer = TestWriter(
      TestWriter.location(POSIXFileSystem(), folder), model: ModelLedger(seed: 12))
    try writer.open()
    var next = 0
    while next < model.records.count {
      let end = min(next + 1 + next % 4, model.records.count)
      writer.model.records += model.records[next..<end]
      try writer.commit(from: UInt64(next))
      progress.acknowledged.store(UInt64(end), ordering: .releasing)
      if next % 9 == 0 { try writer.seal() }
      // So slow that the readers look in between, whatever else the machine does.
      let looks = progress.looks.load(ordering: .acquiring)
      while next % 5 == 0, end < model.records.count,
        progress.looks.load(ordering: .acquiring) < looks + 2
      {
        try Task.checkCancellation()
        await Task.yield()
      }
      next = end
    }
    #expect(try difference(writer.location.openForReading(), model) == nil)
    try writer.close()
    #expect(try writer.open(checkpointSize: model.count).outcome == .clean)
    try writer.close()
  }

  private static func follow(
    _ model: ModelLedger, _ folder: String, _ progress: Progress,
    isRefreshing: Bool
  ) async throws {
    let location = TestWriter.location(POSIXFileSystem(), folder)
    var reader: LogReader?
    while reader?.endRecord ?? 0 < model.count {
      let least = progress.acknowledged.load(ordering: .acquiring)
      do throws(StorageEngineError) {
        if let last = reader, isRefreshing {
          reader = try last.refreshed()
        } else {
          reader = try location.openForReading()
        }
      } catch {
        #expect(error.code == .absent && least == 0, "\(error)")
        await Task.yield()
        continue
      }
      guard let reader else { continue }
      #expect(reader.endRecord >= least)
      #expect(reader.damage == nil)
      try reader.forEachHeader(in: 0..<reader.endRecord) { index, header, leafHash in
        let expected = model.records[Int(index)]
        #expect(header.copied() == expected.header && leafHash == expected.leafHash)
      }
      if reader.endRecord > 0 {
        let last = reader.endRecord - 1
        #expect(
          try reader.bodies(of: last).count == model.records[Int(last)].bodies.count)
      }
      progress.looks.add(1, ordering: .releasing)
      await Task.yield()
    }
  }
}
