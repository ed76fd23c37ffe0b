import LedgerCryptography
import MerkleLog
import Testing

@testable import LedgerFormat

@Suite struct HeaderGoldenTests {
  static let headers: [(name: String, value: RecordHeader)] = [
    ("header-full", Golden.fullHeader()),
    ("header-least", Golden.leastHeader(index: 23, microseconds: 0, previous: Golden.digest(0xA1))),
    ("header-created", Golden.createdHeader()),
  ]

  @Test(arguments: headers.indices) func readsAndWritesTheGoldenBytes(_ position: Int) throws {
    let (name, value) = Self.headers[position]
    let golden = try Golden.bytes(name)
    #expect(try RecordHeader.decode(golden.rawSpan) == value)
    #expect(value.encoded() == golden)
    #expect(NaiveHeader.decode(golden) == value)
    try value.content.validate()
  }

  @Test(arguments: headers.indices) func refusesEveryCut(_ position: Int) throws {
    let golden = try Golden.bytes(Self.headers[position].name)
    for count in 0..<golden.count {
      let error = refusal { () throws(FormatError) in
        _ = try RecordHeader.decode(golden.rawSpan.extracting(..<count))
      }
      #expect(isTruncated(error), "cut to \(count) bytes: \(String(describing: error))")
    }
  }

  @Test(arguments: headers.indices) func refusesTrailingBytes(_ position: Int) throws {
    let golden = try Golden.bytes(Self.headers[position].name)
    let longer = golden + [0]
    let error = refusal { () throws(FormatError) in _ = try RecordHeader.decode(longer.rawSpan) }
    #expect(error == .trailingBytes(count: 1, offset: golden.count))
  }

  @Test func theFullGoldenHasEveryKey() throws {
    let names = try Golden.fields("header-full").map(\.name)
    #expect(names == ["pairs"] + HeaderKey.allCases.map { "key \($0.rawValue)" })
  }

  @Test func theHeadIsWhereTheDrawingSays() throws {
    let golden = try Golden.bytes("header-full")
    let offset = RecordHeader.previousLeafHashOffset
    #expect(Array(golden[offset..<offset + 32]) == [UInt8](repeating: 0xA1, count: 32))
    var longest: ByteBuffer = []
    RecordHeader.encode(
      previousLeafHash: .zero, index: UInt64(Int64.max), recordedTime: .latest,
      tail: RawSpan(), tailPairCount: 2, into: &longest)
    #expect(longest.count == RecordHeader.headByteCountMax)
  }

  @Test func theEntryLeavesOutWhatIsDerived() throws {
    let golden = try Golden.bytes("header-least")
    let entry = try Golden.bytes("header-entry")
    var raw: ByteBuffer = []
    HeaderEntry.encode(header: golden.rawSpan, into: &raw)
    #expect(raw == entry)
    var reader = ByteReader(entry.rawSpan)
    var header: ByteBuffer = []
    try HeaderEntry.decode(
      from: &reader, index: 23, previousLeafHash: Golden.digest(0xA1), into: &header)
    #expect(header == golden)
    #expect(reader.remaining == 0)
  }

  @Test func anEntryIsBoundedBeforeItIsRead() {
    var header: ByteBuffer = []
    func error(_ bytes: [UInt8], index: UInt64 = 0) -> FormatError? {
      var reader = ByteReader(bytes.rawSpan)
      do throws(FormatError) {
        try HeaderEntry.decode(
          from: &reader, index: index, previousLeafHash: .zero, into: &header)
        return nil
      } catch { return error }
    }
    #expect(error([]) == .truncated(needed: 2, available: 0, offset: 0))
    #expect(error([0, 0]) == .badValue(field: "entry byte count", found: 0, offset: 0))
    #expect(error([5, 0, 0xA5]) == .truncated(needed: 5, available: 1, offset: 2))
    // With its derived bytes a header is longer than its entry, and over the limit here.
    let long: [UInt8] = [0xFF, 0xFF] + [UInt8](repeating: 0xA5, count: 65_535)
    #expect(
      error(long) == .overLimit(field: "header", found: 65_535 + 37, limit: 65_535, offset: 0))
  }

  @Test func anEntryWithoutRecordedTimeIsNoHeader() throws {
    // The entry's bytes go straight behind key 1, so what is missing or repeated there shows.
    let least = try Golden.bytes("header-least")
    let tail = Array(least[39...])
    let cases: [([UInt8], FormatError)] = [
      ([0xA4] + tail, .missingField(field: "recorded time")),
      ([0xA6, 0x01, 0x17, 0x02, 0x00] + tail, .notAscending(field: "key", offset: 38)),
      ([0x85, 0x02, 0x00] + tail, .unexpectedType(field: "header", found: 4, offset: 0)),
    ]
    #expect(Array(least[36..<39]) == [0x01, 0x17, 0x02])
    for (stored, expected) in cases {
      // The golden tail begins behind key 2's own byte, with its value.
      let entry: [UInt8] =
        stored[0] == 0xA4
        ? [0xA4] + tail.dropFirst() : stored.dropLast(tail.count) + tail.dropFirst()
      let bytes = [UInt8(entry.count), 0] + entry
      var reader = ByteReader(bytes.rawSpan)
      var header: ByteBuffer = []
      try HeaderEntry.decode(
        from: &reader, index: 23, previousLeafHash: Golden.digest(0xA1), into: &header)
      #expect(
        refusal { () throws(FormatError) in _ = try RecordHeader.decode(header.rawSpan) }
          == expected)
    }
  }
}
