import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

@Suite("reading")
struct LogReaderTests {
  /// Two segments, one of them with full blocks, and a group log; still open.
  private func ledger() throws -> (SimulatedFileSystem, TestWriter) {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(1_300, maximumBodyByteCount: 300)
    try writer.seal()
    for _ in 0..<20 { try writer.commit(2) }
    writer.model.makeRecord(bodyByteCounts: [70_000, 3, 100_000])
    try writer.commit(from: writer.model.count - 1)
    try writer.seal()
    for _ in 0..<10 { try writer.commit(3) }
    return (disk, writer)
  }

  @Test func findsSingleHeaders() throws {
    let (_, writer) = try ledger()
    let readers = [try #require(writer.reader), try writer.location.openForReading()]
    let records = writer.model.records
    for reader in readers {
      #expect(reader.endRecord == writer.model.count)
      for index in stride(from: 0, to: records.count, by: 7) + [0, 1_299, 1_300, 1_340, 1_341] {
        let header = try reader.header(at: UInt64(index))
        #expect(header.bytes == records[index].header)
        #expect(header.leafHash == records[index].leafHash)
        #expect(header.previousLeafHash == (index == 0 ? .zero : records[index - 1].leafHash))
      }
      #expect(
        failure { _ = try reader.header(at: writer.model.count) }?.code == .noSuchRecord)
      #expect(failure { _ = try reader.bodies(of: .max) }?.code == .noSuchRecord)
    }
    try writer.close()
  }

  /// What a writer says of it, in OpeningTests, readers say too.
  @Test func aMissingGroupLogIsDamage() throws {
    let (disk, writer) = try ledger()
    try writer.close()
    try disk.remove(writer.location.activePath)
    let reader = try writer.location.openForReading()
    let end = UInt64(writer.model.count) - 30
    #expect(reader.endRecord == end)
    #expect(reader.damage?.code == .damaged)
    #expect(try reader.header(at: 0).bytes == writer.model.records[0].header)
  }

