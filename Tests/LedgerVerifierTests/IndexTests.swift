import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import LedgerVerifier
import MerkleLog
import Testing

/// Index records and their notes, held against an index made in the naive way.
struct IndexTests {
  static let orders = EntityKey(type: .dataset, namespace: "db://warehouse", name: "orders")

  /// 12 records, an index record over them, and 3 more.
  static func builder(
    lie: (inout NaiveIndex) -> Void = { _ in }, change: (inout RecordContent) -> Void = { _ in }
  ) throws -> EvidenceBuilder {
    var builder = try EvidenceBuilder.withEvents(11)
    try builder.appendIndex(lie: lie, change: change)
    builder.appendEvents(3)
    return builder
  }

  static let layout = EvidenceBuilder.Layout(segments: [0..<5], active: 5..<16)

  @Test func soundIndexInEveryLayout() throws {
    var builder = try EvidenceBuilder.withEvents(11)
    try builder.appendIndex()
    builder.appendEvents(6)
    try builder.appendIndex()
    for (name, layout) in LayoutTests.layouts {
      for workerCount in [1, 3] {
        let report = verify(try builder.build(layout), builder) { $0.workerCount = workerCount }
        #expect(report.status == .valid, "\(name): \(report.lines)")
        #expect(report.remarks.map(\.code) == [.vaultNotCompared], "\(report.remarks)")
        #expect(report.summary.indexRecordCount == 2)
        #expect(report.summary.indexedSize == 19)
        #expect(report.lines.contains("index: re-derived to record 19, 2 index records"))
      }
    }
  }

  /// An operator who signed an index that is wrong, the records being right.
  @Test func wrongRunsAreNamed() throws {
    let orders = Self.orders.bytes
    let other = EntityKey(type: .dataset, namespace: "db://warehouse", name: "other").bytes
    let run = EntityKey(type: .run, namespace: "", name: "run-4").bytes
    let lies: [(String, (inout NaiveIndex) -> Void)] = [
      ("record 7 is left out for dataset:", { $0.entries[orders]?.removeAll { $0 == 7 } }),
      ("record 1 is left out for dataset:", { $0.entries[orders] = nil }),
      ("record 4 is left out for run::run-4", { $0.entries[run] = nil }),
      ("record 9 is listed for run::run-4", { $0.entries[run] = [4, 9] }),
      ("record 0 is listed for dataset:", { $0.entries[orders]?.insert(0, at: 0) }),
      ("an entry for an entity that no record names", { $0.entries[other] = [3] }),
    ]
    for (words, lie) in lies {
      let builder = try Self.builder(lie: lie)
      let report = verify(try builder.build(Self.layout), builder)
      #expect(report.status == .notValid)
      #expect(Set(report.codes) == [.indexRecordWrong, .indexRunDiffers], "\(report.lines)")
      let wrong = try #require(report.findings.first { $0.code == .indexRecordWrong })
      #expect(wrong.records == 12...12)
      #expect(wrong.message.contains("run 0-0-12"))
      #expect(wrong.message.contains(words), "\(wrong.message)")
      #expect(report.summary.indexedSize == nil)
      // Without the file, the record alone convicts.
      var evidence = try builder.build(Self.layout)
      evidence.files["index/0-0-12.run"] = nil
      #expect(verify(evidence, builder).codes == [.indexRecordWrong])
    }
  }

  @Test func wrongCountAndRootAreFound() throws {
    let sound = try Self.builder()
    let right = try sound.run(
      sound.naiveIndex(0..<12), EvidenceBuilder.extent(0, 0, 12)
    ).commitment
    for change in [
      IndexRunCommitment(
        level: 0, firstRecord: 0, recordCount: 12, entryCount: right.entryCount + 1,
        root: right.root),
      IndexRunCommitment(
        level: 0, firstRecord: 0, recordCount: 12, entryCount: right.entryCount,
        root: SHA256Hasher.hash([1])),
    ] {
      let builder = try Self.builder { $0.runs = [change] }
      #expect(verify(try builder.build(Self.layout), builder).codes == [.indexRecordWrong])
    }
  }

