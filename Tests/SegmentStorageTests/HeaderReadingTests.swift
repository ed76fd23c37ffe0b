import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Testing

@testable import SegmentStorage

@Suite("headers here and there")
struct HeaderReadingTests {
  /// Against a dictionary that never forgets: what the cache has is right, and it keeps its bound.
  @Test func aCacheForgetsButNeverMistakes() {
    var random = TestGenerator(seed: 11)
    for byteCountMax in [0, 1, 10, 1_000] {
      var cache = BoundedCache<Int, Int>(byteCountMax: byteCountMax)
      var model: [Int: (value: Int, byteCount: Int)] = [:]
      var hitCount = 0
      for step in 0..<5_000 {
        let key = Int.random(in: 0..<60, using: &random)
        if let found = cache[key] {
          #expect(found == model[key]?.value)
          hitCount += 1
        }
        if step % 3 == 0 {
          let byteCount = Int.random(in: 1...40, using: &random)
          cache.insert(step, byteCount: byteCount, for: key)
          model[key] = (step, byteCount)
          #expect((cache[key] == step) == (byteCount <= byteCountMax))
        }
        if step % 500 == 499 {
          cache.removeAll { $0 % 2 == 1 }
          for key in stride(from: 1, to: 60, by: 2) { #expect(cache[key] == nil) }
        }
        let kept = model.keys.filter { cache[$0] != nil }
        #expect(kept.count == cache.count)
        #expect(kept.reduce(0) { $0 + (model[$1]?.byteCount ?? 0) } == cache.byteCount)
        #expect(cache.byteCount <= byteCountMax)
      }
      #expect(byteCountMax < 1_000 || hitCount > 500)
    }
  }

  private func ledger() throws -> (SimulatedFileSystem, TestWriter) {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(1_300, maximumBodyByteCount: 30)
    try writer.seal()
    for _ in 0..<20 { try writer.commit(2) }
    try writer.seal()
    for _ in 0..<10 { try writer.commit(3) }
    return (disk, writer)
  }

  /// In any order, each header and each content is that of the model.
  @Test func readsInAnyOrder() throws {
    let (_, writer) = try ledger()
    let reader = try writer.location.openForReading()
    let records = writer.model.records
    var random = TestGenerator(seed: 12)
    let shuffled = records.indices.map { UInt64($0) }.shuffled(using: &random)
    for index in shuffled {
      let header = try reader.header(at: index)
      #expect(header.bytes == records[Int(index)].header)
      #expect(header.leafHash == records[Int(index)].leafHash)
      #expect(
        header.previousLeafHash == (index == 0 ? .zero : records[Int(index) - 1].leafHash))
    }
    let repeating = Array(shuffled.prefix(100)) + shuffled.prefix(5)
    for list in [shuffled, shuffled.sorted(), repeating, []] {
      var given: [UInt64] = []
      try reader.forEachContent(of: list) { index, time, content in
        given.append(index)
        let bytes = records[Int(index)].header
        let expected = try RecordHeader.decode(bytes.rawSpan)
        #expect(time == expected.recordedTime && content == expected.content)
      }
      #expect(given == list)
    }
    let beyond = failure {
      try reader.forEachContent(of: [0, writer.model.count]) { _, _, _ in }
    }
    #expect(beyond?.code == .noSuchRecord)
    try writer.close()
  }

  /// A block that the disk has changed is damage to whoever meets it first, in whatever way.
  @Test func damageIsFoundByEveryWay() throws {
    let (disk, writer) = try ledger()
    try writer.close()
    let path = try #require(disk.filePaths(below: "/ledger/log").first)
    for (byte, record) in [(500, UInt64(3)), (100_000, 500)] {
      disk.flipBit(path, byte: byte, bit: 2)
      let reader = try writer.location.openForReading()
      let single = failure { _ = try reader.header(at: record) }
      #expect(single?.code == .damaged && single?.path == path)
      #expect(single?.records?.contains(record) == true)
      let several = failure {
        try reader.forEachContent(of: [record, record + 1]) { _, _, _ in }
      }
      #expect(several?.code == .damaged && several?.records == single?.records)
      disk.flipBit(path, byte: byte, bit: 2)
      #expect(try reader.header(at: record).bytes == writer.model.records[Int(record)].header)
    }
  }

  /// After a recovery that cut a group which a reader had seen, other groups lie at the same
  /// places: whoever looks again gets those.
  @Test func aReplacedFileIsNotTakenForTheOld() throws {
    let disk = TestWriter.disk()
    let writer = TestWriter(disk)
    try writer.open()
    try writer.commit(3)
    try writer.seal()
    try writer.commit(4)
    let before = disk.snapshot()
    try writer.commit(5)
    let early = try writer.location.openForReading()
    for record in 0..<early.endRecord { _ = try early.header(at: record) }
    // The last group never was: another one stands where it stood.
    try writer.close()
    for path in ["/ledger/active", "/ledger/LOCK"] {
      // Another file under the name, as after a recovery.
      try disk.remove(path)
      disk.setContents(path, try #require(before.contents(path)))
    }
    let other = TestWriter(
      writer.location, model: writer.model.forked(to: 7, seed: 99), acknowledged: 7)
    try other.open()
    try other.commit(5)
    try other.close()
    let late = try early.refreshed()
    #expect(late.endRecord == 12)
    for record in 0..<late.endRecord {
      #expect(
        try late.header(at: record).bytes == other.model.records[Int(record)].header,
        "record \(record)")
    }
  }
}

extension ModelLedger {
  /// The same up to `count` records, and others from there on.
  fileprivate func forked(to count: Int, seed: UInt64) -> ModelLedger {
    var fork = ModelLedger(seed: seed)
    fork.records = Array(records.prefix(count))
    return fork
  }
}
