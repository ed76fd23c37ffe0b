import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import MerkleLog
import SegmentStorage
import Testing

/// What a reader answers where there is little, nothing, or something else.
@Suite struct ReaderTests {
  @Test func noLedger() async throws {
    let fixture = EngineFixture()
    #expect(throws: LedgerError(.noLedger, "")) { try fixture.reader() }
    #expect(throws: LedgerError(.noLedger, "")) { try fixture.open() }
    fixture.disk.addEntry("/l", .directory)
    #expect(throws: LedgerError(.noLedger, "")) { try fixture.reader() }
    #expect(throws: LedgerError(.noLedger, "")) { try fixture.open() }
    fixture.disk.setContents("/l/something.txt", [1])
    #expect(throws: LedgerError(.noLedger, "")) { try fixture.reader() }
    #expect(throws: LedgerError(.noLedger, "")) { try fixture.open() }
    #expect(fixture.disk.filePaths() == ["/l/something.txt"])
  }

  @Test func withoutACheckpoint() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    try fixture.disk.remove("/l/checkpoint")
    let reader = try fixture.reader()
    #expect(reader.checkpoint == nil)
    #expect(reader.size == 1)
    #expect(try reader.inspection().checkpointSize == nil)
    #expect(throws: LedgerError(.noCheckpoint, "")) { try reader.inclusionProof(at: 0) }
    #expect(throws: LedgerError(.noCheckpoint, "")) { try reader.consistencyProof(since: []) }
    #expect(throws: LedgerError(.noCheckpoint, "")) { try reader.exportTiles(to: "/t") }
    #expect(fixture.disk.filePaths(below: "/t").isEmpty)
  }

  @Test func beyondTheEnd() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    try await EngineFixture.append(0..<3, to: ledger)
    try await ledger.close()
    let reader = try fixture.reader()
    for index: UInt64 in [4, 5, .max] {
      #expect(throws: LedgerError(.notFound, "")) { try reader.record(at: index) }
      #expect(throws: LedgerError(.notFound, "")) { try reader.parts(at: index) }
      #expect(throws: LedgerError(.notFound, "")) { try reader.body(record: index, body: 0) }
      #expect(throws: LedgerError(.notFound, "")) { try reader.inclusionProof(at: index) }
    }
    // There, but above the checkpoint: the message says how to get one.
    let error = #expect(throws: LedgerError(.notFound, "")) { try reader.inclusionProof(at: 3) }
    #expect(error?.message.contains("ledgerstone checkpoint") == true)
    #expect(throws: LedgerError(.notFound, "")) { try reader.body(record: 0, body: 0) }
  }

  @Test func aNewerFormat() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let file = try #require(fixture.disk.contents("/l/ledger.json"))
    let text = String(decoding: file, as: UTF8.self)
    fixture.disk.setContents(
      "/l/ledger.json", Array(text.replacing("\"format\":1", with: "\"format\":2").utf8))
    for _ in 0..<2 {
      let error = #expect(throws: LedgerError(.newerFormat, "")) { try fixture.reader() }
      #expect(error?.message.contains("version 2 is newer") == true)
      #expect(throws: LedgerError(.newerFormat, "")) { try fixture.open() }
    }
    fixture.disk.setContents("/l/ledger.json", Array(text.dropLast().utf8))
    #expect(throws: LedgerError(.corrupt, "")) { try fixture.reader() }
    #expect(throws: LedgerError(.corrupt, "")) { try fixture.open() }
  }

  @Test func savedCheckpointsThatAreNot() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let reader = try fixture.reader()
    let note = try #require(reader.checkpoint)
    let other = EngineFixture()
    _ = try await other.create()
    let foreign = try #require(other.disk.contents("/l/checkpoint"))
    for bytes in [[], [1, 2, 3], Array(note.dropLast(3)), foreign] {
      #expect(throws: LedgerError(.invalid, "")) { try reader.consistencyProof(since: bytes) }
    }
    try ConsistencyProofFile(parsing: reader.consistencyProof(since: note)).check()
  }

  /// A dishonest writer can say of a record that it is part of something that is not there.
  @Test(arguments: [(5, 9), (1, 2), (0, 3)]) func partsThatAreNotThere(
    number: UInt32, count: UInt32
  ) async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let first = try fixture.reader().record(at: 0)
    let storage = StorageLocation(
      fileSystem: fixture.disk, directory: "/l", ledgerID: try fixture.reader().identity.ledgerID)
    guard case .acquired(let lock) = try fixture.disk.lockExclusively("/l/LOCK") else {
      Issue.record("the lock is free")
      return
    }
    let log = try storage.openForWriting(
      openingID: OpeningID(Array(1...16)), lock: lock, holder: [], checkpointSize: 1
    ).log
    var content = EngineFixture.content(0)
    content.part = Part(number: number, count: count)
    var tail: ByteBuffer = []
    let pairCount = content.encodeTail(into: &tail)
    var header: ByteBuffer = []
    RecordHeader.encode(
      previousLeafHash: first.leafHash, index: 1, recordedTime: first.header.recordedTime,
      tail: tail.rawSpan, tailPairCount: pairCount, into: &header)
    var group = RawGroup()
    group.begin(firstRecord: 1)
    group.append(header: header.rawSpan, leafHashBefore: first.leafHash)
    try log.commit(group)
    log.abandon()
    try lock.release()
    let reader = try fixture.reader()
    #expect(try reader.record(at: 1).header.content.part?.number == number)
    if number == 1 {
      // Part 0 would be record 0, which is there; that it is no part is for `verify` to say.
      #expect(try reader.parts(at: 1).count == 2)
    } else {
      #expect(throws: LedgerError(.corrupt, "")) { try reader.parts(at: 1) }
    }
  }

  // MARK: Tiles

  /// The folder against tiles made here from the records alone.
  @Test(arguments: [1, 2, 255, 256, 257, 600]) func exportedTiles(size: Int) async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    if size > 1 { try await EngineFixture.append(0..<size - 1, to: ledger) }
    let note = try await ledger.checkpoint()
    // What lies above the checkpoint is not exported.
    try await EngineFixture.append(size..<size + 3, to: ledger)
    try await ledger.close()
    let reader = try fixture.reader()
    // The tree files are not what is published.
    fixture.disk.flipBit("/l/tree/0", byte: 5, bit: 0)
    try reader.exportTiles(to: "/deep/tiles")
    var expected: [String: [UInt8]] = ["/deep/tiles/checkpoint": note]
    let leaves = try (0..<UInt64(size)).map { try reader.record(at: $0).bytes }
    let tree = NaiveTree(entries: leaves)
    for start in stride(from: 0, to: size, by: 256) {
      let end = min(size, start + 256)
      let partial = end - start < 256 ? ".p/\(end - start)" : ""
      let name = "00\(start / 256)\(partial)"
      expected["/deep/tiles/tile/0/\(name)"] = (start..<end).flatMap {
        Self.bytes(tree.leafHash($0))
      }
      expected["/deep/tiles/tile/entries/\(name)"] = leaves[start..<end].flatMap {
        [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0
      }
    }
    if size >= 256 {
      let count = size / 256
      expected["/deep/tiles/tile/1/000.p/\(count)"] = (0..<count).flatMap {
        Self.bytes(tree.hash($0 * 256, $0 * 256 + 256))
      }
    }
    let found = fixture.disk.filePaths(below: "/deep")
    #expect(Set(found) == Set(expected.keys))
    for path in found { #expect(fixture.disk.contents(path) == expected[path], "\(path)") }
    let error = #expect(throws: LedgerError(.alreadyExists, "")) {
      try reader.exportTiles(to: "/deep/tiles")
    }
    #expect(error?.message.contains("not empty") == true)
  }

  private static func bytes(_ digest: SHA256Digest) -> [UInt8] {
    var bytes: [UInt8] = []
    digest.append(to: &bytes)
    return bytes
  }

  @Test func inspection() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    for start in stride(from: 0, to: 40, by: 10) {
      try await EngineFixture.append(start..<start + 10, to: ledger)
    }
    _ = try await ledger.checkpoint()
    try await ledger.close()
    let found = try fixture.reader().inspection()
    #expect(found.recordCount == 41 && found.checkpointSize == 41 && found.damage == nil)
    #expect(
      Set(found.files.map { "/l/" + $0.path }) == Set(fixture.disk.filePaths(below: "/l")))
    #expect(
      found.sizeBytes
        == fixture.disk.filePaths(below: "/l").reduce(0) {
          $0 + (fixture.disk.contents($1)?.count ?? 0)
        })
    #expect(found.files.allSatisfy { $0.role != "foreign" })
    let headers = found.files.filter { $0.role == "header segment" }
    #expect(headers.first?.records?.lowerBound == 0)
    for (left, right) in zip(headers, headers.dropFirst()) {
      #expect(left.records?.upperBound == right.records?.lowerBound)
    }
  }
}
