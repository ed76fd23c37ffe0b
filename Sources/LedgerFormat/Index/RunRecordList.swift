internal import LedgerCryptography
internal import MerkleLog

/// The records of one entry, read chunk by chunk; for the length of one operation.
final class RunRecordList {
  let recordCount: UInt64
  private let inline: [UInt64]
  private let reader: RunReader?
  private let directories: RunDirectoryTree<UInt64>?

  /// A list in its page.
  init(inline records: [UInt64]) {
    inline = records
    recordCount = UInt64(records.count)
    reader = nil
    directories = nil
  }

  /// A list with blocks of its own.
  init(_ tree: RunListTree, _ reader: RunReader) {
    inline = []
    recordCount = tree.recordCount
    self.reader = reader
    let chunkCount = IndexList.chunkCount(recordCount: tree.recordCount)
    directories = RunDirectoryTree(
      source: reader.source, top: tree.location,
      topLevel: RunFooter.topLevel(leafCount: chunkCount), topHash: tree.root,
      bottomCount: chunkCount, firstLevel: 0, end: reader.end)
  }

  var chunkCount: UInt64 { IndexList.chunkCount(recordCount: recordCount) }

  /// The records of chunk `index`, checked against its hash.
  func chunk(_ index: UInt64) throws -> [UInt64] {
    guard let directories, let reader else { return inline }
    let directory = try directories.directory(level: 0, index: index / 64)
    let child = directory.children[Int(index % 64)]
    let bytes = try reader.source.read(child.location)
    var records: [UInt64] = []
    try RunChunk.decode(bytes.rawSpan, extent: reader.extent, into: &records)
    guard IndexHash.chunk(records) == child.hash else {
      throw FormatError.inconsistent(field: "chunk hash", offset: 0)
    }
    guard records.first == child.key else {
      throw FormatError.inconsistent(field: "chunk record", offset: RunBlock.headByteCount)
    }
    let range = IndexList.records(ofChunk: index, recordCount: recordCount)
    guard records.count == range.count else {
      throw FormatError.inconsistent(field: "chunk count", offset: 2)
    }
    return records
  }

  /// The last chunk whose first record is at most `record`; 0 if there is none.
  func chunk(atOrBefore record: UInt64) throws -> UInt64 {
    try directories?.bottomIndex(for: record) ?? 0
  }
}

extension RunRecordList: NodeHashReader {
  func hashes(at coordinates: [TreeCoordinate]) throws -> [SHA256Digest] {
    // A list in its page is one chunk, so no proof about it has a hash to ask for.
    guard let directories else { return [] }
    return try coordinates.map { node in
      let row = RunTreeRow(node)
      let children = try directories.directory(level: row.level, index: row.block).children
      return IndexHash.fold(children[row.range].map(\.hash))
    }
  }
}

/// How a record list is cut into chunks.
public enum IndexList {
  /// The chunks of a list of `recordCount` records: all full but perhaps the last.
  public static func chunkCount(recordCount: UInt64) -> UInt64 {
    let size = UInt64(FormatLimits.chunkRecordCount)
    return recordCount / size + (recordCount.isMultiple(of: size) ? 0 : 1)
  }

  /// The positions in the list of the records of one chunk.
  static func records(ofChunk index: UInt64, recordCount: UInt64) -> Range<UInt64> {
    let size = UInt64(FormatLimits.chunkRecordCount)
    return index * size..<min(recordCount, (index + 1) * size)
  }
}
