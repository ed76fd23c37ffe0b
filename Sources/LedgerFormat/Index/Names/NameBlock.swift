internal import LedgerCryptography

/// Up to 128 names of a dictionary, in order, each sharing the beginning of the one before.
///
/// ```
/// offset  bytes
///  0      2   count
///  2      …   per name: bytes shared with the name before, varint; 0 in the first
///             own bytes, varint
///             bytes of the namespace, varint
///             the own bytes
///         16  digest of all before it
/// ```
/// The bytes of a name are its type's code, its namespace and its name. As many are shared as are
/// alike.
enum NameBlock {
  static func append(_ names: [IndexedName], to buffer: inout ByteBuffer) {
    let start = buffer.count
    buffer.append(littleEndian: UInt16(truncatingIfNeeded: names.count))
    var previous: [UInt8] = []
    for name in names {
      let bytes = name.bytes
      let limit = min(previous.count, bytes.count)
      var shared = 0
      while shared < limit, previous[shared] == bytes[shared] { shared += 1 }
      buffer.append(varint: UInt64(shared))
      buffer.append(varint: UInt64(bytes.count - shared))
      buffer.append(varint: UInt64(name.namespaceByteCount))
      buffer.append(contentsOf: bytes[shared...])
      previous = bytes
    }
    let digest = TruncatedDigest.hash(buffer.rawSpan.extracting(start...))
    buffer.append(digest)
  }

  /// Decodes a block that must hold `expectedCount` names.
  static func decode(_ bytes: RawSpan, expectedCount: Int) throws(FormatError) -> [IndexedName] {
    let end = bytes.byteCount - TruncatedDigest.byteCount
    guard end >= 2 else {
      throw .truncated(
        needed: 2 + TruncatedDigest.byteCount, available: bytes.byteCount, offset: 0)
    }
    guard
      TruncatedDigest(bytes.extracting(end...)) == TruncatedDigest.hash(bytes.extracting(..<end))
    else { throw .digestMismatch(structure: "name block") }
    var reader = ByteReader(bytes.extracting(..<end))
    let count = Int(try reader.uint16())
    guard count == expectedCount else { throw .inconsistent(field: "name count", offset: 0) }
    var names: [IndexedName] = []
    names.reserveCapacity(min(count, FormatLimits.nameBlockEntryCount))
    var previous: [UInt8] = []
    for _ in 0..<count {
      let start = reader.offset
      let name = try decodeName(from: &reader, previous: &previous)
      if let last = names.last, name <= last {
        throw .notAscending(field: "name", offset: start)
      }
      names.append(name)
    }
    try reader.finish()
    return names
  }

  private static func decodeName(
    from reader: inout ByteReader, previous: inout [UInt8]
  ) throws(FormatError) -> IndexedName {
    let start = reader.offset
    let limit = UInt64(1 + 2 * FormatLimits.nameByteCountMax)
    let shared = Int(try reader.varint("shared bytes", limit: UInt64(previous.count)))
    let own = Int(try reader.varint("own bytes", limit: limit))
    let namespaceCount = Int(
      try reader.varint("namespace bytes", limit: UInt64(FormatLimits.nameByteCountMax)))
    let tail = try reader.bytes(own)
    // One form only: what is alike is shared.
    guard shared == previous.count || own == 0 || tail.byte(at: 0) != previous[shared] else {
      throw .notCanonical(structure: "name block")
    }
    previous.removeLast(previous.count - shared)
    previous.append(copying: tail)
    let nameCount = previous.count - 1 - namespaceCount
    guard nameCount > 0, nameCount <= FormatLimits.nameByteCountMax else {
      throw .inconsistent(field: "namespace bytes", offset: start)
    }
    guard EntityType(rawValue: previous[0]) != nil else {
      throw .badValue(field: "entity type", found: UInt64(previous[0]), offset: start)
    }
    guard String(validating: previous[1..<1 + namespaceCount], as: UTF8.self) != nil,
      String(validating: previous[(1 + namespaceCount)...], as: UTF8.self) != nil
    else { throw .invalidText(field: "name", offset: start) }
    return IndexedName(bytes: previous, namespaceByteCount: namespaceCount)
  }
}
