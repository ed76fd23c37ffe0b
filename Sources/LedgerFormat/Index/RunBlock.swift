internal import LedgerCryptography

/// The kinds of block of a run file.
enum RunBlockKind: UInt8 {
  /// Up to 64 entries of the run.
  case page = 1
  /// Up to 256 records of an entry that has more.
  case chunk = 2
  /// Places and hashes of pages, or of directories of the level below.
  case entryDirectory = 3
  /// The same of an entry's chunks.
  case listDirectory = 4
}

/// What all blocks of a run file have around their content.
///
/// ```
/// offset  bytes
///  0      1   kind
///  1      1   level
///  2      2   count of entries, records or children
///  4      …   content
///         16  digest of all before it
/// ```
enum RunBlock {
  static let headByteCount = 4

  /// Begins a block at the end of `buffer`.
  static func begin(
    _ kind: RunBlockKind, level: Int, count: Int, in buffer: inout ByteBuffer
  ) {
    buffer.append(kind.rawValue)
    buffer.append(UInt8(truncatingIfNeeded: level))
    buffer.append(littleEndian: UInt16(truncatingIfNeeded: count))
  }

  /// Ends the block that begins at `start` of `buffer`.
  static func end(from start: Int, in buffer: inout ByteBuffer) {
    let digest = TruncatedDigest.hash(buffer.rawSpan.extracting(start...))
    buffer.append(digest)
  }

  /// A reader at the content of a block, and the count; the digest is checked before anything else
  /// is believed.
  @_lifetime(copy bytes)
  static func open(
    _ bytes: RawSpan, _ kind: RunBlockKind, level: Int, countMax: Int
  ) throws(FormatError) -> OpenedRunBlock {
    let least = headByteCount + TruncatedDigest.byteCount
    guard bytes.byteCount >= least else {
      throw .truncated(needed: least, available: bytes.byteCount, offset: 0)
    }
    let end = bytes.byteCount - TruncatedDigest.byteCount
    guard
      TruncatedDigest(bytes.extracting(end...)) == TruncatedDigest.hash(bytes.extracting(..<end))
    else { throw .digestMismatch(structure: "run block") }
    var reader = ByteReader(bytes.extracting(..<end))
    let foundKind = try reader.uint8()
    guard foundKind == kind.rawValue else {
      throw .badValue(field: "block kind", found: UInt64(foundKind), offset: 0)
    }
    let foundLevel = try reader.uint8()
    guard Int(foundLevel) == level else {
      throw .badValue(field: "block level", found: UInt64(foundLevel), offset: 1)
    }
    let count = Int(try reader.uint16())
    guard count > 0 else { throw .badValue(field: "block count", found: 0, offset: 2) }
    guard count <= countMax else {
      throw .overLimit(
        field: "block count", found: UInt64(count), limit: UInt64(countMax), offset: 2)
    }
    return OpenedRunBlock(reader: reader, count: count)
  }
}

/// A block whose digest and head were checked.
struct OpenedRunBlock: ~Escapable {
  /// At the content.
  var reader: ByteReader
  var count: Int

  @_lifetime(copy reader)
  init(reader: ByteReader, count: Int) {
    self.reader = reader
    self.count = count
  }
}

/// Where a block lies in its file.
struct RunBlockLocation: Hashable, Sendable {
  var offset: UInt64
  var byteCount: Int

  /// Reads offset and length of a block that ends at or before `end`.
  static func decode(from reader: inout ByteReader, end: UInt64) throws(FormatError) -> Self {
    let start = reader.offset
    let offset = try reader.uint64()
    let byteCount = try reader.uint32()
    guard byteCount <= UInt32(FormatLimits.runBlockByteCountMax) else {
      throw .overLimit(
        field: "block byte count", found: UInt64(byteCount),
        limit: UInt64(FormatLimits.runBlockByteCountMax), offset: start + 8)
    }
    guard offset >= UInt64(RunFileHeader.byteCount), offset <= end,
      UInt64(byteCount) <= end - offset
    else { throw .inconsistent(field: "block offset", offset: start) }
    return Self(offset: offset, byteCount: Int(byteCount))
  }

  func append(to buffer: inout ByteBuffer) {
    buffer.append(littleEndian: offset)
    buffer.append(littleEndian: UInt32(byteCount))
  }
}
