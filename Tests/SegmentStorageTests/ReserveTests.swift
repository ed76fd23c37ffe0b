import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

/// The zeros that a writer puts behind small groups for those to come.
@Suite("reserve")
struct ReserveTests {
  private static let active = TestWriter.directory + "/active"
  /// What is written at once.
  private static let byteCount = 262_144

  private static func opened() throws -> (SimulatedFileSystem, TestWriter) {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    return (disk, writer)
  }

  private static func end(_ writer: TestWriter) -> Int {
    Int(writer.log?.position.nextOffset ?? 0)
  }

  /// Zeros behind the groups of `active`.
  private static func reserve(_ disk: SimulatedFileSystem, _ writer: TestWriter) -> Int {
    let bytes = disk.contents(active) ?? []
    #expect(bytes[end(writer)...].allSatisfy { $0 == 0 })
    return bytes.count - end(writer)
  }

  @Test func isMadeOnceForManySmallGroups() throws {
    let (disk, writer) = try Self.opened()
    for _ in 0..<7 {
      try writer.commit(1)
      #expect(Self.reserve(disk, writer) == 0)
    }
    try writer.commit(1)
    #expect(Self.reserve(disk, writer) == Self.byteCount)
    let size = disk.contents(Self.active)?.count
    for _ in 0..<100 { try writer.commit(1) }
    #expect(disk.contents(Self.active)?.count == size)
    #expect(try difference(#require(writer.reader), writer.model) == nil)
    #expect(try difference(writer.location.openForReading(), writer.model) == nil)
    // Until it is used up.
    while Self.reserve(disk, writer) > 60_000 { try writer.commit(200) }
    #expect(disk.contents(Self.active)?.count == size)
    while disk.contents(Self.active)?.count == size { try writer.commit(20) }
    #expect(Self.reserve(disk, writer) == Self.byteCount)
    try writer.close()
    #expect(try difference(writer.location.openForReading(), writer.model) == nil)
  }

  @Test func isNotMadeForLargeGroups() throws {
    let (disk, writer) = try Self.opened()
    for _ in 0..<6 {
      try writer.commit(400, maximumBodyByteCount: 1_000)
      #expect(Self.reserve(disk, writer) == 0)
    }
    for _ in 0..<7 { try writer.commit(1) }
    try writer.commit(400, maximumBodyByteCount: 1_000)
    for _ in 0..<7 { try writer.commit(1) }
    #expect(Self.reserve(disk, writer) == 0)
    try writer.close()
  }

  @Test func staysBehindACloseWhichIsCleanAllTheSame() throws {
    let (disk, writer) = try Self.opened()
    for _ in 0..<9 { try writer.commit(1) }
    let end = Self.end(writer)
    try writer.close()
    let marker = String(
      decoding: disk.contents(TestWriter.directory + "/LOCK") ?? [], as: UTF8.self)
    #expect(marker.hasPrefix("closed group=9 offset=\(end) records=9 "))
    let recovered = try writer.open(checkpointSize: 9)
    #expect(recovered.outcome == .clean)
    #expect(try difference(recovered.reader, writer.model) == nil)
    for _ in 0..<9 { try writer.commit(1) }
    #expect(try difference(#require(writer.reader), writer.model) == nil)
    try writer.seal()
    try writer.commit(1)
    try writer.close()
    #expect(try difference(writer.location.openForReading(), writer.model) == nil)
  }

  @Test func isNoTearAfterACrash() throws {
    let (disk, writer) = try Self.opened()
    for _ in 0..<9 { try writer.commit(1) }
    #expect(Self.reserve(disk, writer) > 0)
    writer.abandon()
    let recovered = try writer.open()
    #expect(recovered.outcome == .unclean(tornByteCount: 0, tornPath: nil))
    #expect(Self.reserve(disk, writer) == 0)
    #expect(try difference(recovered.reader, writer.model) == nil)
    writer.abandon()
  }

