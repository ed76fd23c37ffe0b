import LedgerCryptography
import Testing

@testable import LedgerFormat

@Suite struct SegmentFileHeaderTests {
  private func error(_ kind: BlockKind, _ bytes: [UInt8]) -> FormatError? {
    var reader = ByteReader(bytes.rawSpan)
    do throws(FormatError) {
      _ = try SegmentFileHeader.decode(kind, from: &reader, ledger: Golden.ledgerID)
      return nil
    } catch { return error }
  }

  @Test(arguments: [BlockKind.headers, .bodies]) func goldenBytes(_ kind: BlockKind) throws {
    let golden = try Golden.bytes("segment-header-\(kind)")
    let value = SegmentFileHeader(
      kind: kind, ledgerID: Golden.ledgerID, firstRecord: Golden.firstRecord)
    #expect(golden.count == SegmentFileHeader.byteCount)
    #expect(value.encoded() == golden)
    var reader = ByteReader(golden.rawSpan)
    #expect(try SegmentFileHeader.decode(kind, from: &reader, ledger: nil) == value)
    for bit in 0..<golden.count * 8 {
      var bytes = golden
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(error(kind, bytes) != nil, "bit \(bit)")
    }
    for count in 0..<golden.count { #expect(isTruncated(error(kind, Array(golden[..<count])))) }
    let name = kind == .headers ? "header block segment" : "body block segment"
    let cases: [(FormatError, (inout [UInt8]) -> Void)] = [
      (.badMagic(structure: name), { $0[3] ^= 1 }),
      (.unsupportedVersion(found: 7), { $0.put(UInt32(7), at: 8) }),
      (.foreignLedger, { $0[27] ^= 1 }),
      (.badValue(field: "first record", found: .max, offset: 28), { $0.put(UInt64.max, at: 28) }),
    ]
    for (expected, change) in cases {
      var bytes = golden
      change(&bytes)
      bytes.seal(0..<36, at: 36)
      #expect(error(kind, bytes) == expected)
    }
    for offset in [28, 36] {
      var bytes = golden
      bytes[offset] ^= 1
      #expect(error(kind, bytes) == .digestMismatch(structure: "segment header"))
    }
  }
}

@Suite struct SegmentFooterTests {
  typealias BlockLocation = SegmentFooter.BlockLocation

  static let headers = SegmentFooter(
    firstRecord: 5, recordCount: 5,
    chain: SegmentFooter.ChainState(
      firstRecordedTime: Golden.recordedTime,
      lastRecordedTime: Timestamp(microseconds: 1_795_469_342_000_000),
      leafHashBefore: Golden.digest(0xB0), lastLeafHash: Golden.digest(0xB1),
      frontier: [Golden.digest(0xB2), Golden.digest(0xB3)]),
    blocks: [
      BlockLocation(offset: 52, firstRecord: 5, lastRecord: 7, blockByteCount: 200, entryCount: 3),
      BlockLocation(offset: 252, firstRecord: 8, lastRecord: 9, blockByteCount: 150, entryCount: 2),
    ])
  static let bodies = SegmentFooter(
    firstRecord: 5, recordCount: 5, chain: nil,
    blocks: [
      BlockLocation(offset: 52, firstRecord: 5, lastRecord: 6, blockByteCount: 100, entryCount: 3),
      BlockLocation(offset: 152, firstRecord: 6, lastRecord: 8, blockByteCount: 90, entryCount: 1),
    ])

  private func error(_ kind: BlockKind, _ bytes: [UInt8]) -> FormatError? {
    refusal { () throws(FormatError) in _ = try SegmentFooter.decode(kind, bytes.rawSpan) }
  }

