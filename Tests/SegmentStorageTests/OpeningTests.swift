import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

@Suite("opening for writing")
struct OpeningTests {
  private static let active = TestWriter.directory + "/active"

  /// A closed ledger of the given groups of two records each.
  private func closed(_ groupCount: Int) throws -> (SimulatedFileSystem, TestWriter) {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    for _ in 0..<groupCount { try writer.commit(2) }
    try writer.close()
    return (disk, writer)
  }

  /// Where each group of `active` begins.
  private func offsets(_ bytes: [UInt8]) throws -> [Int] {
    var offsets: [Int] = []
    var next = ActiveFileHeader.byteCount
    while next < bytes.count {
      offsets.append(next)
      var reader = ByteReader(bytes.rawSpan.extracting(next...))
      next += try GroupFrameHeader.decode(from: &reader).frameByteCount
    }
    return offsets
  }

  @Test func isCleanAfterAClose() throws {
    let (disk, writer) = try closed(3)
    let active = disk.contents(Self.active)
    let marker = String(
      decoding: disk.contents(TestWriter.directory + "/LOCK") ?? [], as: UTF8.self)
    #expect(marker.hasPrefix("closed group=3 offset=\(active?.count ?? 0) records=6 digest="))
    let writes = disk.operationCount(among: [.rename])
    let recovered = try writer.open(checkpointSize: 6)
    #expect(recovered.outcome == .clean)
    #expect(recovered.lastLeafHash == writer.model.lastLeafHash)
    #expect(recovered.lastRecordedTime == writer.model.records.last?.time)
    #expect(disk.operationCount(among: [.rename]) == writes, "nothing is copied")
    #expect(disk.contents(TestWriter.directory + "/LOCK") == Array("test\n".utf8))
    try writer.close()
  }

  /// Whoever put them there: nothing that was acknowledged is lost, they are kept, and evidence
  /// without LOCK shows a tear and nothing else.
  @Test func bytesBehindACloseAreATear() throws {
    let (other, _) = try closed(1)
    let foreign = try #require(other.contents(Self.active)).dropFirst(ActiveFileHeader.byteCount)
    let (source, _) = try closed(3)
    let active = try #require(source.contents(Self.active))
    let repeated = active[(try offsets(active))[2]...]
    for tail in [Array(foreign), Array(repeated), [1], [UInt8](repeating: 7, count: 500)] {
      let (disk, writer) = try closed(3)
      disk.setContents(Self.active, (disk.contents(Self.active) ?? []) + tail)
      let recovered = try writer.open(checkpointSize: 6)
      guard case .unclean(let tornByteCount, let tornPath?) = recovered.outcome else {
        Issue.record("\(recovered.outcome)")
        continue
      }
      #expect(tornByteCount == UInt64(tail.count))
      #expect(disk.contents(tornPath) == tail)
      #expect(try difference(recovered.reader, writer.model) == nil)
      try writer.commit(2)
      try writer.close()
      #expect(try difference(writer.location.openForReading(), writer.model) == nil)
    }
  }

  /// What the close did cover is another matter: those groups had been acknowledged.
  @Test func bytesThatACloseCoveredAreMissed() throws {
    let (source, _) = try closed(3)
    let active = try #require(source.contents(Self.active))
    for count in [1, active.count - (try offsets(active))[2]] {
      let (disk, writer) = try closed(3)
      let before = Array((disk.contents(Self.active) ?? []).dropLast(count))
      disk.setContents(Self.active, before)
      let error = #expect(throws: StorageEngineError.self) { try writer.open(checkpointSize: 2) }
      #expect(error?.isCorruption == true)
      #expect(error?.description.contains("the last writer closed it at 6") == true)
      #expect(disk.contents(Self.active) == before)
    }
  }

  @Test func aTailLongerThanAnyWriteIsDamage() throws {
    let (disk, writer) = try closed(2)
    try writer.open()
    writer.abandon()
    let zeros = [UInt8](repeating: 0, count: FormatLimits.tornTailByteCountMax + 1)
    disk.setContents(Self.active, (disk.contents(Self.active) ?? []) + zeros)
    let error = #expect(throws: StorageEngineError.self) { try writer.open(checkpointSize: 4) }
    #expect(error?.description.contains("more than a write leaves") == true)
  }

