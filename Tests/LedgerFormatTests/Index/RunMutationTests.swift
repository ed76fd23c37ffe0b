import LedgerCryptography
import Testing

@testable import LedgerFormat

/// Each field of a run file changed under a digest made good again has its own error.
@Suite struct RunMutationTests {
  /// The golden run file with `field` replaced; digests of header, page and footer made good.
  static func file(_ field: String, _ replacement: [UInt8]) throws -> [UInt8] {
    var part: [UInt8] = []
    var file: [UInt8] = []
    var isReplaced = false
    for golden in try Golden.fields("run-file") {
      if golden.name.hasSuffix("digest") {
        part += TruncatedDigest.hash(part.rawSpan).bytes.copied()
        file += part
        part = []
      } else {
        isReplaced = isReplaced || golden.name == field
        part += golden.name == field ? replacement : golden.bytes
      }
    }
    #expect(isReplaced, "\(field)")
    return file
  }

  /// The error of reading all of it.
  static func refusal(_ field: String, _ replacement: [UInt8]) throws -> FormatError? {
    let bytes = try file(field, replacement)
    do {
      _ = try RunReaderTests.readAll(bytes)
      return nil
    } catch let error as FormatError {
      return error
    }
  }

  static func u64(_ value: UInt64) -> [UInt8] {
    var bytes: ByteBuffer = []
    bytes.append(littleEndian: value)
    return bytes
  }

  @Test func header() throws {
    let unchanged = try Self.refusal("magic", Golden.fields("run-file")[0].bytes)
    #expect(unchanged == nil)
    #expect(try Self.refusal("magic", Array("LSTINNAM".utf8)) == .badMagic(structure: "run"))
    #expect(try Self.refusal("format version", [2, 0, 0, 0]) == .unsupportedVersion(found: 2))
    #expect(
      try Self.refusal("ledger id", [UInt8](repeating: 9, count: 16)) == .foreignLedger)
    for (field, bytes) in [
      ("level", [1, 0, 0, 0]), ("level", [12, 0, 0, 0]), ("first record", Self.u64(131_073)),
      ("record count", Self.u64(0)), ("record count", Self.u64(65_537)),
    ] as [(String, [UInt8])] {
      #expect(try Self.refusal(field, bytes) == .inconsistent(field: "run extent", offset: 28))
    }
  }

  @Test func page() throws {
    #expect(
      try Self.refusal("page: kind", [2]) == .badValue(field: "block kind", found: 2, offset: 0))
    #expect(
      try Self.refusal("page: level", [1]) == .badValue(field: "block level", found: 1, offset: 1))
    #expect(
      try Self.refusal("page: count", [0, 0])
        == .badValue(field: "block count", found: 0, offset: 2))
    #expect(
      try Self.refusal("page: count", [65, 0])
        == .overLimit(field: "block count", found: 65, limit: 64, offset: 2))
    #expect(
      try Self.refusal("page: key hash 1", [UInt8](repeating: 0, count: 32))
        == .notAscending(field: "key hash", offset: 36))
    let fields = try Golden.fields("run-file")
    #expect(
      try Self.refusal("page: record count 0", [0])
        == .badValue(field: "record count", found: 0, offset: 100))
    // Another key, or another record: what is hashed is no longer what the footer has.
    #expect(
      try Self.refusal("page: key hash 2", [UInt8](repeating: 0xFF, count: 32))
        == .inconsistent(field: "page hash", offset: 0))
    let last = try #require(fields.first { $0.name == "page: records 2" }).bytes
    var other = last
    other[other.count - 1] ^= 1
    #expect(
      try Self.refusal("page: records 2", other) == .inconsistent(field: "page hash", offset: 0))
  }

  @Test func footer() throws {
    #expect(
      try Self.refusal("footer: magic", Array("LSTINNFT".utf8))
        == .badMagic(structure: "run footer"))
    #expect(
      try Self.refusal("footer: entry count", Self.u64(2))
        == .inconsistent(field: "page count", offset: 2))
    #expect(
      try Self.refusal("footer: entry count", Self.u64(1 << 63))
        == .badValue(field: "entry count", found: 1 << 63, offset: 8))
    #expect(
      try Self.refusal("footer: pair count", Self.u64(2))
        == .badValue(field: "pair count", found: 2, offset: 16))
    #expect(
      try Self.refusal("footer: offset of the topmost block", Self.u64(65))
        == .inconsistent(field: "top offset", offset: 24))
    #expect(
      try Self.refusal("footer: its byte count", [1, 0, 4, 0])
        == .overLimit(field: "top byte count", found: 262_145, limit: 262_144, offset: 32))
    #expect(
      try Self.refusal("footer: its level", [1, 0, 0, 0])
        == .inconsistent(field: "top level", offset: 36))
    #expect(
      try Self.refusal("footer: root", [UInt8](repeating: 1, count: 32))
        == .inconsistent(field: "page hash", offset: 0))
  }

  @Test func varints() {
    func read(_ bytes: [UInt8]) -> Result<UInt64, FormatError> {
      var reader = ByteReader(bytes.rawSpan)
      do throws(FormatError) {
        return .success(try reader.varint("number"))
      } catch { return .failure(error) }
    }
    let largest = [UInt8](repeating: 0xFF, count: 8) + [0x7F]
    for (bytes, value) in [
      ([0], 0), ([0x7F], 127), ([0x80, 1], 128), ([0xFF, 0x7F], 16_383),
      (largest, UInt64(Int64.max)),
    ] as [([UInt8], UInt64)] {
      #expect(read(bytes) == .success(value))
      var buffer: ByteBuffer = []
      buffer.append(varint: value)
      #expect(buffer == bytes)
    }
    #expect(read([0x80, 0]) == .failure(.notShortestForm(offset: 0)))
    #expect(read([0xFF, 0x80, 0]) == .failure(.notShortestForm(offset: 0)))
    #expect(read([0x80]) == .failure(.truncated(needed: 1, available: 0, offset: 1)))
    #expect(
      read([UInt8](repeating: 0xFF, count: 10))
        == .failure(
          .overLimit(
            field: "number", found: .max, limit: FormatLimits.integerMax, offset: 0)))
  }

  @Test func directory() throws {
    func refusal(_ field: String, _ replacement: [UInt8]) throws -> FormatError? {
      var bytes = try Golden.fields("run-directory").dropLast().flatMap {
        $0.name == field ? replacement : $0.bytes
      }
      bytes += TruncatedDigest.hash(bytes.rawSpan).bytes.copied()
      let sealed = bytes
      return LedgerFormatTests.refusal { () throws(FormatError) in
        _ = try RunDirectory<SHA256Digest>.decode(sealed.rawSpan, level: 1, end: 2_564)
      }
    }
    #expect(try refusal("", []) == nil)
    #expect(
      try refusal("directory: least key hash 1", [UInt8](repeating: 0x11, count: 32))
        == .notAscending(field: "directory key", offset: 80))
    #expect(
      try refusal("directory: offset 1", Self.u64(2_465))
        == .inconsistent(field: "block offset", offset: 112))
    #expect(
      try refusal("directory: offset 0", Self.u64(63))
        == .inconsistent(field: "block offset", offset: 36))
    #expect(
      try refusal("directory: byte count 0", [1, 0, 4, 0])
        == .overLimit(field: "block byte count", found: 262_145, limit: 262_144, offset: 44))
    #expect(try refusal("directory: count", [1, 0]) == .trailingBytes(count: 76, offset: 80))
    #expect(isTruncated(try refusal("directory: count", [3, 0])))
  }
}
