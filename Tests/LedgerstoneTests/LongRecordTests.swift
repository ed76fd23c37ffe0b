import LedgerCryptography
import LedgerFormat
import LedgerTestSupport
import Ledgerstone
import Provenance
import SegmentStorage
import Testing

/// Records that are longer than a header, a block, or a group.
@Suite struct LongRecordTests {
  static func long(_ entityCount: Int, number: Int = 0) -> RecordContent {
    var content = RecordContent(kind: "transformation", source: "test")
    content.attributes["number"] = .integer(Int64(number))
    content.entities = [
      Entity(role: .run, type: .run, namespace: "", name: "run-\(number)")
    ]
    for position in 0..<entityCount {
      content.entities.append(
        Entity(
          role: position % 2 == 0 ? .input : .output, type: .dataset, namespace: "warehouse",
          name: "a table with a name of some length, number \(position)"))
    }
    return content
  }

  static func plain(_ bytes: [UInt8]) -> RecordBatch.Body {
    RecordBatch.Body(contentType: "application/octet-stream", bytes: bytes)
  }

  /// Bytes that LZ4 cannot make shorter.
  static func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 88_172_645_463_325_252
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: state >> shift))
      }
    }
    return Array(bytes.prefix(count))
  }

  @Test(arguments: [60, 1 << 20]) func continuations(target: Int) async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = target
    _ = try await fixture.create()
    var ledger = try fixture.open()
    var batch = ledger.makeBatch()
    try batch.append(EngineFixture.content(1), duplicates: .identifier("before"))
    let body = Self.plain([1, 2, 3])
    try batch.append(Self.long(2_500), bodies: [body], duplicates: .identifier("long"))
    try batch.append(EngineFixture.content(2), duplicates: .identifier("after"))
    let outcomes = try await ledger.append(batch)
    let receipts = try outcomes.map { try DuplicateTests.receipt($0) }
    try await ledger.close()

    let reader = try fixture.reader()
    let parts = try reader.parts(at: 2)
    #expect(parts.count >= 3)
    #expect(receipts.map(\.index) == [1, 2, UInt64(2 + parts.count)])
    #expect(receipts[1].leafHash == parts[0].leafHash)
    #expect(reader.size == UInt64(3 + parts.count))
    var names: Set<String> = []
    for (position, part) in parts.enumerated() {
      #expect(part.header.index == UInt64(2 + position))
      #expect(
        part.header.content.part
          == Part(number: UInt32(position), count: UInt32(parts.count)))
      #expect(part.header.content.bodies.count == (position == 0 ? 1 : 0))
      #expect(part.header.recordedTime == parts[0].header.recordedTime)
      #expect(try reader.parts(at: part.header.index).map(\.bytes) == parts.map(\.bytes))
      names.formUnion(part.header.content.entities.map(\.name))
      #expect(part.header.content.entities.contains { $0.role == .run })
    }
    #expect(names.count == 2_501)
    #expect(try reader.body(record: 2, body: 0) == [1, 2, 3])
    #expect(throws: LedgerError(.notFound, "")) { try reader.body(record: 3, body: 0) }

    ledger = try fixture.open()
    batch = ledger.makeBatch()
    try batch.append(Self.long(2_500), bodies: [body], duplicates: .identifier("long"))
    try batch.append(Self.long(2_499), bodies: [body], duplicates: .identifier("long"))
    try batch.append(EngineFixture.content(2), duplicates: .identifier("after"))
    let again = try await ledger.append(batch)
    DuplicateTests.expectDuplicate(again[0], of: receipts[1])
    #expect(again[1] == .conflict(index: 2, identifier: "long"))
    DuplicateTests.expectDuplicate(again[2], of: receipts[2])
    try await ledger.close()
    #expect(try fixture.reader().size == reader.size)
  }

  @Test func bodySizes() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    let bodies: [[UInt8]] = [0, 1, 65_535, 65_536, 65_537, 0, 200_000].flatMap {
      [Self.noise($0), [UInt8](repeating: 0x61, count: $0)]
    }
    // One record each, then all in one, then pairs with small neighbours.
    var expected: [[[UInt8]]] = bodies.map { [$0] } + [bodies]
    expected += bodies.map { [[1], $0, [2], []] }
    var batch = ledger.makeBatch()
    for record in expected {
      try batch.append(EngineFixture.content(0), bodies: record.map(Self.plain))
    }
    let outcomes = try await ledger.append(batch)
    try await ledger.close()
    let reader = try fixture.reader()
    for (position, outcome) in outcomes.enumerated() {
      let index = try DuplicateTests.receipt(outcome).index
      for (number, bytes) in expected[position].enumerated() {
        let opening = try reader.opening(record: index, body: number)
        try #require(opening.bytes == bytes)
        let description = try reader.record(at: index).header.content.bodies[number]
        #expect(description.byteCount == UInt64(bytes.count))
        #expect(description.commitment == SHA256Hasher.hash(opening.salt + bytes))
        #expect(description.contentType == "application/octet-stream")
      }
      #expect(throws: LedgerError(.notFound, "")) {
        try reader.body(record: index, body: expected[position].count)
      }
      #expect(throws: LedgerError(.notFound, "")) { try reader.body(record: index, body: -1) }
    }
  }

  @Test func theLargestBodyAndBeyond() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    let limit = FormatLimits.bodyByteCountMax
    let largest = [UInt8](repeating: 0x30, count: limit)
    var batch = ledger.makeBatch()
    try batch.append(EngineFixture.content(0), bodies: [Self.plain([7])])
    try batch.append(EngineFixture.content(1), bodies: [Self.plain(largest)])
    let byteCount = batch.byteCount
    let refusals: [(String, RecordContent, [RecordBatch.Body])] = [
      ("too large", EngineFixture.content(2), [Self.plain(largest + [1])]),
      ("after a good one", EngineFixture.content(2), [Self.plain([1]), Self.plain(largest + [1])]),
      (
        "too many bytes together", EngineFixture.content(2),
        Array(repeating: Self.plain(largest), count: 3)
      ),
      ("too many", EngineFixture.content(2), Array(repeating: Self.plain([]), count: 257)),
      ("bad kind", RecordContent(kind: "Bad Kind", source: "test"), [Self.plain([1])]),
      ("no source", RecordContent(kind: "access", source: ""), [Self.plain([1])]),
      (
        "no content type", EngineFixture.content(2),
        [.init(contentType: "", bytes: [])]
      ),
      ("too many parts", Self.long(400_000), [Self.plain([1])]),
      (
        "a name over the limit",
        {
          var content = EngineFixture.content(2)
          content.entities[0].name = String(repeating: "n", count: 4_097)
          return content
        }(), []
      ),
      (
        "a body that is not given",
        {
          var content = EngineFixture.content(2)
          content.bodies = [
            BodyDescription(contentType: "text/plain", byteCount: 1, commitment: .zero)
          ]
          return content
        }(), []
      ),
      (
        "a part",
        {
          var content = EngineFixture.content(2)
          content.part = Part(number: 0, count: 2)
          return content
        }(), []
      ),
    ]
    for (name, content, bodies) in refusals {
      #expect(throws: LedgerError(.invalid, ""), "\(name)") {
        try batch.append(content, bodies: bodies)
      }
      #expect(batch.count == 2 && batch.byteCount == byteCount, "\(name)")
    }
    try batch.append(EngineFixture.content(3), bodies: [Self.plain([9])])
    let outcomes = try await ledger.append(batch)
    #expect(try outcomes.map { try DuplicateTests.receipt($0).index } == [1, 2, 3])
    try await ledger.close()
    let reader = try fixture.reader()
    #expect(try reader.body(record: 1, body: 0) == [7])
    #expect(try reader.body(record: 2, body: 0) == largest)
    #expect(try reader.body(record: 3, body: 0) == [9])
  }

  /// A batch over the limit of a group becomes several; its receipts come in one answer.
  @Test func oneBatchOfSeveralGroups() async throws {
    var fixture = EngineFixture()
    fixture.segmentByteCountTarget = 1 << 30
    _ = try await fixture.create()
    let ledger = try fixture.open()
    let writes = fixture.disk.operationCount(among: [.synchronize])
    let large = [UInt8](repeating: 0x20, count: 3_000_000)
    var batch = ledger.makeBatch()
    for number in 0..<4 {
      try batch.append(
        EngineFixture.content(number), bodies: [Self.plain(large + [UInt8(number)])],
        duplicates: .bodyBytes)
    }
    // Duplicates of records in this group, in an earlier one, and a conflict across groups.
    try batch.append(
      EngineFixture.content(0), bodies: [Self.plain(large + [0])], duplicates: .bodyBytes)
    try batch.append(EngineFixture.content(8), duplicates: .identifier("x"))
    let outcomes = try await ledger.append(batch)
    #expect(fixture.disk.operationCount(among: [.synchronize]) - writes == 2)
    let receipts = try outcomes.map { try DuplicateTests.receipt($0) }
    #expect(receipts.map(\.index) == [1, 2, 3, 4, 1, 5])
    DuplicateTests.expectDuplicate(outcomes[4], of: receipts[0])
    try await ledger.close()
    let reader = try fixture.reader()
    for index in 1...4 {
      #expect(try reader.body(record: UInt64(index), body: 0).last == UInt8(index - 1))
    }
  }

  @Test func anEmptyBatchAndAReusedOne() async throws {
    let fixture = EngineFixture()
    _ = try await fixture.create()
    let ledger = try fixture.open()
    var batch = ledger.makeBatch()
    #expect(try await ledger.append(batch) == [])
    for round in 0..<3 {
      batch.removeAll()
      #expect(batch.isEmpty && batch.byteCount == 0)
      try batch.append(EngineFixture.content(round), bodies: [Self.plain([UInt8(round)])])
      let outcomes = try await ledger.append(batch)
      #expect(try DuplicateTests.receipt(outcomes[0]).index == UInt64(round + 1))
    }
    try await ledger.close()
    let reader = try fixture.reader()
    #expect(reader.size == 4)
    for round in 0..<3 {
      #expect(try reader.body(record: UInt64(round + 1), body: 0) == [UInt8(round)])
    }
  }
}