  /// Groups that became zeros from the middle of one on, more of them than a reserve.
  @Test func zerosFromTheMiddleOfAGroupOnAreDamage() throws {
    for isLong in [true, false] {
      let disk = TestWriter.disk()
      let writer = TestWriter(disk)
      try writer.open()
      try writer.commit(20)
      let middle = try #require(disk.contents(Self.active)?.count) + 5_000
      try writer.commit(100)
      for _ in 0..<(isLong ? 30 : 2) { try writer.commit(100) }
      writer.abandon()
      let file = try #require(disk.contents(Self.active))
      #expect((file.count - middle > 400_000) == isLong)
      let damaged = file[..<middle] + [UInt8](repeating: 0, count: file.count - middle)
      disk.setContents(Self.active, Array(damaged))
      let seen = try writer.location.openForReading().damage
      #expect((seen?.isCorruption == true) == isLong)
      if isLong {
        let error = #expect(throws: StorageEngineError.self) { try writer.open() }
        #expect(error?.description.contains("more than a write leaves") == true)
        #expect(disk.contents(Self.active) == Array(damaged))
      } else {
        // So few look like the last write and the room behind it.
        #expect(try writer.open().nextRecord == 20)
        writer.abandon()
      }
    }
  }

  @Test func isUncleanWithoutAClose() throws {
    let (disk, writer) = try closed(3)
    try writer.open()
    writer.abandon()
    let recovered = try writer.open()
    #expect(recovered.outcome == .unclean(tornByteCount: 0, tornPath: nil))
    #expect(try difference(recovered.reader, writer.model) == nil)
    writer.abandon()
    #expect(disk.openFileCount <= 4)
  }

  @Test("a marker that is changed anywhere is none")
  func damagedMarkers() throws {
    let (disk, writer) = try closed(2)
    let lock = TestWriter.directory + "/LOCK"
    let marker = try #require(disk.contents(lock))
    for position in marker.indices {
      let copy = disk.snapshot()
      copy.flipBit(lock, byte: position, bit: position % 7)
      let again = TestWriter(TestWriter.location(copy), model: writer.model)
      #expect(try again.open().outcome == .unclean(tornByteCount: 0, tornPath: nil))
      again.abandon()
    }
  }

  @Test func savesATornTail() throws {
    let (disk, writer) = try closed(2)
    try writer.open()
    writer.abandon()
    let whole = try #require(disk.contents(Self.active))
    let torn = Array("a torn group".utf8)
    disk.setContents(Self.active, whole + torn)
    let recovered = try writer.open(checkpointSize: 4)
    let paths = disk.filePaths(below: TestWriter.directory + "/torn")
    #expect(paths.count == 1)
    #expect(recovered.outcome == .unclean(tornByteCount: 12, tornPath: paths.first))
    #expect(disk.contents(paths[0]) == torn)
    #expect(paths[0].contains("/00000000000000000004-\(whole.count)-"))
    #expect(disk.contents(Self.active) == whole)
    try writer.commit(1)
    try writer.close()
    #expect(try writer.open().outcome == .clean)
    try writer.close()
  }

  @Test("every flip in active, but of the last group, is refused and located")
  func corruptionIsLocated() throws {
    let (disk, writer) = try closed(4)
    try writer.open()
    writer.abandon()
    let bytes = try #require(disk.contents(Self.active))
    let offsets = try offsets(bytes)
    #expect(offsets.count == 4)
    for position in stride(from: 0, to: offsets[3], by: 3) {
      let copy = disk.snapshot()
      copy.flipBit(Self.active, byte: position, bit: position % 8)
      let before = copy.contents(Self.active)
      let again = TestWriter(TestWriter.location(copy), model: writer.model)
      let error = failure { try again.open() }
      again.abandon()
      let group = offsets.lastIndex { $0 <= position }
      #expect(error != nil, "byte \(position)")
      #expect(error?.path == Self.active)
      #expect(error?.offset == UInt64(group.map { offsets[$0] } ?? 0), "byte \(position)")
      if let group {
        #expect(error?.isCorruption == true, "byte \(position)")
        #expect(error?.records?.lowerBound == UInt64(2 * group), "byte \(position)")
      }
      #expect(copy.contents(Self.active) == before, "evidence is left as it is")
      // A reader shows what is whole, and says what is not.
      if let group {
        let reader = try again.location.openForReading()
        #expect(reader.endRecord == UInt64(2 * group), "byte \(position)")
        #expect(reader.damage?.isCorruption == true, "byte \(position)")
      }
    }
  }

