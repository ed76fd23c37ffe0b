import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

@Suite("sealing")
struct SealingTests {
  private static let log = TestWriter.directory + "/log/00000000000000000000.log"
  private static let bodies = TestWriter.directory + "/bodies/00000000000000000000.body"

  /// The same records in groups of `groupSize`, sealed.
  private func sealed(_ count: Int, groupSize: Int) throws -> (SimulatedFileSystem, TestWriter) {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    var generated = ModelLedger(seed: 5)
    generated.makeRecords(count)
    for start in stride(from: 0, to: count, by: groupSize) {
      writer.model.records += generated.records[start..<min(start + groupSize, count)]
      try writer.commit(from: UInt64(start))
    }
    try writer.seal()
    return (disk, writer)
  }

  @Test func aTrickleEndsAsSmallAsABulkLoad() throws {
    let count = 1_500
    let (bulkDisk, bulk) = try sealed(count, groupSize: count)
    let (trickleDisk, trickle) = try sealed(count, groupSize: 1)
    let bulkBlocks = try #require(bulk.reader?.segments.first?.footer.blocks)
    let trickleBlocks = try #require(trickle.reader?.segments.first?.footer.blocks)
    #expect(bulkBlocks.count > 1, "the test needs full blocks")
    #expect(trickleBlocks.count == bulkBlocks.count)
    for path in [Self.log, Self.bodies] {
      let large = Double(trickleDisk.contents(path)?.count ?? .max)
      let small = Double(bulkDisk.contents(path)?.count ?? 0)
      #expect(large < small * 1.01, "\(path): \(large) against \(small)")
    }
    #expect(try difference(trickle.location.openForReading(), trickle.model) == nil)
    try bulk.close()
    try trickle.close()
  }