  static func builder(change: (inout RecordContent) -> Void) throws -> EvidenceBuilder {
    try builder(lie: { _ in }, change: change)
  }

  @Test func tilingsWithGapsAndOverlaps() throws {
    let root = SHA256Hasher.hash([2])
    func run(_ level: UInt64, _ first: UInt64, _ count: UInt64) -> IndexRunCommitment {
      IndexRunCommitment(
        level: level, firstRecord: first, recordCount: count, entryCount: 1, root: root)
    }
    let tilings: [[IndexRunCommitment]] = [
      [], [run(0, 0, 11)], [run(0, 0, 13)], [run(0, 0, 6), run(0, 6, 6)],
      [run(0, 0, 12), run(0, 0, 12)], [run(0, 0, 6), run(0, 65_536, 6)], [run(0, 1, 11)],
      [run(12, 0, 12)], [run(0, 65_536, 12)], [run(0, 0, 65_536)],
    ]
    for runs in tilings {
      let builder = try Self.builder { $0.runs = runs }
      let report = verify(try builder.build(Self.layout), builder)
      #expect(report.status == .notValid, "\(runs)")
      #expect(
        report.codes.contains(.indexRecordInvalid) || report.codes.contains(.headerInvalid),
        "\(runs): \(report.lines)")
    }
    let named = try Self.builder {
      $0.entities = [Entity(role: .input, type: .dataset, namespace: "n", name: "x")]
    }
    #expect(verify(try named.build(Self.layout), named).codes == [.indexRecordInvalid])
  }

  /// An index record that says only what an earlier one said hides nothing.
  @Test func staleIndexRecord() throws {
    var builder = try Self.builder()
    let extent = EvidenceBuilder.extent(0, 0, 12)
    let stale = try builder.run(builder.naiveIndex(0..<12), extent).commitment
    try builder.appendIndex(runs: [stale])
    let layout = EvidenceBuilder.Layout(active: 0..<17)
    let report = verify(try builder.build(layout), builder)
    #expect(report.codes == [.indexRecordInvalid])
    #expect(report.firstRecords == 16...16)
  }

  @Test func notes() throws {
    let builder = try Self.builder()
    let other = try EvidenceBuilder.withEvents(15, seed: 2)
    let sound = try builder.build(Self.layout)
    let path = "index/12.note"
    func codes(_ bytes: [UInt8]?) -> [Finding.Code] {
      var evidence = sound
      evidence.files[path] = bytes
      return verify(evidence, builder).codes
    }
    #expect(codes(try builder.note(size: 13)) == [])
    #expect(codes(try builder.note(size: 12)) == [.indexNoteWrong])
    #expect(codes(try builder.note(size: 14)) == [.indexNoteWrong])
    #expect(codes(try builder.note(size: 13, root: SHA256Hasher.hash([3]))) == [.fork])
    #expect(
      Set(codes(try builder.note(size: 13, key: other.key)))
        == [.signatureForeign, .signatureInvalid])
    #expect(codes([]) == [.indexNoteWrong])
    #expect(codes(Array("note".utf8)) == [.indexNoteWrong])
    let note = try #require(sound.files[path])
    for offset in note.indices {
      var flipped = note
      flipped[offset] ^= 1 << UInt8(offset % 8)
      #expect(!codes(flipped).isEmpty, "offset \(offset)")
      #expect(!codes(Array(note[..<offset])).isEmpty, "cut at \(offset)")
    }
    var evidence = sound
    evidence.files[path] = nil
    let missing = verify(evidence, builder)
    #expect(missing.status == .valid)
    #expect(missing.remarkCodes.contains(.indexNoteMissing))
    evidence = sound
    evidence.files["index/11.note"] = try builder.note(size: 12)
    #expect(verify(evidence, builder).codes == [.indexNoteWrong])
    evidence.files["index/11.note"] = nil
    evidence.files["index/40.note"] = try builder.note(size: 13)
    #expect(verify(evidence, builder).codes == [.indexNoteWrong])
    let longer = try EvidenceBuilder.withEvents(40)
    evidence.files["index/40.note"] = try longer.note(size: 41)
    #expect(verify(evidence, builder).codes == [.rolledBack])
  }
}
