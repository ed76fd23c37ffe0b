import LedgerCryptography
import Testing

@testable import LedgerFormat

@Suite struct GroupFrameTests {
  static let first = Golden.firstRecord
  static let position = GroupPosition(
    ledgerID: Golden.ledgerID, openingID: Golden.openingID, number: 2, offset: 108,
    previousDigest: Golden.truncated(from: 0x80))
  static let duplicate = DeduplicationEntry(
    recordOffset: 0, key: Golden.truncated(from: 0x60), contentKey: Golden.truncated(from: 0x70))

  static func group() -> RawGroup {
    let (salt, text) = (Golden.salt, Golden.bodyText)
    var group = RawGroup()
    group.begin(firstRecord: first)
    let header = RecordHeader(
      previousLeafHash: Golden.leafHashBefore, index: first, recordedTime: Golden.recordedTime,
      content: RecordContent(kind: "access", source: "etl")
    ).encoded()
    group.append(header: header.rawSpan, leafHashBefore: Golden.leafHashBefore)
    group.append(body: 0, salt: salt.rawSpan, bytes: text.rawSpan)
    group.append(deduplicationKey: duplicate.key, content: duplicate.contentKey)
    return group
  }

  private func error(_ bytes: [UInt8]) -> FormatError? {
    var reader = ByteReader(bytes.rawSpan)
    do throws(FormatError) {
      let frame = try GroupFrame.decode(from: &reader)
      _ = try frame.deduplicationEntries()
      return nil
    } catch { return error }
  }

  @Test func writesTheGoldenBytes() throws {
    let golden = try Golden.bytes("group-frame")
    var frame: ByteBuffer = [1, 2, 3]
    let header = Self.group().encodeFrame(at: Self.position, into: &frame)
    #expect(frame == golden)
    #expect(header.frameByteCount == golden.count)
  }

  @Test func readsTheGoldenBytes() throws {
    let golden = try Golden.bytes("group-frame")
    var reader = ByteReader(golden.rawSpan)
    let frame = try GroupFrame.decode(from: &reader)
    #expect(reader.remaining == 0)
    let header = frame.header
    #expect(header.ledgerID == Golden.ledgerID && header.openingID == Golden.openingID)
    #expect(header.number == 2 && header.offset == 108)
    #expect(header.firstRecord == Self.first && header.recordCount == 1)
    #expect(header.previousDigest == Golden.truncated(from: 0x80))
    #expect(header.encoded() == Array(golden[..<128]))
    #expect(try frame.deduplicationEntries() == [Self.duplicate])
    #expect(frame.bodySection.copied() == (try Golden.bytes("block-bodies")))
    var entry: ByteBuffer = []
    Self.duplicate.encode(into: &entry)
    #expect(entry == (try Golden.bytes("deduplication-entry")))
  }

  @Test func everyBitAndByteCounts() throws {
    let golden = try Golden.bytes("group-frame")
    for bit in 0..<golden.count * 8 {
      var bytes = golden
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(error(bytes) != nil, "bit \(bit)")
    }
    for count in 0..<golden.count {
      #expect(isTruncated(error(Array(golden[..<count]))), "cut to \(count)")
    }
    let longer = golden + [0]
    var reader = ByteReader(longer.rawSpan)
    _ = try GroupFrame.decode(from: &reader)
    #expect(reader.remaining == 1)
  }