  @Test("a flip in the last group is a tear to us, unless others know of it")
  func lastGroup() throws {
    let (disk, writer) = try closed(3)
    let offsets = try offsets(try #require(disk.contents(Self.active)))
    let copy = disk.snapshot()
    copy.flipBit(Self.active, byte: offsets[2] + 200, bit: 0)
    let marked = TestWriter(TestWriter.location(copy), model: writer.model)
    let error = failure { try marked.open() }
    #expect(error?.isCorruption == true, "the marker names group 3")
    #expect(error?.records == 4..<6)
    copy.setContents(TestWriter.directory + "/LOCK", [])
    #expect(failure { try marked.open(checkpointSize: 5) }?.records == 4..<5)
    let recovered = try marked.open(checkpointSize: 4)
    #expect(recovered.nextRecord == 4)
    marked.abandon()
  }

  @Test func refusesAForeignActive() throws {
    let (disk, _) = try closed(2)
    let bytes = try #require(disk.contents(Self.active))
    let other = StorageLocation(
      fileSystem: disk, directory: TestWriter.directory,
      ledgerID: LedgerID(Array(repeating: 3, count: 16)))
    let writer = TestWriter(other, model: ModelLedger(seed: 2))
    #expect(failure { try writer.open() }?.code == .foreignLedger)
    #expect(failure { _ = try other.openForReading() }?.code == .foreignLedger)
    #expect(disk.contents(Self.active) == bytes)
  }

  @Test func refusesANewerFormat() throws {
    let (disk, writer) = try closed(2)
    var bytes = try #require(disk.contents(Self.active))
    bytes[8] = 2
    disk.setContents(Self.active, bytes)
    #expect(failure { try writer.open() }?.code == .newerFormat)
    #expect(failure { _ = try writer.location.openForReading() }?.code == .newerFormat)
  }

  @Test func refusesAMissingOrShortActive() throws {
    let (disk, writer) = try closed(2)
    for count in [0, 1, ActiveFileHeader.byteCount - 1] {
      let copy = disk.snapshot()
      let bytes = try #require(copy.contents(Self.active))
      copy.setContents(Self.active, Array(bytes.prefix(count)))
      let again = TestWriter(TestWriter.location(copy), model: writer.model)
      #expect(failure { try again.open() }?.isCorruption == true, "\(count) bytes")
    }
    let copy = disk.snapshot()
    try copy.remove(Self.active)
    let again = TestWriter(TestWriter.location(copy), model: writer.model)
    #expect(failure { try again.open() }?.isCorruption == true, "the marker knows of records")
    copy.setContents(TestWriter.directory + "/LOCK", [])
    #expect(failure { try again.open(checkpointSize: 1) }?.isCorruption == true)
    #expect(failure { _ = try again.location.openForReading() }?.code == .absent)
    // Nothing tells that there ever was a record: an interrupted creation looks the same.
    #expect(try again.open().outcome == .created)
    again.abandon()
  }

  @Test func removesTemporaryFiles() throws {
    let (disk, writer) = try closed(1)
    let stale = ["/active.tmp", "/log/00000000000000000000.log.tmp", "/bodies/x.tmp"]
    for name in stale { disk.setContents(TestWriter.directory + name, [1]) }
    try writer.open()
    for name in stale { #expect(disk.contents(TestWriter.directory + name) == nil) }
    try writer.close()
  }

  @Test func refusesWhatDoesNotJoin() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    for _ in 0..<3 {
      try writer.commit(2)
      try writer.seal()
    }
    try writer.commit(1)
    writer.abandon()
    let segment = TestWriter.directory + "/log/00000000000000000002.log"
    let bodies = TestWriter.directory + "/bodies/00000000000000000002.body"
    let last = TestWriter.directory + "/log/00000000000000000004.log"
    let lastBodies = TestWriter.directory + "/bodies/00000000000000000004.body"
    let cases: [(String, [String], ClosedRange<UInt64>)] = [
      ("both files of a middle segment", [segment, bodies], 2...4),
      ("one header file", [segment], 2...4), ("one body file", [bodies], 2...2),
      ("the last segment", [last, lastBodies], 4...4), ("active", [Self.active], 6...6),
    ]
    for (name, paths, records) in cases {
      let copy = disk.snapshot()
      for path in paths { try copy.remove(path) }
      let again = TestWriter(TestWriter.location(copy), model: writer.model)
      let error = failure { try again.open() }
      #expect(error?.isCorruption == true, "\(name)")
      #expect(error?.records.map { records.contains($0.lowerBound) } == true, "\(name)")
    }
    // No record has such a number, so it is no segment's name.
    for name in ["log/18446744073709551615.log", "bodies/18446744073709551615.body"] {
      let copy = disk.snapshot()
      copy.setContents(TestWriter.directory + "/" + name, [])
      let again = TestWriter(TestWriter.location(copy), model: writer.model)
      #expect(failure { try again.open() } == nil, "\(name)")
      again.abandon()
    }
    for name in ["log/09223372036854775807.log", "bodies/09223372036854775807.body"] {
      let copy = disk.snapshot()
      copy.setContents(TestWriter.directory + "/" + name, [])
      let again = TestWriter(TestWriter.location(copy), model: writer.model)
      #expect(failure { try again.open() }?.isCorruption == true, "\(name)")
    }
    // One segment under the name of another.
    let copy = disk.snapshot()
    copy.setContents(segment, try #require(disk.contents(last)))
    let again = TestWriter(TestWriter.location(copy), model: writer.model)
    #expect(failure { try again.open() }?.isCorruption == true)
  }
}
