import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

@Suite("the group log")
struct GroupLogTests {
  @Test func writesAndSynchronisesOncePerGroup() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    let writes = disk.operationCount(among: [.write])
    let synchronizations = disk.operationCount(among: [.synchronize])
    let all = disk.operationCount(among: .all)
    for _ in 0..<5 { try writer.commit(3) }
    #expect(disk.operationCount(among: [.write]) == writes + 5)
    #expect(disk.operationCount(among: [.synchronize]) == synchronizations + 5)
    #expect(disk.operationCount(among: .all) == all + 10)
    try writer.close()
  }

  @Test("a failed operation poisons the log", arguments: [SimulatedOperation.write, .synchronize])
  func poisons(_ operation: SimulatedOperation) throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(2)
    disk.inject(.fail(.inputOutput), at: 1, among: [operation])
    let first = failure { try writer.commit(1) }
    #expect(first?.code == .fileSystem)
    #expect(first?.fileError?.errno == .inputOutput)
    let before = disk.contents(TestWriter.directory + "/active")
    writer.model.records.removeLast()
    let second = failure { try writer.commit(1) }
    #expect(second?.code == .poisoned)
    #expect(second?.fileError?.errno == .inputOutput, "the first cause is carried")
    #expect((second?.cause as? StorageEngineError)?.code == .fileSystem)
    let third = failure { try writer.seal() }
    #expect(third?.code == .poisoned)
    #expect(disk.contents(TestWriter.directory + "/active") == before, "nothing was written")
    writer.model.records.removeLast()
    let closing = failure { try writer.close() }
    #expect(closing != nil)

    // Reopened, it goes on; the refused group may be there or not, but never in part.
    let again = TestWriter(TestWriter.location(disk), model: writer.model)
    let recovered = try again.open(checkpointSize: writer.acknowledged)
    guard case .unclean = recovered.outcome else {
      Issue.record("\(recovered.outcome)")
      return
    }
    #expect(recovered.nextRecord == 2 || recovered.nextRecord == 3)
    try again.close()
  }

  @Test func survivesAFullDisk() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(4)
    disk.freeSizeBytes = 100
    let error = failure { try writer.commit(4) }
    #expect(error?.fileError?.isNoSpace == true)
    writer.abandon()
    disk.freeSizeBytes = nil
    let recovered = try writer.open(checkpointSize: 4)
    #expect(recovered.outcome == .unclean(tornByteCount: 100, tornPath: tornPath(disk)))
    #expect(recovered.nextRecord == 4)
    try writer.commit(4)
    let reader = try #require(writer.reader)
    #expect(try difference(reader, writer.model) == nil)
    try writer.close()
  }

  private func tornPath(_ disk: SimulatedFileSystem) -> String? {
    disk.filePaths(below: TestWriter.directory + "/torn").first
  }

  @Test func encodesAheadOfTheDiskAndAcrossFiles() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    let log = try #require(writer.log)
    var encoder = log.makeEncoder()
    var encoded: [EncodedGroup] = []
    for position in 0..<4 {
      if position == 2 { encoder.beginFile() }
      let first = writer.model.count
      writer.model.makeRecords(2)
      var group = EncodedGroup()
      encoder.encode(writer.model.group(from: first), into: &group)
      encoded.append(group)
    }
    try log.write(encoded[0])
    try log.write(encoded[1])
    let job = try log.beginSealing(lastLeafHash: writer.model.records[3].leafHash)
    #expect(log.isSealing)
    #expect(job.records == 0..<4)
    try log.write(encoded[2])
    _ = try job.writeSegment(frontierAfter: writer.model.frontier(4))
    try job.retire()
    log.finishSealing()
    try log.write(encoded[3])
    #expect(log.position == encoder.position)
    let reader = try writer.location.openForReading()
    #expect(reader.segments.count == 1)
    #expect(try difference(reader, writer.model) == nil)
    try writer.close()
  }

  @Test func commitsWithItsOwnEncoder() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    let log = try #require(writer.log)
    for number in 1...3 {
      let first = writer.model.count
      writer.model.makeRecords(number)
      let header = try log.commit(writer.model.group(from: first))
      #expect(header.number == UInt64(number))
      #expect(header.recordCount == UInt32(number))
      #expect(log.position.nextOffset == header.offset + UInt64(header.frameByteCount))
    }
    #expect(log.isSealDue(target: 500))
    #expect(!log.isSealDue())
    #expect(try difference(writer.location.openForReading(), writer.model) == nil)
    try writer.close()
  }

  @Test func refusesASecondCreation() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    let error = failure {
      _ = try writer.location.create(openingID: OpeningID(Array(repeating: 1, count: 16)))
    }
    #expect(error?.fileError?.isAlreadyExisting == true)
    try writer.close()
  }
}

/// What `body` throws, as the engine's error.
func failure(_ body: () throws -> Void) -> StorageEngineError? {
  do {
    try body()
    return nil
  } catch let error as StorageEngineError {
    return error
  } catch {
    Issue.record("not the engine's error: \(error)")
    return nil
  }
}
