import LedgerCryptography
import LedgerTestSupport
import MerkleLog
import Testing

@testable import LedgerFormat

/// The bytes that Python built from the format document, and the values behind them.
@Suite struct IndexGoldenTests {
  static let first: UInt64 = 131_072
  static let extent = IndexTesting.extent(0, first, 3_000)
  static let orders = EntityKey(type: .dataset, namespace: "s3://lake", name: "clean/orders")
  static let daily = EntityKey(type: .job, namespace: "airflow", name: "daily")
  static let run = EntityKey(
    type: .run, namespace: "", name: "0176a8c2-fe01-7439-87e6-56a1a1b4029f")
  static let raw = EntityKey(type: .dataset, namespace: "s3://lake", name: "raw/orders")

  static var short: NaiveIndex {
    var index = NaiveIndex()
    index.entries = [
      orders.bytes: [first, first + 1, first + 300], daily.bytes: [first + 2_999],
      run.bytes: [first + 1],
    ]
    return index
  }

  static var long: NaiveIndex {
    var index = NaiveIndex()
    index.entries = [orders.bytes: (0..<257).map { first + 5 * UInt64($0) }]
    return index
  }

  @Test func entityKey() throws {
    #expect(try Golden.bytes("entity-key") == Self.orders.bytes)
  }

  @Test func runFiles() throws {
    for (name, index) in [("run-file", Self.short), ("run-file-long", Self.long)] {
      let golden = try Golden.bytes(name)
      let (file, commitment) = IndexTesting.file(index, Self.extent)
      #expect(file == golden, "\(name)")
      let reader = try IndexTesting.reader(golden)
      #expect(reader.commitment == commitment && reader.commitment.root == index.root)
      for entry in index.sorted {
        #expect(try reader.records(keyHash: entry.keyHash) == entry.records)
      }
      #expect(try RunReaderTests.readAll(golden) == commitment)
    }
  }

  @Test func builderGivesTheGoldenBytes() throws {
    var builder = RunBuilder(firstRecord: Self.first)
    let index = Self.short
    for record in Self.extent.firstRecord..<Self.extent.endRecord {
      builder.append(
        keys: [Self.orders, Self.daily, Self.run].filter {
          index.entries[$0.bytes]?.contains(record) ?? false
        })
    }
    #expect(try builder.run(ledgerID: Golden.ledgerID).file == Golden.bytes("run-file"))
  }