  /// The header's fields, with the frame digest made good.
  @Test func eachFieldOfTheHeaderHasItsOwnError() throws {
    let golden = try Golden.bytes("group-frame")
    let most = UInt64(Int64.max)
    let cases: [(FormatError, (inout [UInt8]) -> Void)] = [
      (.badMagic(structure: "group frame"), { $0[0] = 0 }),
      (.badValue(field: "group number", found: 0, offset: 40), { $0.put(UInt64(0), at: 40) }),
      (
        .badValue(field: "group number", found: most + 1, offset: 40),
        { $0.put(most + 1, at: 40) }
      ),
      (.badValue(field: "group offset", found: .max, offset: 48), { $0.put(UInt64.max, at: 48) }),
      (.badValue(field: "first record", found: most, offset: 56), { $0.put(most, at: 56) }),
      (.badValue(field: "record count", found: 0, offset: 64), { $0.put(UInt32(0), at: 64) }),
      (
        .badValue(field: "record count", found: 65_537, offset: 64),
        { $0.put(UInt32(65_537), at: 64) }
      ),
      (.inconsistent(field: "record count", offset: 64), { $0.put(UInt32(2), at: 64) }),
      (
        .overLimit(
          field: "group payload", found: 0xFFFF_FFFF + 0x5F + 36, limit: 67_108_864, offset: 68),
        { $0.put(UInt32.max, at: 68) }
      ),
      (
        .badValue(field: "deduplication section", found: 35, offset: 76),
        { $0.put(UInt32(35), at: 76) }
      ),
      (
        .badValue(field: "deduplication section", found: 72, offset: 76),
        { $0.put(UInt32(72), at: 76) }
      ),
      (.digestMismatch(structure: "group payload"), { $0[96] ^= 1 }),
    ]
    for (expected, change) in cases {
      var bytes = golden
      change(&bytes)
      bytes.seal(0..<112, at: 112)
      #expect(error(bytes) == expected)
    }
    for offset in [8, 24, 40, 48, 56, 64, 68, 72, 76, 80, 96, 112] {
      var bytes = golden
      bytes[offset] ^= 1
      #expect(error(bytes) == .digestMismatch(structure: "group frame"), "offset \(offset)")
    }
  }

  /// The payload's parts, with all digests made good.
  @Test func eachPartOfThePayloadIsChecked() throws {
    let golden = try Golden.bytes("group-frame")
    let headers = 128
    let bodies = headers + 88 + 26
    let duplicates = bodies + 56 + 39
    func resealed(_ change: (inout [UInt8]) -> Void) -> FormatError? {
      var bytes = golden
      change(&bytes)
      bytes.seal(headers..<headers + 72, headers + 88..<bodies, at: headers + 72)
      bytes.seal(bodies..<bodies + 40, bodies + 56..<duplicates, at: bodies + 40)
      bytes.seal(headers..<headers + 88, bodies..<bodies + 56, duplicates..<bytes.count, at: 96)
      bytes.seal(0..<112, at: 112)
      return error(bytes)
    }
    #expect(resealed { _ in } == nil)
    #expect(
      resealed { bytes in
        bytes.put(Self.first + 1, at: headers + 16)
        bytes.put(Self.first + 1, at: headers + 24)
      } == .inconsistent(field: "first record", offset: 16))
    #expect(
      resealed { $0.put(Self.first - 1, at: bodies + 16) }
        == .inconsistent(field: "first record", offset: 16))
    // A body of a record that the group does not have.
    #expect(
      resealed { $0.put(Self.first + 1, at: bodies + 24) }
        == .inconsistent(field: "body records", offset: 64))
    #expect(
      resealed { $0.put(UInt32(1), at: duplicates) }
        == .badValue(field: "deduplication record", found: 1, offset: 0))
    var swapped = golden
    swapped[headers + 7] = UInt8(ascii: "2")
    swapped.seal(0..<112, at: 112)
    #expect(error(swapped) == .badMagic(structure: "header block"))
  }

  @Test func duplicateKeysAscend() throws {
    var group = RawGroup()
    group.begin(firstRecord: 5)
    let header = Golden.leastHeader(index: 5, microseconds: 1, previous: .zero).encoded()
    group.append(header: header.rawSpan, leafHashBefore: .zero)
    group.append(deduplicationKey: Golden.truncated(from: 1), content: Golden.truncated(from: 2))
    group.append(deduplicationKey: Golden.truncated(from: 3), content: Golden.truncated(from: 4))
    let second = Golden.leastHeader(index: 6, microseconds: 1, previous: .zero).encoded()
    group.append(header: second.rawSpan, leafHashBefore: .zero)
    var frame: ByteBuffer = []
    _ = group.encodeFrame(at: Self.position, into: &frame)
    #expect(error(frame) == .notAscending(field: "deduplication record", offset: 36))
  }

  @Test func largeGroupsReadBack() throws {
    var random = RepeatableRandom(for: "groups")
    var group = RawGroup()
    group.begin(firstRecord: 1_000)
    let salt = Golden.salt
    var bodies: [[UInt8]] = []
    for number in 0..<600 {
      var header = random.header()
      header.index = 1_000 + UInt64(number)
      let bytes = header.encoded()
      group.append(header: bytes.rawSpan, leafHashBefore: header.previousLeafHash)
      if random.chance(2) {
        let body = random.bytes(Int(random.integer(number == 300 ? 200_000 : 2_000)))
        group.append(body: 0, salt: salt.rawSpan, bytes: body.rawSpan)
        bodies.append(body)
      }
    }
    var bytes: ByteBuffer = []
    let header = group.encodeFrame(at: Self.position, into: &bytes)
    var reader = ByteReader(bytes.rawSpan)
    let frame = try GroupFrame.decode(from: &reader)
    #expect(frame.header == header && reader.remaining == 0)
    #expect(frame.header.recordCount == 600)
    var section = ByteReader(frame.bodySection)
    var raw: ByteBuffer = []
    var blockCount = 0
    while section.remaining > 0 {
      _ = try Block.decode(.bodies, from: &section, into: &raw)
      blockCount += 1
    }
    #expect(blockCount > 3)
    var entries = ByteReader(raw.rawSpan)
    for body in bodies { #expect(try BodyEntry.decode(from: &entries).bytes.copied() == body) }
    #expect(entries.remaining == 0)
  }
}

