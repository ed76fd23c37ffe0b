import LedgerCryptography
import Testing

@testable import LedgerFormat

@Suite struct BlockTests {
  static let first = Golden.firstRecord

  private func decode(_ kind: BlockKind, _ bytes: [UInt8]) throws(FormatError)
    -> (header: BlockHeader, raw: [UInt8], left: Int)
  {
    var reader = ByteReader(bytes.rawSpan)
    var raw: ByteBuffer = [0xEE]
    let header = try Block.decode(kind, from: &reader, into: &raw)
    return (header, Array(raw.dropFirst()), reader.remaining)
  }

  private func error(_ kind: BlockKind, _ bytes: [UInt8]) -> FormatError? {
    refusal { () throws(FormatError) in _ = try decode(kind, bytes) }
  }

  @Test func aHeaderBlockHoldsTheChain() throws {
    let golden = try Golden.bytes("block-headers")
    let (header, raw, left) = try decode(.headers, golden)
    #expect(left == 0)
    #expect(header.method == .raw && header.entryCount == 2)
    #expect(header.firstRecord == Self.first && header.lastRecord == Self.first + 1)
    #expect(header.leafHashBefore == Golden.leafHashBefore)
    var chain = HeaderChain(
      firstRecord: header.firstRecord, leafHashBefore: header.leafHashBefore)
    var entries = ByteReader(raw.rawSpan)
    var expanded: [UInt8] = []
    while entries.remaining > 0 {
      try chain.next(from: &entries)
      expanded += chain.header
      let decoded = try RecordHeader.decode(chain.header.rawSpan)
      #expect(decoded.index == chain.nextIndex - 1)
    }
    let headers = try Golden.fields("block-headers-expanded").map(\.bytes)
    #expect(expanded == headers[0] + headers[1])
    #expect(chain.leafHash == SHA256Hasher.hash([0] + headers[1]))
    #expect(chain.nextIndex == Self.first + 2)

    var built: ByteBuffer = []
    for header in headers { HeaderEntry.encode(header: header.rawSpan, into: &built) }
    #expect(built == raw)
  }

  @Test func encodingGivesTheGoldenBytes() throws {
    let golden = try Golden.bytes("block-bodies")
    let (header, raw, left) = try decode(.bodies, golden)
    #expect(left == 0)
    var entry: ByteBuffer = []
    let (salt, text) = (Golden.salt, Golden.bodyText)
    BodyEntry.encode(
      slot: BodySlot(record: Self.first, body: 0), salt: salt.rawSpan,
      bytes: text.rawSpan, into: &entry)
    #expect(entry == raw)
    var written: ByteBuffer = [7]
    let returned = Block.encode(
      .bodies, raw: raw.rawSpan, entryCount: 1, firstRecord: Self.first, lastRecord: Self.first,
      into: &written)
    #expect(written == [7] + golden)
    #expect(returned == header)
    #expect(header.leafHashBefore == .zero && header.blockByteCount == golden.count)
  }

  @Test func compressedBlocksExpand() throws {
    let golden = try Golden.bytes("block-bodies-lz4")
    let (header, raw, _) = try decode(.bodies, golden)
    #expect(header.method == .lz4 && header.rawByteCount == 132 && raw.count == 132)
    var reader = ByteReader(raw.rawSpan)
    let entry = try BodyEntry.decode(from: &reader)
    #expect(entry.slot == BodySlot(record: Self.first, body: 1))
    #expect(entry.bytes.copied() == [UInt8](repeating: UInt8(ascii: "a"), count: 100))
    // What the library makes of it may differ from the hand's work; it must read back.
    var written: ByteBuffer = []
    let again = Block.encode(
      .bodies, raw: raw.rawSpan, entryCount: 1, firstRecord: Self.first, lastRecord: Self.first,
      into: &written)
    #expect(again.method == .lz4)
    #expect(try decode(.bodies, written).raw == raw)
  }