  @Test func directory() throws {
    let golden = try Golden.bytes("run-directory")
    let directory = try RunDirectory<SHA256Digest>.decode(golden.rawSpan, level: 1, end: 10_000)
    #expect(directory.children.map(\.key) == [Golden.digest(0x11), Golden.digest(0x99)])
    #expect(directory.children.map(\.hash) == [Golden.digest(0x12), Golden.digest(0x9A)])
    #expect(
      directory.children.map(\.location) == [
        RunBlockLocation(offset: 64, byteCount: 2_400),
        RunBlockLocation(offset: 2_464, byteCount: 100),
      ])
    var buffer: ByteBuffer = []
    RunDirectory.append(directory.children, level: 1, to: &buffer)
    #expect(buffer == golden)
  }

  @Test func nameDictionary() throws {
    let golden = try Golden.bytes("name-dictionary")
    let names = [
      Self.orders,
      EntityKey(type: .dataset, namespace: "s3://lake", name: "clean/orders-old"), Self.daily,
      Self.run,
    ].map { IndexedName($0) }
    #expect(NameDictionaryTests.file(names, Self.extent) == golden)
    let reader = try NameDictionaryTests.reader(golden)
    let found = try reader.names(
      matching: NameQuery(type: .dataset, namespacePrefix: ""), limit: 9)
    #expect(found == Array(names.prefix(2)))
  }

  @Test func answers() throws {
    let cases: [(String, NaiveIndex, EntityKey, UInt64)] = [
      ("answer-listed", Self.short, Self.orders, 0),
      ("answer-part", Self.long, Self.orders, Self.first + 1_280),
      ("answer-absent", Self.short, Self.raw, 0),
    ]
    for (name, index, key, since) in cases {
      let golden = try Golden.bytes(name)
      let (file, commitment) = IndexTesting.file(index, Self.extent)
      let answer = try IndexTesting.reader(file).answer(keyHash: key.digest, since: since)
      var bytes: [UInt8] = []
      answer.append(extent: Self.extent, to: &bytes)
      #expect(bytes == golden, "\(name)")
      let decoded = try RunAnswer.decode(
        golden.rawSpan, extent: Self.extent, entryCount: commitment.entryCount)
      #expect(decoded == answer)
      try decoded.check(keyHash: key.digest, run: commitment)
    }
  }

  @Test func everyFieldOfAnAnswerIsChecked() throws {
    let entryCount: UInt64 = 3
    let golden = try Golden.bytes("answer-listed")
    func refusal(_ bytes: [UInt8]) -> FormatError? {
      LedgerFormatTests.refusal { () throws(FormatError) in
        _ = try RunAnswer.decode(bytes.rawSpan, extent: Self.extent, entryCount: entryCount)
      }
    }
    func with(_ field: String, _ replacement: [UInt8]) throws -> [UInt8] {
      try Golden.fields("answer-listed").flatMap { $0.name == field ? replacement : $0.bytes }
    }
    #expect(refusal(golden) == nil)
    #expect(refusal(golden + [0]) == .trailingBytes(count: 1, offset: golden.count))
    for count in 0..<golden.count { #expect(isTruncated(refusal(Array(golden.prefix(count))))) }
    #expect(
      try refusal(with("kind: listed", [3])) == .badValue(field: "answer", found: 3, offset: 0))
    #expect(
      try refusal(with("position", [3]))
        == .overLimit(field: "entry position", found: 3, limit: 2, offset: 1))
    #expect(
      try refusal(with("record count", [0]))
        == .badValue(field: "record count", found: 0, offset: 2))
    #expect(
      try refusal(with("record count", [0xB9, 0x17]))
        == .overLimit(field: "record count", found: 3_001, limit: 3_000, offset: 2))
    #expect(
      try refusal(with("first chunk", [1]))
        == .overLimit(field: "first chunk", found: 1, limit: 0, offset: 3))
    #expect(
      try refusal(with("end chunk", [0])) == .badValue(field: "end chunk", found: 0, offset: 4))
    #expect(
      try refusal(with("end chunk", [2]))
        == .overLimit(field: "end chunk", found: 2, limit: 1, offset: 4))
    #expect(try refusal(with("first chunk", [0x80, 0])) == .notShortestForm(offset: 3))
    #expect(
      try refusal(with("records", [0, 0, 0xB8, 0x17]))
        == .overLimit(
          field: "record", found: Self.first + 2 + 3_000, limit: Self.first + 2_999, offset: 7))
  }

  @Test func proofFiles() throws {
    let completeness = try Golden.bytes("completeness-proof")
    let complete = try CompletenessProofFile(parsing: completeness)
    #expect(complete.encoded == completeness)
    #expect(complete.key == Self.orders && complete.since == 0)
    #expect(complete.evidence.indexRecord == 3)
    // The signature is made up; all else holds.
    #expect(try complete.checkedRecords() == [0, 1])
    let evidence = complete.evidence
    try IndexEvidence.checkContent(of: evidence.header)
    try InclusionProof(index: 3, treeSize: 4, hashes: evidence.inclusionHashes)
      .check(leafHash: MerkleHash.leaf(evidence.headerBytes), root: evidence.checkpoint.root)

    let omission = try Golden.bytes("omission-proof")
    let omitted = try OmissionProofFile(parsing: omission)
    #expect(omitted.encoded == omission)
    #expect(omitted.index == 1 && omitted.key == Self.orders)
    try omitted.answer.check(keyHash: Self.orders.digest, run: omitted.evidence.runs[0])
    guard case .listed(let entry) = omitted.answer else { throw RunReaderTests.NotListed() }
    #expect(entry.records == [0] && entry.covers(1..<2))
    try InclusionProof(index: 1, treeSize: 4, hashes: omitted.recordHashes)
      .check(
        leafHash: MerkleHash.leaf(omitted.recordBytes),
        root: omitted.evidence.checkpoint.root)
  }
}
