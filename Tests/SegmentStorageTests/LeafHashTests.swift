import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import SegmentStorage
import Testing

/// Leaf hashes, which are computed by many threads, against those of the model, one by one.
@Suite("leaf hashes read back")
struct LeafHashTests {
  private func ledger() throws -> (SimulatedFileSystem, TestWriter) {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(1_300, maximumBodyByteCount: 30)
    try writer.seal()
    for _ in 0..<50 { try writer.commit(3) }
    try writer.commit(9_000, maximumBodyByteCount: 3)
    return (disk, writer)
  }

  @Test func areThoseOfTheModel() throws {
    let (_, writer) = try ledger()
    let end = writer.model.count
    for reader in [try #require(writer.reader), try writer.location.openForReading()] {
      for range in [
        0..<0, 0..<1, 1_299..<1_301, 500..<700, 1_000..<2_000, end - 1..<end, 0..<end, end..<end,
      ] {
        var found: [SHA256Digest] = []
        var next = range.lowerBound
        try reader.forEachLeafHashRun(
          in: range, fold: { (first: $0, leafHashes: $1) },
          body: { run in
            #expect(run.first == next)
            next += UInt64(run.leafHashes.count)
            found += run.leafHashes
          })
        let expected = writer.model.records[Int(range.lowerBound)..<Int(range.upperBound)]
        #expect(found == expected.map(\.leafHash), "\(range)")
      }
      #expect(
        failure {
          try reader.forEachLeafHashRun(in: 0..<end + 1, fold: { _, _ in }, body: {})
        }?.code == .noSuchRecord)
    }
    try writer.close()
  }

  /// Which ones are asked for is up to the caller.
  @Test func recordsAreFoundByTheirHeaders() throws {
    let (disk, writer) = try ledger()
    let end = writer.model.count
    let headers = writer.model.records.map(\.header)
    let reader = try writer.location.openForReading()
    for range in [0..<0, 0..<end, 1_290..<1_460, end - 3..<end] {
      let found = try reader.records(in: range) { $0.byte(at: $0.byteCount - 1) % 16 == 3 }
      let expected = range.filter { headers[Int($0)].last.map { $0 % 16 == 3 } == true }
      #expect(found == expected, "\(range)")
      #expect(range.count < 100 || !found.isEmpty)
    }
    #expect(
      failure { _ = try reader.records(in: 0..<end + 1) { _ in true } }?.code == .noSuchRecord)
    let path = writer.location.activePath
    var damaged = try #require(disk.contents(path))
    damaged[damaged.count / 2] ^= 0x10
    disk.setContents(path, damaged)
    #expect(failure { _ = try reader.records(in: 0..<end) { _ in true } }?.isCorruption == true)
    try writer.close()
  }

  @Test func damageIsNamedAndNothingBehindItGiven() throws {
    let (disk, writer) = try ledger()
    let expected = writer.model.records.map(\.leafHash)
    let path = writer.location.activePath
    let reader = try writer.location.openForReading()
    let original = try #require(disk.contents(path))
    for place in [original.count / 3, original.count / 2, original.count - 40_000] {
      var damaged = original
      damaged[place] ^= 0x10
      disk.setContents(path, damaged)
      var found: [SHA256Digest] = []
      let error = failure {
        try reader.forEachLeafHashRun(
          in: 0..<reader.endRecord, fold: { $1 }, body: { found += $0 })
      }
      // A byte of a body is none of a header, and then all is there.
      #expect(error == nil ? found == expected : error?.code == .damaged)
      #expect(expected.starts(with: found))
      disk.setContents(path, original)
    }
    try writer.close()
  }

  /// A close marker vouches for the frames; that blocks name other records than they have to only
  /// shows when they are hashed.
  @Test(arguments: [-5, 5]) func aBlockOfOtherRecordsIsDamage(_ shift: Int) throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(2_000, maximumBodyByteCount: 3)
    try writer.close()
    let path = writer.location.activePath
    var file = try #require(disk.contents(path))
    let places = file.indices.filter { file[$0...].starts(with: Array("LSTHBLK1".utf8)) }
    #expect(places.count > 2, "the test needs blocks")
    try Self.shift(&file, blockAt: places[1], by: shift)
    disk.setContents(path, file)
    let recovered = try writer.open()
    #expect(recovered.outcome == .clean, "the marker holds")
    let reader = try #require(writer.reader)
    var found: [SHA256Digest] = []
    let error = failure {
      try reader.forEachLeafHashRun(
        in: 0..<reader.endRecord, fold: { $1 }, body: { found += $0 })
    }
    #expect(error?.code == .damaged)
    #expect(writer.model.records.map(\.leafHash).starts(with: found))
    try writer.close()
  }

  /// Changes the records that a header block names, and its digest to match (Format.md, "Blocks").
  private static func shift(_ file: inout [UInt8], blockAt start: Int, by shift: Int) throws {
    func number(_ range: Range<Int>) -> Int {
      file[range].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    for field in [16, 24] {
      let value = number(start + field..<start + field + 8) + shift
      for byte in 0..<8 {
        file[start + field + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
      }
    }
    let stored = start + 88..<start + 88 + number(start + 36..<start + 40)
    let covered = ByteBuffer(file[start..<start + 72] + file[stored])
    let digest = TruncatedDigest.hash(covered.rawSpan)
    var encoded: ByteBuffer = []
    encoded.append(digest)
    file.replaceSubrange(start + 72..<start + 88, with: encoded)
  }
}
