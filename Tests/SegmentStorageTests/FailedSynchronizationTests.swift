import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

/// A synchronisation that failed is not made good by one that succeeds: what it dropped has to be
/// written, or named, anew.
@Suite("after a failed synchronisation")
struct FailedSynchronizationTests {
  /// Runs `make` until it succeeds, with the first synchronisation of a folder failing, and gives
  /// the disk after a power cut.
  private func repeated(
    seed: UInt64, _ make: (SimulatedFileSystem) throws(StorageError) -> Void
  ) throws -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: seed)
    disk.inject(.fail(.inputOutput), at: 1, among: [.synchronizeDirectory])
    let error = failure { () throws(StorageError) in try make(disk) }
    #expect(error == StorageError(.synchronizeDirectory, "/", .inputOutput))
    try make(disk)
    return disk.crashed(seed: seed, survival: .onlySynchronized)
  }

  @Test func aNewFileIsMadeAnew() throws {
    for seed in UInt64(0)..<50 {
      let after = try repeated(seed: seed) { disk throws(StorageError) in
        // As callers do that find the file there.
        if try disk.information("/a") != nil { return }
        try disk.replaceFile("/a", with: [1, 2], permissions: .file)
      }
      #expect(after.contents("/a") == [1, 2], "seed \(seed)")
    }
  }

  @Test func anOldFileStaysWhole() throws {
    for seed in UInt64(0)..<50 {
      let disk = SimulatedFileSystem(seed: seed)
      disk.setContents("/a", [1])
      disk.inject(.fail(.inputOutput), at: 1, among: [.synchronizeDirectory])
      let error = failure { () throws(StorageError) in
        try disk.replaceFile("/a", with: [2], permissions: .file)
      }
      #expect(error != nil && disk.contents("/a") == [2])
      let found = disk.crashed(seed: seed).contents("/a")
      #expect(found == [1] || found == [2], "seed \(seed)")
    }
  }

  @Test func aFolderIsMadeAnew() throws {
    for seed in UInt64(0)..<50 {
      let after = try repeated(seed: seed) { disk throws(StorageError) in
        try disk.makeDurableDirectory("/d", permissions: .directory)
        try disk.replaceFile("/d/a", with: [3], permissions: .file)
      }
      #expect(after.contents("/d/a") == [3], "seed \(seed)")
    }
  }

  /// The segment without the body is in place and its folder could not be synchronised: the next
  /// attempt finds nothing to remove, and after a power cut the old segment would be back.
  @Test func anErasureIsCarriedOutAnew() throws {
    for seed in UInt64(0)..<50 {
      let disk = TestWriter.disk(seed: seed)
      let writer = TestWriter(disk)
      try writer.open()
      try writer.commit(20)
      try writer.seal()
      try writer.close()
      let reader = try writer.location.openForReading()
      let slots = try (UInt64(0)..<20).flatMap { try reader.bodies(of: $0).map(\.slot) }
      let slot = try #require(slots.first)
      disk.inject(.fail(.inputOutput), at: 1, among: [.synchronizeDirectory])
      #expect(throws: StorageEngineError.self) { try reader.eraseBodies([slot], plan: 20) }
      _ = try reader.eraseBodies([slot], plan: 20, anew: true)
      let after = disk.crashed(seed: seed, survival: .onlySynchronized)
      let found = try TestWriter.location(after).openForReading().bodies(of: slot.record)
      guard case .erased = found.first(where: { $0.slot == slot })?.content else {
        Issue.record("body \(slot) is back, seed \(seed)")
        continue
      }
    }
  }

  /// The segment is in place, its folder could not be synchronised: the next opening must not
  /// remove `active.sealing` before it is.
  @Test(arguments: [1, 2]) func aSegmentIsWrittenAnew(folder: Int) throws {
    for seed in UInt64(0)..<50 {
      let disk = TestWriter.disk(seed: seed)
      var writer = TestWriter(disk)
      try writer.open()
      try writer.commit(20)
      let log = try #require(writer.log)
      let job = try log.beginSealing(lastLeafHash: writer.model.lastLeafHash)
      disk.inject(.fail(.inputOutput), at: folder, among: [.synchronizeDirectory])
      #expect(throws: StorageEngineError.self) {
        try job.writeSegment(frontierAfter: writer.model.frontier(20))
      }
      writer.abandon()

      writer = TestWriter(writer.location, model: writer.model, acknowledged: 20)
      try writer.open()
      #expect(disk.contents(writer.location.sealingPath) == nil)
      try writer.commit(3)
      try writer.close()
      let after = disk.crashed(seed: seed, survival: .onlySynchronized)
      let reader = try TestWriter.location(after).openForReading()
      #expect(try difference(reader, writer.model) == nil, "seed \(seed)")
    }
  }

  @Test func aTornTailIsKept() throws {
    for seed in UInt64(0)..<20 {
      let disk = TestWriter.disk(seed: seed)
      let writer = TestWriter(disk)
      try writer.open()
      try writer.commit(2)
      writer.abandon()
      let whole = try #require(disk.contents(writer.location.activePath))
      disk.setContents(writer.location.activePath, whole + [1, 2, 3])
      disk.inject(.fail(.inputOutput), at: 1, among: [.synchronizeDirectory])
      #expect(throws: StorageEngineError.self) { try writer.open() }
      writer.abandon()
      try writer.open()
      try writer.close()
      let after = disk.crashed(seed: seed, survival: .onlySynchronized)
      let kept = after.filePaths(below: TestWriter.directory + "/torn")
      #expect(kept.map { after.contents($0) } == [[1, 2, 3]], "seed \(seed)")
    }
  }
}