  @Test(arguments: ["block-headers", "block-bodies", "block-bodies-lz4"])
  func everyBitAndByteCounts(_ name: String) throws {
    let kind = name == "block-headers" ? BlockKind.headers : .bodies
    let golden = try Golden.bytes(name)
    for bit in 0..<golden.count * 8 {
      var bytes = golden
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(error(kind, bytes) != nil, "bit \(bit)")
    }
    for count in 0..<golden.count {
      #expect(isTruncated(error(kind, Array(golden[..<count]))), "cut to \(count)")
    }
    #expect(try decode(kind, golden + [1, 2, 3]).left == 3)
    #expect(
      error(kind == .headers ? .bodies : .headers, golden)
        == .badMagic(structure: kind == .headers ? "body block" : "header block"))
  }

  @Test func eachFieldHasItsOwnError() throws {
    let golden = try Golden.bytes("block-headers")
    let body = try Golden.bytes("block-bodies")
    let packed = try Golden.bytes("block-bodies-lz4")
    func changed(_ bytes: [UInt8], _ change: (inout [UInt8]) -> Void) -> [UInt8] {
      var bytes = bytes
      change(&bytes)
      return bytes
    }
    let headerCases: [(FormatError, (inout [UInt8]) -> Void)] = [
      (.badMagic(structure: "header block"), { $0[0] = 0 }),
      (.badCompressionMethod(found: 0), { $0.put(UInt32(0), at: 8) }),
      (.badCompressionMethod(found: 3), { $0.put(UInt32(3), at: 8) }),
      (.badValue(field: "entry count", found: 0, offset: 12), { $0.put(UInt32(0), at: 12) }),
      (.inconsistent(field: "entry count", offset: 12), { $0.put(UInt32(3), at: 12) }),
      (.inconsistent(field: "last record", offset: 24), { $0.put(UInt64(1), at: 24) }),
      (.inconsistent(field: "last record", offset: 24), { $0.put(UInt64.max, at: 24) }),
      (.inconsistent(field: "raw byte count", offset: 32), { $0.put(UInt32(5), at: 32) }),
      (
        .overLimit(
          field: "raw byte count", found: 16_778_241, limit: 16_778_240, offset: 32),
        { $0.put(UInt32(16_778_241), at: 32) }
      ),
      (.inconsistent(field: "stored byte count", offset: 36), { $0.put(UInt32(5), at: 36) }),
      (.digestMismatch(structure: "header block"), { $0[40] ^= 1 }),
      (.digestMismatch(structure: "header block"), { $0[72] ^= 1 }),
      (.digestMismatch(structure: "header block"), { $0[90] ^= 1 }),
    ]
    for (expected, change) in headerCases {
      #expect(error(.headers, changed(golden, change)) == expected)
    }
    #expect(
      error(.bodies, changed(body) { $0.put(UInt32(2), at: 12) })
        == .inconsistent(field: "raw byte count", offset: 32))
    #expect(
      error(.bodies, changed(body) { $0[60] ^= 1 }) == .digestMismatch(structure: "body block"))
    // A compressed block is smaller than what it holds.
    #expect(
      error(.bodies, changed(packed) { $0.put(UInt32(44), at: 32) })
        == .inconsistent(field: "stored byte count", offset: 36))
  }

  @Test func decompressionGivesExactlyWhatIsDeclared() throws {
    let golden = try Golden.bytes("block-bodies-lz4")
    for rawByteCount: UInt32 in [131, 133, 16_000_000] {
      var bytes = golden
      bytes.put(rawByteCount, at: 32)
      bytes.seal(0..<40, 56..<bytes.count, at: 40)
      var raw: ByteBuffer = [9]
      var reader = ByteReader(bytes.rawSpan)
      var found: FormatError?
      do throws(FormatError) { _ = try Block.decode(.bodies, from: &reader, into: &raw) } catch {
        found = error
      }
      #expect(found == .decompressionFailed(expectedByteCount: Int(rawByteCount)))
      #expect(raw == [9])
    }
  }

  @Test func randomBlocksReadBack() throws {
    var random = RepeatableRandom(for: "blocks")
    for _ in 0..<100 {
      let isDull = random.chance(2)
      let count = 20 + Int(random.integer(70_000))
      let raw = isDull ? (0..<count).map { UInt8($0 / 300 & 255) } : random.bytes(count)
      var written: ByteBuffer = []
      let header = Block.encode(
        .bodies, raw: raw.rawSpan, entryCount: 1, firstRecord: 3, lastRecord: 9, into: &written)
      #expect(header.storedByteCount <= raw.count)
      let read = try decode(.bodies, written)
      #expect(read.raw == raw && read.header == header && read.left == 0)
    }
  }

  /// Where much repeats, at all distances and lengths.
  @Test func redundantBlocksReadBack() throws {
    var random = RepeatableRandom(for: "redundant blocks")
    for round in 0..<60 {
      let phrases = (0..<(2 + round)).map { _ in random.bytes(8 + Int(random.integer(400))) }
      let count = 1_000 + Int(random.integer(120_000))
      var raw: [UInt8] = []
      while raw.count < count {
        raw += phrases[Int(random.integer(UInt64(phrases.count)))]
        // An id between two of them, as events have.
        if random.chance(3) { raw += random.bytes(Int(random.integer(12))) }
      }
      var written: ByteBuffer = [7, 7]
      let header = Block.encode(
        .bodies, raw: raw.rawSpan, entryCount: 1, firstRecord: 3, lastRecord: 9, into: &written)
      #expect(written.prefix(2) == [7, 7])
      let stored = Array(written.dropFirst(2))
      #expect(stored.count == BlockHeader.byteCount(.bodies) + header.storedByteCount)
      if raw.count > 60_000 { #expect(header.storedByteCount * 3 < raw.count) }
      let read = try decode(.bodies, stored)
      #expect(read.raw == raw && read.header == header && read.left == 0)
    }
  }
}