  @Test(arguments: [1, 1_000, 262_143, 262_144, 262_145, 300_000])
  func anythingElseBehindTheGroupsIsATear(_ count: Int) throws {
    let (disk, writer) = try Self.opened()
    for _ in 0..<2 { try writer.commit(1) }
    writer.abandon()
    let groups = disk.contents(Self.active) ?? []
    let zeros = [UInt8](repeating: 0, count: count)
    for position in Set([0, count / 2, count - 1]) {
      var tail = zeros
      tail[position] = 1
      disk.setContents(Self.active, groups + tail)
      let recovered = try writer.open()
      guard case .unclean(let tornByteCount, _?) = recovered.outcome else {
        Issue.record("\(position) of \(count): \(recovered.outcome)")
        continue
      }
      #expect(tornByteCount == UInt64(count))
      writer.abandon()
    }
    disk.setContents(Self.active, groups + zeros)
    let recovered = try writer.open()
    if count <= 262_144 {
      #expect(recovered.outcome == .unclean(tornByteCount: 0, tornPath: nil))
    } else {
      guard case .unclean(let tornByteCount, _?) = recovered.outcome else {
        Issue.record("\(recovered.outcome)")
        return
      }
      #expect(tornByteCount == UInt64(count))
    }
    writer.abandon()
  }

  /// The room that there is goes to groups.
  @Test(arguments: [0, 1, 4_096, 100_000]) func aDiskWithoutRoomHasNone(_ freeByteCount: Int) throws
  {
    let (disk, writer) = try Self.opened()
    for _ in 0..<7 { try writer.commit(1) }
    // One group more fits, whatever it has.
    disk.freeSizeBytes = 8_192 + freeByteCount
    try writer.commit(1)
    #expect(Self.reserve(disk, writer) < Self.byteCount)
    #expect(try difference(#require(writer.reader), writer.model) == nil)
    disk.freeSizeBytes = nil
    for _ in 0..<20 { try writer.commit(1) }
    writer.abandon()
    let recovered = try writer.open()
    #expect(recovered.outcome == .unclean(tornByteCount: 0, tornPath: nil))
    #expect(try difference(recovered.reader, writer.model) == nil)
    writer.abandon()
  }

  /// The zeros may be on the medium and the group before them not, or the other way round.
  @Test func everyPowerCutAroundIt() throws {
    func work(_ writer: TestWriter) throws {
      try writer.open()
      for _ in 0..<10 { try writer.commit(1) }
      try writer.commit(300, maximumBodyByteCount: 1_000)
      try writer.commit(1)
      try writer.close()
    }
    let disk = TestWriter.disk()
    let before = disk.operationCount()
    try work(TestWriter(disk))
    let count = disk.operationCount() - before
    for ordinal in 1...count {
      for (seed, survival) in [
        (1, .everything), (1, .onlySynchronized), (1, .anySubset), (2, .anySubset),
        (3, .anySubset), (4, .anySubset), (5, .anySubset),
      ] as [(UInt64, SimulatedSurvival)] {
        let disk = TestWriter.disk(seed: UInt64(ordinal))
        disk.inject(seed == 5 ? .crashTearing : .crash, at: ordinal)
        let writer = TestWriter(disk)
        #expect(throws: (any Error).self) { try work(writer) }
        writer.abandon()
        let found = disk.crashed(seed: seed, survival: survival)
        let next = TestWriter(
          TestWriter.location(found), model: writer.model, acknowledged: writer.acknowledged)
        let recovered = try next.open(checkpointSize: writer.acknowledged)
        #expect(recovered.nextRecord >= writer.acknowledged, "\(ordinal) \(survival) \(seed)")
        #expect(try difference(recovered.reader, next.model) == nil)
        for _ in 0..<9 { try next.commit(1) }
        try next.close()
        #expect(try difference(next.location.openForReading(), next.model) == nil)
      }
    }
  }
}
