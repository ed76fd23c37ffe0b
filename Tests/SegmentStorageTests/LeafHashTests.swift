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
}