@Suite struct BodyEntryTests {
  @Test func readsAndWritesTheGoldenBytes() throws {
    let present = try Golden.bytes("body-entry")
    let slot = BodySlot(record: Golden.firstRecord, body: 255)
    var written: ByteBuffer = []
    let (salt, text) = (Golden.salt, Golden.bodyText)
    BodyEntry.encode(
      slot: slot, salt: salt.rawSpan, bytes: text.rawSpan, into: &written)
    #expect(written == present)
    var reader = ByteReader(present.rawSpan)
    let entry = try BodyEntry.decode(from: &reader)
    #expect(entry.slot == slot && entry.erasedBy == nil && reader.remaining == 0)
    #expect(entry.salt.copied() == Golden.salt && entry.bytes.copied() == Golden.bodyText)

    let erased = try Golden.bytes("body-tombstone")
    var tombstone: ByteBuffer = []
    BodyEntry.encode(
      erased: BodySlot(record: Golden.firstRecord, body: 3), plan: Golden.firstRecord + 9,
      into: &tombstone)
    #expect(tombstone == erased)
    var second = ByteReader(erased.rawSpan)
    let stone = try BodyEntry.decode(from: &second)
    #expect(stone.slot == BodySlot(record: Golden.firstRecord, body: 3))
    #expect(stone.erasedBy == Golden.firstRecord + 9)
    #expect(stone.salt.byteCount == 0 && stone.bytes.byteCount == 0 && second.remaining == 0)
  }

  private func error(_ bytes: [UInt8]) -> FormatError? {
    var reader = ByteReader(bytes.rawSpan)
    do throws(FormatError) {
      _ = try BodyEntry.decode(from: &reader)
      return nil
    } catch { return error }
  }

  @Test func refusesCutsAndBadFields() throws {
    for name in ["body-entry", "body-tombstone"] {
      let golden = try Golden.bytes(name)
      for count in 0..<golden.count {
        #expect(isTruncated(error(Array(golden[..<count]))), "\(name) cut to \(count)")
      }
    }
    let golden = try Golden.bytes("body-entry")
    var bytes = golden
    bytes.put(UInt64(1) << 63, at: 0)
    #expect(error(bytes) == .badValue(field: "body record", found: 1 << 63, offset: 0))
    bytes = golden
    bytes[9] = 1
    #expect(error(bytes) == .badValue(field: "body number", found: 511, offset: 8))
    bytes = golden
    bytes[10] = 0
    #expect(error(bytes) == .badValue(field: "body state", found: 0, offset: 10))
    bytes[10] = 3
    #expect(error(bytes) == .badValue(field: "body state", found: 3, offset: 10))
    bytes = golden
    bytes.put(UInt32(16_777_217), at: 12)
    #expect(
      error(bytes)
        == .overLimit(
          field: "body byte count", found: 16_777_217, limit: 16_777_216, offset: 12))
    bytes = try Golden.bytes("body-tombstone")
    bytes.put(UInt32(1), at: 12)
    #expect(error(bytes) == .inconsistent(field: "body byte count", offset: 12))
    bytes = try Golden.bytes("body-tombstone")
    bytes.put(UInt64.max, at: 16)
    #expect(error(bytes) == .badValue(field: "erasure plan", found: .max, offset: 16))
  }
}
