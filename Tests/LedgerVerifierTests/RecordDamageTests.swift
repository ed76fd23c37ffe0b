import LedgerCryptography
import LedgerFormat
import LedgerVerifier
import MerkleLog
import Testing

/// Ledgers whose digests and chain are right and whose records are not.
struct RecordDamageTests {
  static let sealed = EvidenceBuilder.Layout(segments: [0..<8], active: 8..<8)
  static let active = EvidenceBuilder.Layout(active: 0..<8)

  private func content(_ change: (inout RecordContent) -> Void = { _ in }) -> RecordContent {
    var content = RecordContent(kind: "run", source: "local")
    change(&content)
    return content
  }

  @Test(arguments: [sealed, active].indices)
  func headerThatIsNotCanonical(_ layout: Int) throws {
    var builder = try EvidenceBuilder.withEvents(4)
    let previous = try #require(builder.leafHashes.last)
    var header = RecordHeader(
      previousLeafHash: previous, index: 5, recordedTime: Timestamp(microseconds: builder.clock),
      content: content()
    ).encoded()
    // The source "local" with its length in two bytes.
    let place = try #require(header.lastIndex(of: 0x65))
    header.replaceSubrange(place...place, with: [0x78, 5])
    builder.append(raw: header, time: Timestamp(microseconds: builder.clock))
    builder.appendEvents(2)
    let report = verify(try builder.build([Self.sealed, Self.active][layout]), builder)
    #expect(report.codes == [.headerInvalid])
    #expect(report.firstRecords == 5...5)
  }

  @Test func headerWithTrailingBytes() throws {
    var builder = try EvidenceBuilder.withEvents(6)
    let header = RecordHeader(
      previousLeafHash: builder.leafHashes[6], index: 7,
      recordedTime: Timestamp(microseconds: builder.clock), content: content())
    builder.append(raw: header.encoded() + [0], time: header.recordedTime)
    let report = verify(try builder.build(Self.active), builder)
    #expect(report.codes == [.headerInvalid])
    #expect(report.firstRecords == 7...7)
  }

  @Test(arguments: [1, 2, 3, 8])
  func timeThatDecreases(recordsPerBlock: Int) throws {
    var builder = try EvidenceBuilder.withEvents(4)
    builder.clock -= 4_000
    builder.appendEvents(3)
    var layout = Self.sealed
    layout.recordsPerBlock = recordsPerBlock
    let report = verify(try builder.build(layout), builder)
    #expect(report.codes.contains(.timeDecreased))
    #expect(report.firstRecords == 5...5)
  }

  @Test func aReferenceToALaterRecord() throws {
    for index in [UInt64(8), 9, 1 << 40] {
      var builder = try EvidenceBuilder.withEvents(7)
      var content = RecordContent(kind: "run", source: "s")
      content.references = [
        RecordReference(relation: .cites, index: 7),
        RecordReference(relation: .cites, index: index),
      ]
      builder.append(content)
      let report = verify(try builder.build(.init(active: 0..<9)), builder)
      #expect(report.codes == [.headerInvalid])
      #expect(report.firstRecords == 8...8)
    }
    var builder = try EvidenceBuilder.withEvents(7)
    var content = RecordContent(kind: "run", source: "s")
    content.references = [RecordReference(relation: .cites, index: 7)]
    builder.append(content)
    #expect(verify(try builder.build(.init(active: 0..<9)), builder).status == .valid)
  }

  @Test func equalTimesAreInOrder() throws {
    var builder = try EvidenceBuilder.withEvents(3)
    builder.clock -= 1_000
    builder.appendEvents(4)
    #expect(verify(try builder.build(Self.sealed), builder).status == .valid)
  }

  @Test func bodyThatIsNotTheOneCommittedTo() throws {
    for layout in [Self.sealed, Self.active] {
      var builder = try EvidenceBuilder.withEvents(7)
      builder.change(3) { $0.bodies[1].bytes[4] ^= 1 }
      let report = verify(try builder.build(layout), builder)
      #expect(report.codes == [.bodyMismatch])
      #expect(report.firstRecords == 3...3)
      var salted = try EvidenceBuilder.withEvents(7)
      salted.change(6) { $0.bodies[0].salt[15] ^= 0x80 }
      let second = verify(try salted.build(layout), salted)
      #expect(second.codes == [.bodyMismatch])
      #expect(second.firstRecords == 6...6)
      var longer = try EvidenceBuilder.withEvents(7)
      longer.change(6) { $0.bodies[0].bytes.append(32) }
      #expect(verify(try longer.build(layout), longer).codes == [.bodyMismatch])
    }
  }

