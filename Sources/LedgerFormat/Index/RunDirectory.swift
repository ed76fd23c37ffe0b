internal import LedgerCryptography

/// What a directory's children are found by: the least key hash of a page, or the first record of
/// a chunk.
protocol RunDirectoryKey: Comparable, Sendable {
  static var kind: RunBlockKind { get }
  static func decode(from reader: inout ByteReader) throws(FormatError) -> Self
  func append(to buffer: inout ByteBuffer)
}

extension SHA256Digest: RunDirectoryKey {
  static var kind: RunBlockKind { .entryDirectory }

  static func decode(from reader: inout ByteReader) throws(FormatError) -> SHA256Digest {
    try reader.digest()
  }
}

extension UInt64: RunDirectoryKey {
  static var kind: RunBlockKind { .listDirectory }

  static func decode(from reader: inout ByteReader) throws(FormatError) -> UInt64 {
    try reader.uint64()
  }

  func append(to buffer: inout ByteBuffer) { buffer.append(littleEndian: self) }
}

/// One line of a directory block.
///
/// ```
/// offset  bytes
///  0      32 / 8  least key hash of an entry directory's child / first record of a list's
///         8   offset of the child's block in the file
///         4   its byte count
///         32  its hash: the root of the subtree over the leaves below it
/// ```
struct RunChild<Key: RunDirectoryKey>: Sendable {
  var key: Key
  var location: RunBlockLocation
  var hash: SHA256Digest
}

/// A directory block: up to 64 children, in order.
///
/// All but the last of a level have 64, so that a child's hash is a complete node of the tree and
/// the block's own hash is the fold of its children's.
struct RunDirectory<Key: RunDirectoryKey>: Sendable {
  var children: [RunChild<Key>]

  static func append(_ children: [RunChild<Key>], level: Int, to buffer: inout ByteBuffer) {
    let start = buffer.count
    RunBlock.begin(Key.kind, level: level, count: children.count, in: &buffer)
    for child in children {
      child.key.append(to: &buffer)
      child.location.append(to: &buffer)
      buffer.append(child.hash)
    }
    RunBlock.end(from: start, in: &buffer)
  }

  /// - Parameter end: where the file's blocks end; children lie before it.
  static func decode(_ bytes: RawSpan, level: Int, end: UInt64) throws(FormatError) -> Self {
    var block = try RunBlock.open(
      bytes, Key.kind, level: level, countMax: FormatLimits.runFanOut)
    // 44 bytes is a line of the shorter kind; the count is at most 64 anyway.
    try block.reader.require(block.count * 44)
    var children: [RunChild<Key>] = []
    children.reserveCapacity(block.count)
    for _ in 0..<block.count {
      let start = block.reader.offset
      let key = try Key.decode(from: &block.reader)
      if let last = children.last, key <= last.key {
        throw .notAscending(field: "directory key", offset: start)
      }
      children.append(
        RunChild(
          key: key, location: try .decode(from: &block.reader, end: end),
          hash: try block.reader.digest()))
    }
    try block.reader.finish()
    return Self(children: children)
  }

  /// The last child that may hold `key`; nil if all begin behind it.
  func position(of key: Key) -> Int? {
    var low = 0
    var high = children.count
    while low < high {
      let middle = (low + high) / 2
      if children[middle].key <= key { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }
}