@Suite struct ActiveFileHeaderTests {
  static let value = ActiveFileHeader(
    ledgerID: Golden.ledgerID, firstRecord: Golden.firstRecord, firstGroup: 2,
    previousDigest: Golden.truncated(from: 0x80), leafHashBefore: Golden.leafHashBefore)

  private func decode(_ bytes: [UInt8], ledger: LedgerID? = Golden.ledgerID)
    throws(FormatError) -> ActiveFileHeader
  {
    var reader = ByteReader(bytes.rawSpan)
    return try ActiveFileHeader.decode(from: &reader, ledger: ledger)
  }

  private func error(_ bytes: [UInt8], ledger: LedgerID? = Golden.ledgerID) -> FormatError? {
    refusal { () throws(FormatError) in _ = try decode(bytes, ledger: ledger) }
  }

  @Test func readsAndWritesTheGoldenBytes() throws {
    let golden = try Golden.bytes("active-header")
    #expect(golden.count == ActiveFileHeader.byteCount)
    #expect(Self.value.encoded() == golden)
    #expect(try decode(golden) == Self.value)
    #expect(try decode(golden, ledger: nil) == Self.value)
  }

  @Test func refusesEveryDamage() throws {
    let golden = try Golden.bytes("active-header")
    for bit in 0..<golden.count * 8 {
      var bytes = golden
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(error(bytes) != nil, "bit \(bit)")
    }
    for count in 0..<golden.count { #expect(isTruncated(error(Array(golden[..<count])))) }
    let cases: [(FormatError, (inout [UInt8]) -> Void)] = [
      (.badMagic(structure: "active file"), { $0[0] = 0 }),
      (.unsupportedVersion(found: 2), { $0.put(UInt32(2), at: 8) }),
      (.unsupportedVersion(found: 0), { $0.put(UInt32(0), at: 8) }),
      (.foreignLedger, { $0[12] ^= 1 }),
      (.badValue(field: "first record", found: .max, offset: 28), { $0.put(UInt64.max, at: 28) }),
      (.badValue(field: "first group", found: 0, offset: 36), { $0.put(UInt64(0), at: 36) }),
      (.badValue(field: "first group", found: .max, offset: 36), { $0.put(UInt64.max, at: 36) }),
    ]
    for (expected, change) in cases {
      var bytes = golden
      change(&bytes)
      bytes.seal(0..<92, at: 92)
      #expect(error(bytes) == expected)
    }
    for offset in [28, 36, 44, 60, 92] {
      var bytes = golden
      bytes[offset] ^= 1
      #expect(error(bytes) == .digestMismatch(structure: "active file header"))
    }
  }
}