  @Test func bodiesMissingOrTooMany() throws {
    for layout in [Self.sealed, Self.active] {
      for record in [2, 3, 6] {
        var builder = try EvidenceBuilder.withEvents(7)
        builder.change(record) { $0.bodies.removeLast() }
        let report = verify(try builder.build(layout), builder)
        #expect(report.codes.first == .bodyMissing, "\(record): \(report.lines)")
        #expect(report.firstRecords == UInt64(record)...UInt64(record))
        var second = try EvidenceBuilder.withEvents(7)
        second.change(record) {
          $0.bodies.append(.init(salt: [UInt8](repeating: 0, count: 16), bytes: [1]))
        }
        let extra = verify(try second.build(layout), second)
        #expect(extra.codes.first == .bodyUnexpected, "\(record): \(extra.lines)")
        #expect(extra.firstRecords == UInt64(record)...UInt64(record))
      }
    }
  }

  @Test func allBodiesOfTheSegmentMissing() throws {
    let builder = try EvidenceBuilder.withEvents(7)
    var evidence = try builder.build(Self.sealed)
    evidence.files[segmentName("bodies", 0)] = nil
    let report = verify(evidence, builder)
    #expect(report.codes == [.bodyMissing])
    #expect(report.firstRecords == 2...2)
  }

  @Test func partsOfOneRecord() throws {
    var long = content { $0.eventType = .complete }
    long.entities = [Entity(role: .run, type: .run, namespace: "", name: "r")]
    long.entities += (0..<40).map {
      Entity(
        role: .input, type: .dataset, namespace: "ns",
        name: String(repeating: "n", count: 4_000) + "\($0)")
    }
    let parts = try long.split()
    try #require(parts.count == 3)
    func build(_ contents: [RecordContent], pause: Int64 = 0) throws -> VerificationReport {
      var builder = try EvidenceBuilder.withEvents(2)
      let clock = builder.clock
      for content in contents {
        builder.clock = clock + (content.part == nil ? 10_000 : 0)
        builder.append(content)
      }
      if pause > 0 { builder.clock += pause }
      let count = builder.records.count
      return verify(
        try builder.build(.init(segments: [0..<count], active: count..<count)), builder)
    }
    #expect(try build(parts + [content()]).status == .valid)
    #expect(try build(parts).status == .valid)
    let missingLast = try build([parts[0], parts[1], content()])
    #expect(missingLast.codes == [.partsBroken])
    #expect(missingLast.firstRecords == 3...3)
    #expect(try build([parts[0], parts[1]]).codes == [.partsBroken])
    #expect(try build([parts[1], parts[2], content()]).codes.first == .partsBroken)
    #expect(try build([parts[0], parts[2], parts[1]]).codes.first == .partsBroken)
    #expect(try build([parts[0], content(), parts[1], parts[2]]).codes.first == .partsBroken)
    #expect(try build([parts[0], parts[0], parts[1], parts[2]]).codes == [.partsBroken])
    var other = parts[1]
    other.source = "elsewhere"
    #expect(try build([parts[0], other, parts[2]]).codes == [.partsBroken])
  }

  @Test func partsRecordedAtDifferentTimes() throws {
    var builder = try EvidenceBuilder.withEvents(2)
    for number in 0..<2 {
      builder.append(content { $0.part = Part(number: UInt32(number), count: 2) })
    }
    let report = verify(try builder.build(.init(active: 0..<5)), builder)
    #expect(report.codes == [.partsBroken])
    #expect(report.firstRecords == 4...4)
  }

  @Test func secondCreation() throws {
    var builder = try EvidenceBuilder.withEvents(2)
    builder.append(RecordContent(kind: "ledger/created", source: "x"))
    let report = verify(try builder.build(.init(active: 0..<4)), builder)
    #expect(report.codes == [.identityMismatch])
    #expect(report.firstRecords == 3...3)
  }

  @Test func findingsAreCappedAndCounted() throws {
    var builder = try EvidenceBuilder.withEvents(30)
    for record in 1...30 where !builder.records[record].bodies.isEmpty {
      builder.change(record) { $0.bodies[0].bytes[0] ^= 1 }
    }
    let evidence = try builder.build(.init(segments: [0..<20], active: 20..<31))
    let report = verify(evidence, builder) { $0.findingCountMax = 5 }
    #expect(report.findings.count == 5)
    #expect(report.findingCount == 20)
    #expect(report.lines.contains("  and 15 more findings"))
  }
}
