import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import Provenance
import SegmentStorage
import Testing

/// What an opening says of what a crash left, and what of the tree it derives again.
@Suite struct RecoveryTests {
  /// A ledger of eleven records that was not closed, with `active` holding all of them and nothing
  /// else: too few groups for a reserve.
  static func unclosed() async throws -> EngineFixture {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 1 << 20
    _ = try await fixture.create()
    let ledger = try fixture.open()
    for number in 0..<5 {
      try await EngineFixture.append(2 * number..<2 * number + 2, to: ledger)
    }
    _ = try await ledger.checkpoint()
    fixture.disk = fixture.disk.crashed(seed: 1, survival: .everything)
    return fixture
  }

  @Test func aTornTailIsCutKeptAndRecorded() async throws {
    let fixture = try await Self.unclosed()
    let whole = try #require(fixture.disk.contents("/l/active"))
    let torn: [UInt8] = Array("LST half a group".utf8)
    fixture.disk.setContents("/l/active", whole + torn)
    var ledger = try fixture.open()
    #expect(ledger.remarks.count == 1)
    #expect(ledger.remarks.first?.hasPrefix("\(torn.count) bytes") == true)
    try await EngineFixture.append(10..<11, to: ledger)
    try await ledger.close()
    let reader = try fixture.reader()
    #expect(reader.size == 13)
    let note = try reader.record(at: 11).header
    #expect(note.content.kind == "ledger/recovered")
    #expect(note.content.source == "ledgerstone")
    #expect(
      note.content.attributes
        == ["bytes": .integer(Int64(torn.count)), "offset": .integer(Int64(whole.count))])
    let kept = fixture.disk.filePaths(below: "/l/torn")
    #expect(kept.count == 1)
    #expect(fixture.disk.contents(kept[0]) == torn)
    ledger = try fixture.open()
    #expect(ledger.remarks == [])
    try await ledger.close()
    #expect(try fixture.reader().size == 13)
  }

  @Test func anUncleanEndWithoutATearIsNotRecorded() async throws {
    let fixture = try await Self.unclosed()
    let ledger = try fixture.open()
    #expect(ledger.remarks == [])
    try await ledger.close()
    #expect(try fixture.reader().size == 11)
  }

  @Test func aRecoveryIsRecordedThoughTheClockIsBehind() async throws {
    let fixture = try await Self.unclosed()
    let last = try fixture.reader().record(at: 10).header.recordedTime
    let whole = try #require(fixture.disk.contents("/l/active"))
    fixture.disk.setContents("/l/active", whole + [1, 2, 3])
    fixture.clock.step(microseconds: -7_200_000_000)
    let ledger = try fixture.open()
    await #expect(throws: LedgerError(.clock, "")) {
      try await EngineFixture.append(10..<11, to: ledger)
    }
    try await ledger.close()
    #expect(try fixture.reader().record(at: 11).header.recordedTime == last)
  }

  /// What a writer had begun under another name goes, secrets above all; what is nobody's stays.
  @Test func temporaryFilesAreRemoved() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    try await EngineFixture.append(0..<3, to: ledger)
    _ = try await ledger.rotateKey()
    try await ledger.close()
    let begun = [
      "/l/active.tmp", "/l/checkpoint.tmp", "/l/ledger.json.tmp", "/l/log/7.log.tmp",
      "/l/bodies/7.body.tmp", "/l/tree/0.tmp", "/l/index/9.note.tmp", "/l/keys/9.note.tmp",
      "/l/erased/9.entry.tmp", "/l/torn/tail.tmp", "/l.vault/note.tmp", "/l.vault/duplicates.tmp",
      "/l.vault/signing.key.tmp", "/l.vault/signing.key.next.tmp", "/l.vault/retired.keys.tmp",
      "/l.vault/kek.key.tmp", "/l.vault/vault.json.tmp",
    ]
    let foreign = ["/l/notes.txt", "/l.vault/mine.tmp", "/l.tmp", "/other.tmp"]
    for path in begun + foreign { fixture.disk.setContents(path, [1, 2, 3]) }
    // A reader changes nothing, nor does a writer that refuses what it finds.
    _ = try fixture.reader()
    let damaged = fixture.disk.snapshot()
    damaged.setContents("/l/active", [])
    var refused = fixture
    refused.disk = damaged
    #expect(throws: LedgerError(.corrupt, "")) { try refused.open() }
    for path in begun { #expect(damaged.contents(path) != nil, "\(path)") }
    try await fixture.open().close()
    for path in begun { #expect(fixture.disk.contents(path) == nil, "\(path)") }
    for path in foreign { #expect(fixture.disk.contents(path) == [1, 2, 3], "\(path)") }
  }

  @Test func aTornTailBelowACheckpointIsCorruption() async throws {
    let fixture = try await Self.unclosed()
    let whole = try #require(fixture.disk.contents("/l/active"))
    let damaged = Array(whole.dropLast(5))
    fixture.disk.setContents("/l/active", damaged)
    let before = fixture.disk.filePaths().filter { $0 != "/l/LOCK" }
    let error = #expect(throws: LedgerError(.corrupt, "")) { try fixture.open() }
    #expect(error?.isCorruption == true)
    #expect(error?.message.contains("a checkpoint covers 11 records") == true)
    #expect(fixture.disk.contents("/l/active") == damaged)
    #expect(fixture.disk.filePaths().filter { $0 != "/l/LOCK" } == before)
  }

  /// Any operation of an opening may fail: it throws, leaves no file open, and the next succeeds.
  @Test func atEveryFailureOfAnOpening() async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 1_500
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var written = WrittenLedger()
    try await written.send(3, to: ledger)
    // The sealing that falls due is cut off before it is retired, and so is one more group.
    fixture.disk.inject(.crash, at: 1, among: [.rename])
    _ = try? await written.send(40, to: ledger)
    let left = fixture.disk.crashed(seed: 1, survival: .everything)
    if let active = left.contents("/l/active") { left.setContents("/l/active", active + [1, 2]) }
    let whole = left.snapshot()
    fixture.disk = whole
    try await fixture.open().close()
    let count = whole.operationCount(among: .all)
    #expect(count > 60)
    for ordinal in 1...count {
      fixture.disk = left.snapshot()
      fixture.disk.inject(.fail(.inputOutput), at: ordinal, among: .all)
      do {
        try await fixture.open().close()
      } catch let error as LedgerError {
        #expect(error.code == .storage, "operation \(ordinal): \(error)")
      }
      #expect(await fixture.hasClosedAllFiles(), "operation \(ordinal)")
      fixture.disk.removeFaults()
      let ledger = try fixture.open()
      try written.check(try fixture.reader())
      try await ledger.close()
    }
  }

  @Test(arguments: [false, true]) func treeFilesAreDerivedAgain(isClean: Bool) async throws {
    var original = EngineFixture()
    original.segmentByteCountTarget = 6_000
    _ = try await original.create()
    let first = try original.open()
    var written = WrittenLedger()
    for _ in 0..<60 { try await written.send(5, to: first) }
    try await written.checkpoint(first)
    if isClean {
      try await first.close()
    } else {
      original.disk = original.disk.crashed(seed: 1, survival: .everything)
    }
    let level = try #require(original.disk.contents("/l/tree/0"))
    #expect(level.count == 301 * 32)
    let damages: [(name: String, apply: (SimulatedFileSystem) throws -> Void)] = [
      ("missing", { try $0.remove("/l/tree/0") }),
      ("level 1 missing", { try $0.remove("/l/tree/1") }),
      ("short", { $0.setContents("/l/tree/0", Array(level.dropLast(31))) }),
      ("empty", { $0.setContents("/l/tree/0", []) }),
      ("too long", { $0.setContents("/l/tree/0", level + [UInt8](repeating: 7, count: 99)) }),
      ("a level too many", { $0.setContents("/l/tree/2", [1, 2, 3]) }),
      ("first leaf flipped", { $0.flipBit("/l/tree/0", byte: 3, bit: 1) }),
      ("last leaf flipped", { $0.flipBit("/l/tree/0", byte: 300 * 32, bit: 1) }),
      ("interior flipped", { $0.flipBit("/l/tree/1", byte: 31, bit: 7) }),
      (
        "zeros at full length",
        { $0.setContents("/l/tree/0", .init(repeating: 0, count: 301 * 32)) }
      ),
    ]
    for damage in damages {
      var fixture = original
      fixture.disk = original.disk.snapshot()
      try damage.apply(fixture.disk)
      do {
        try Self.checkProofs(fixture, damage.name)
        let ledger = try fixture.open()
        var later = written
        try await later.send(2, to: ledger)
        try await later.checkpoint(ledger)
        try await ledger.close()
        #expect(try fixture.reader().size == 303)
        try Self.checkProofs(fixture, damage.name)
      } catch {
        Issue.record(error, "\(damage.name)")
      }
    }
  }

  /// A reader proves what it can without the tree files, and never hands out a wrong proof.
  private static func checkProofs(_ fixture: EngineFixture, _ place: String) throws {
    let before = fixture.disk.operationCount()
    let reader = try fixture.reader()
    for index in [0, 1, 2, 255, 256, reader.size - 1] {
      let record = try reader.record(at: index)
      let file = try InclusionProofFile(parsing: reader.inclusionProof(at: index))
      try file.check(leafHash: record.leafHash)
    }
    let checkpoint = try #require(reader.checkpoint)
    try ConsistencyProofFile(parsing: reader.consistencyProof(since: checkpoint)).check()
    #expect(fixture.disk.operationCount() == before, "a reader wrote: \(place)")
  }
}