  @Test func copiesFullBlocksByteForByte() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(1)
    try writer.commit(1_500)
    let active = try #require(disk.contents(TestWriter.directory + "/active"))
    try writer.seal()
    let sealed = try #require(disk.contents(Self.log))
    let blocks = try #require(writer.reader?.segments.first?.footer.blocks)
    #expect(blocks.count > 2)
    #expect(blocks[0].entryCount == 1, "the small one before stays alone")
    let second = blocks[1]
    let bytes = Array(sealed[Int(second.offset)...].prefix(Int(second.blockByteCount)))
    #expect(active.contains(bytes))
    try writer.close()
  }

  /// Lines of a few fields, each out of some, as events of a pipeline have them.
  @Test func fullBlocksInWhichMuchRepeatsBecomeSmaller() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    var random = TestGenerator(seed: 8)
    let fields = (0..<160).map { "\"field-\($0 % 8)\": {\"name\": \"dataset-\($0 * 7_919)\"}, " }
    for index in 0..<120 {
      var line = "\(index) "
      for _ in 0..<80 { line += fields.randomElement(using: &random) ?? "" }
      writer.model.makeRecord(bodyByteCounts: [])
      writer.model.records[index].bodies = [.init(salt: random.bytes(16), bytes: Array(line.utf8))]
    }
    try writer.commit(from: 0)
    let active = try #require(disk.contents(TestWriter.directory + "/active")?.count)
    try writer.seal()
    let log = try #require(disk.contents(Self.log)?.count)
    let bodies = try #require(disk.contents(Self.bodies)?.count)
    // The headers, which are noise, are taken as they are, so the rest of the group is bodies.
    #expect(bodies * 10 < (active - log) * 9, "\(bodies) of \(active) - \(log)")
    #expect(try difference(writer.location.openForReading(), writer.model) == nil)
    try writer.close()
  }

  @Test func writesABodyFileWithoutBodies() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    writer.model.makeRecord(bodyByteCounts: [])
    try writer.commit(from: 0)
    try writer.seal()
    let bytes = try #require(disk.contents(Self.bodies))
    let footer = try SegmentFooter.decode(
      .bodies, bytes.rawSpan.extracting(SegmentFileHeader.byteCount...))
    #expect(footer.blocks.isEmpty)
    #expect(footer.recordCount == 1)
    #expect(try writer.location.openForReading().bodies(of: 0) == [])
    try writer.close()
  }

  @Test func statesTimesChainAndFrontier() throws {
    let (_, writer) = try sealed(70, groupSize: 9)
    try writer.commit(5)
    try writer.seal()
    let segments = try #require(writer.reader?.segments)
    let records = writer.model.records
    #expect(segments.map(\.firstRecord) == [0, 70])
    #expect(segments.map(\.endRecord) == [70, 75])
    #expect(segments[0].chain.leafHashBefore == .zero)
    #expect(segments[0].chain.lastLeafHash == records[69].leafHash)
    #expect(segments[1].chain.leafHashBefore == records[69].leafHash)
    #expect(segments[1].chain.lastLeafHash == records[74].leafHash)
    #expect(segments[0].chain.firstRecordedTime == records[0].time)
    #expect(segments[0].chain.lastRecordedTime == records[69].time)
    #expect(segments[1].chain.frontier == writer.model.frontier(75))
    #expect(try writer.location.openForReading().segments == segments)
    try writer.close()
  }

  @Test("a failed job can be repeated, and the log goes on meanwhile")
  func repeatsAfterFailure() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(20)
    let log = try #require(writer.log)
    let job = try log.beginSealing(lastLeafHash: writer.model.lastLeafHash)
    disk.inject(.fail(.noSpace), at: 2, among: [.write])
    let error = failure { _ = try job.writeSegment(frontierAfter: writer.model.frontier(20)) }
    #expect(error?.fileError?.isNoSpace == true)
    let first = writer.model.count
    writer.model.makeRecords(3)
    try log.commit(writer.model.group(from: first))
    let between = try writer.location.openForReading()
    #expect(between.segments.isEmpty)
    #expect(try difference(between, writer.model) == nil)
    let segment = try job.writeSegment(frontierAfter: writer.model.frontier(20))
    #expect(try job.writeSegment(frontierAfter: writer.model.frontier(20)) == segment)
    try job.retire()
    log.finishSealing()
    #expect(disk.contents(writer.location.sealingPath) == nil)
    #expect(try difference(writer.location.openForReading(), writer.model) == nil)
    try writer.close()
  }

  @Test func refusesADamagedFile() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    for _ in 0..<4 { try writer.commit(3) }
    let log = try #require(writer.log)
    let job = try log.beginSealing(lastLeafHash: writer.model.lastLeafHash)
    let path = writer.location.sealingPath
    let size = try #require(disk.contents(path)?.count)
    for position in stride(from: ActiveFileHeader.byteCount, to: size, by: 11) {
      disk.flipBit(path, byte: position, bit: 3)
      let error = failure { _ = try job.writeSegment(frontierAfter: writer.model.frontier(12)) }
      #expect(error?.isCorruption == true, "byte \(position)")
      disk.flipBit(path, byte: position, bit: 3)
    }
    writer.abandon()
  }

  /// A reserve goes along into the file that is sealed; anything else there is no tear.
  @Test func whatFollowsTheGroupsOfASealedFile() throws {
    for (tail, isReserve) in [
      ([], true), ([0], true), ([UInt8](repeating: 0, count: 262_144), true), ([1], false),
      ([0, 0, 1], false), ([UInt8](repeating: 0, count: 262_145), false),
    ] as [([UInt8], Bool)] {
      let disk = TestWriter.disk()
      let writer = TestWriter(disk)
      try writer.open()
      for _ in 0..<4 { try writer.commit(3) }
      let log = try #require(writer.log)
      _ = try log.beginSealing(lastLeafHash: writer.model.lastLeafHash)
      writer.abandon()
      let path = writer.location.sealingPath
      disk.setContents(path, (disk.contents(path) ?? []) + tail)
      if isReserve {
        let recovered = try writer.open(checkpointSize: 12)
        #expect(recovered.pendingSealing != nil && disk.contents(path) == nil)
        try writer.commit(1)
        #expect(try difference(#require(writer.reader), writer.model) == nil)
        try writer.close()
      } else {
        let error = failure { try writer.open(checkpointSize: 12) }
        #expect(error?.isCorruption == true && error?.path == path)
        let count = tail.count == 1 ? "1 byte" : "\(tail.count) bytes"
        #expect(error?.description.contains("\(count) behind its last group") == true)
      }
    }
  }
}