  @Test func walksRanges() throws {
    let (_, writer) = try ledger()
    let reader = try writer.location.openForReading()
    let end = reader.endRecord
    for range in [0..<0, 0..<1, 1_299..<1_301, 500..<700, end - 1..<end, 0..<end, 1_335..<1_350] {
      var next = range.lowerBound
      try reader.forEachHeader(in: range) { index, header, leafHash in
        #expect(index == next)
        #expect(header.copied() == writer.model.records[Int(index)].header)
        #expect(leafHash == writer.model.records[Int(index)].leafHash)
        next += 1
      }
      #expect(next == range.upperBound)
    }
    #expect(failure { try reader.forEachHeader(in: 0..<end + 1) { _, _, _ in } } != nil)
    struct Stop: Error {}
    var count = 0
    #expect(throws: Stop.self) {
      try reader.forEachHeader(in: 0..<end) { _, _, _ in
        count += 1
        if count == 5 { throw Stop() }
      }
    }
    #expect(count == 5)
    try writer.close()
  }

  @Test func findsTimes() throws {
    let (_, writer) = try ledger()
    let reader = try writer.location.openForReading()
    let times = writer.model.records.map(\.time)
    var probes: Set<Int64> = [.min, .max, 0]
    for index in stride(from: 0, to: times.count, by: 37) + [1_298, 1_299, 1_300, 1_340, 1_341] {
      for delta in [-1, 0, 1] as [Int64] { probes.insert(times[index].microseconds + delta) }
    }
    for probe in probes {
      let time = Timestamp(microseconds: probe)
      let expected = times.firstIndex { $0 >= time } ?? times.count
      #expect(try reader.firstRecord(atOrAfter: time) == UInt64(expected), "\(probe)")
    }
    try writer.close()
  }

  @Test func givesDuplicateKeysOfGroupLogs() throws {
    let (_, writer) = try ledger()
    let first = try #require(writer.reader?.segments.last?.endRecord)
    let expected = writer.model.records[Int(first)...].enumerated().compactMap {
      offset, record in record.deduplicationKey.map { (first + UInt64(offset), $0) }
    }
    #expect(!expected.isEmpty)
    var found: [(UInt64, TruncatedDigest)] = []
    try writer.location.openForReading().forEachDeduplicationEntry { record, entry in
      found.append((record, entry.key))
    }
    #expect(found.map(\.0) == expected.map(\.0))
    #expect(found.map(\.1) == expected.map(\.1))
    try writer.close()
  }

  @Test("snapshots stay what they are while the writer goes on and seals")
  func snapshotsAreImmutable() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    var snapshots: [(LogReader, ModelLedger)] = []
    var follower = try writer.location.openForReading()
    for step in 0..<24 {
      try writer.commit(step % 5 + 1)
      if step % 7 == 3 { try writer.seal() }
      follower = try follower.refreshed()
      #expect(try difference(follower, writer.model) == nil, "step \(step)")
      snapshots.append((try #require(writer.reader), writer.model))
      snapshots.append((follower, writer.model))
    }
    for (reader, model) in snapshots { #expect(try difference(reader, model) == nil) }
    let unchanged = try follower.refreshed()
    #expect(unchanged.endRecord == follower.endRecord)
    try writer.close()
  }

  @Test("a reader sees the same through every step of a sealing")
  func readsDuringSealing() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(5)
    let early = try writer.location.openForReading()
    let log = try #require(writer.log)
    let job = try log.beginSealing(lastLeafHash: writer.model.lastLeafHash)
    #expect(try difference(writer.location.openForReading(), writer.model) == nil)
    _ = try job.writeSegment(frontierAfter: writer.model.frontier(5))
    let both = try writer.location.openForReading()
    #expect(both.segments.count == 1)
    #expect(try difference(both, writer.model) == nil)
    try job.retire()
    log.finishSealing()
    #expect(try difference(writer.location.openForReading(), writer.model) == nil)
    #expect(try difference(early, writer.model) == nil, "an old snapshot keeps its file")
    try writer.close()
  }

  @Test("a group that is half there is not there, and no damage")
  func ignoresAGroupBeingWritten() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(2)
    let before = try #require(disk.contents(writer.location.activePath))
    let model = writer.model
    try writer.commit(2)
    let after = try #require(disk.contents(writer.location.activePath))
    for count in stride(from: before.count, to: after.count, by: 13) {
      let copy = disk.snapshot()
      copy.setContents(writer.location.activePath, Array(after.prefix(count)))
      copy.isReadOnly = true
      let reader = try TestWriter.location(copy).openForReading()
      #expect(try difference(reader, model) == nil, "\(count) bytes")
    }
    try writer.close()
  }

  @Test("every flip in a sealed file is found and named")
  func findsDamageInSegments() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    for _ in 0..<3 { try writer.commit(4) }
    try writer.seal()
    try writer.close()
    for path in [writer.location.logPath(0), writer.location.bodiesPath(0)] {
      let size = try #require(disk.contents(path)?.count)
      for position in 0..<size {
        let copy = disk.snapshot()
        copy.flipBit(path, byte: position, bit: position % 8)
        let error = failure {
          let reader = try TestWriter.location(copy).openForReading()
          _ = try difference(reader, writer.model)
        }
        #expect(error?.path == path, "\(path) byte \(position)")
        #expect(error?.offset != nil || error?.records != nil, "\(path) byte \(position)")
        let isHeader = (8..<28).contains(position)
        #expect(error?.isCorruption == true || isHeader, "\(path) byte \(position)")
      }
    }
  }

  @Test func readsOnWhileBodiesAreReplaced() throws {
    let (disk, writer) = try ledger()
    let reader = try #require(writer.reader)
    let before = try reader.bodies(of: 3)
    let path = writer.location.bodiesPath(0)
    disk.setContents(path, try erased(try #require(disk.contents(path))))
    reader.forgetBodies()
    for index in 0..<UInt64(20) {
      for body in try reader.bodies(of: index) {
        #expect(body.content == .erased(plan: 99))
      }
    }
    #expect(try reader.bodies(of: 3).map(\.slot) == before.map(\.slot))
    try writer.close()
  }

  /// The body file with tombstones in every slot, as an erasure would write it.
  private func erased(_ bytes: [UInt8]) throws -> [UInt8] {
    let trailer = bytes.rawSpan.extracting((bytes.count - SegmentFooter.trailerByteCount)...)
    let start = bytes.count - (try SegmentFooter.byteCount(trailer: trailer))
    var footer = try SegmentFooter.decode(.bodies, bytes.rawSpan.extracting(start...))
    var result = Array(bytes[..<SegmentFileHeader.byteCount])
    for position in footer.blocks.indices {
      let place = footer.blocks[position]
      var raw: ByteBuffer = []
      var reader = ByteReader(bytes.rawSpan.extracting(Int(place.offset)...))
      _ = try Block.decode(.bodies, from: &reader, into: &raw)
      var entries = ByteReader(raw.rawSpan)
      var emptied: ByteBuffer = []
      while entries.remaining > 0 {
        let entry = try BodyEntry.decode(from: &entries)
        BodyEntry.encode(erased: entry.slot, plan: 99, into: &emptied)
      }
      footer.blocks[position].offset = UInt64(result.count)
      let header = Block.encode(
        .bodies, raw: emptied.rawSpan, entryCount: place.entryCount,
        firstRecord: place.firstRecord, lastRecord: place.lastRecord, into: &result)
      footer.blocks[position].blockByteCount = UInt32(header.blockByteCount)
    }
    return result + footer.encoded()
  }
}