  @Test(arguments: [BlockKind.headers, .bodies]) func goldenBytes(_ kind: BlockKind) throws {
    let golden = try Golden.bytes("segment-footer-\(kind)")
    let value = kind == .headers ? Self.headers : Self.bodies
    #expect(value.encoded() == golden)
    #expect(try SegmentFooter.decode(kind, golden.rawSpan) == value)
    let trailer = golden.rawSpan.extracting((golden.count - 12)...)
    #expect(try SegmentFooter.byteCount(trailer: trailer) == golden.count)
    for bit in 0..<golden.count * 8 {
      var bytes = golden
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(error(kind, bytes) != nil, "bit \(bit)")
    }
    for count in 0..<golden.count { #expect(error(kind, Array(golden[..<count])) != nil) }
    for count in 1..<golden.count { #expect(error(kind, Array(golden[count...])) != nil) }
    #expect(error(kind, golden + [0]) != nil)
  }

  /// The golden footer with one change and a good digest.
  private func resealed(_ kind: BlockKind, _ change: (inout [UInt8]) -> Void) throws -> FormatError?
  {
    var bytes = try Golden.bytes("segment-footer-\(kind)")
    change(&bytes)
    bytes.seal(0..<bytes.count - 28, at: bytes.count - 28)
    return error(kind, bytes)
  }

  @Test func eachFieldHasItsOwnError() throws {
    let most = UInt64(Int64.max)
    let cases: [(FormatError, (inout [UInt8]) -> Void)] = [
      (.badMagic(structure: "segment footer"), { $0[2] ^= 1 }),
      (.badValue(field: "first record", found: .max, offset: 8), { $0.put(UInt64.max, at: 8) }),
      (.badValue(field: "record count", found: 0, offset: 16), { $0.put(UInt64(0), at: 16) }),
      (.badValue(field: "record count", found: most, offset: 16), { $0.put(most, at: 16) }),
      (.badValue(field: "record count", found: .max, offset: 16), { $0.put(UInt64.max, at: 16) }),
      (.badValue(field: "frontier count", found: 2, offset: 28), { $0.put(UInt64(6), at: 16) }),
      (.badValue(field: "frontier count", found: 3, offset: 28), { $0.put(UInt32(3), at: 28) }),
      (
        .overLimit(field: "block count", found: 1_048_577, limit: 1_048_576, offset: 24),
        { $0.put(UInt32(1_048_577), at: 24) }
      ),
      (.trailingBytes(count: 32, offset: 208), { $0.put(UInt32(1), at: 24) }),
      (.truncated(needed: 96, available: 64, offset: 176), { $0.put(UInt32(3), at: 24) }),
      (.badValue(field: "recorded time", found: .max, offset: 32), { $0.put(UInt64.max, at: 32) }),
      (.inconsistent(field: "recorded time", offset: 32), { $0.put(UInt64(1), at: 40) }),
      (.inconsistent(field: "block offset", offset: 51), { $0.put(UInt64(51), at: 176) }),
      (.inconsistent(field: "block records", offset: 52), { $0.put(UInt64(4), at: 184) }),
      (.inconsistent(field: "block records", offset: 52), { $0.put(UInt64(4), at: 192) }),
      (.inconsistent(field: "block records", offset: 52), { $0.put(UInt64(10), at: 192) }),
      (.inconsistent(field: "block byte count", offset: 52), { $0.put(UInt32(88), at: 200) }),
      (.inconsistent(field: "block offset", offset: 252), { $0.put(UInt32(201), at: 200) }),
      (.inconsistent(field: "block entries", offset: 52), { $0.put(UInt32(2), at: 204) }),
      (.inconsistent(field: "block records", offset: 252), { $0.put(UInt64(9), at: 216) }),
      (
        .inconsistent(field: "record count", offset: 16),
        { bytes in
          bytes.put(UInt64(8), at: 224)
          bytes.put(UInt32(1), at: 236)
        }
      ),
    ]
    for (expected, change) in cases { #expect(try resealed(.headers, change) == expected) }
  }

  @Test func bodySegmentsHaveNoChain() throws {
    #expect(
      try resealed(.bodies) { $0.put(UInt32(2), at: 28) }
        == .badValue(field: "frontier count", found: 2, offset: 28))
    #expect(
      try resealed(.bodies) { $0.put(UInt32(0), at: 32 + 28) }
        == .inconsistent(field: "block entries", offset: 52))
    #expect(
      try resealed(.bodies) { $0.put(UInt64(5), at: 64 + 8) }
        == .inconsistent(field: "block records", offset: 152))
    #expect(
      try resealed(.bodies) { $0.put(UInt64(10), at: 64 + 16) }
        == .inconsistent(field: "block records", offset: 152))
    let none = SegmentFooter(firstRecord: 0, recordCount: 3, chain: nil, blocks: [])
    let bytes = none.encoded()
    #expect(try SegmentFooter.decode(.bodies, bytes.rawSpan) == none)
    #expect(error(.headers, bytes) == .badMagic(structure: "segment footer"))
  }

  @Test func theTrailerSaysWhereTheFooterBegins() throws {
    var golden = try Golden.bytes("segment-footer-bodies")
    let end = golden.count
    golden.put(UInt32.max, at: end - 12)
    let limit = 32 * UInt64(FormatLimits.segmentBlockCountMax) + 4_096
    #expect(
      error(.bodies, golden)
        == .overLimit(
          field: "footer byte count", found: UInt64(UInt32.max), limit: limit, offset: 0))
    golden.put(UInt32(end - 13), at: end - 12)
    #expect(error(.bodies, golden) == .inconsistent(field: "footer byte count", offset: end - 12))
    golden = try Golden.bytes("segment-footer-bodies")
    golden[end - 1] ^= 1
    #expect(error(.bodies, golden) == .badMagic(structure: "segment trailer"))
    golden = try Golden.bytes("segment-footer-bodies")
    golden[end - 13] ^= 1
    #expect(error(.bodies, golden) == .digestMismatch(structure: "segment footer"))
  }
}
