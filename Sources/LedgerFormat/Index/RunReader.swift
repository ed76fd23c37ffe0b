internal import LedgerCryptography
internal import MerkleLog

/// A run file, read as far as a question needs.
///
/// Immutable, and usable from any thread. What it returns follows from the
/// root in the footer, block by block; whether that is the right root is for the index record, or
/// for who builds the run again.
public struct RunReader: Sendable {
  public let source: any RunByteSource
  public let header: RunFileHeader
  public let footer: RunFooter

  /// Where the blocks end.
  let end: UInt64

  /// Reads header and footer of a file of `fileByteCount` bytes.
  ///
  /// - Throws: `FormatError`, or what the source throws.
  public init(source: any RunByteSource, fileByteCount: UInt64, ledger: LedgerID?) throws {
    let least = RunFileHeader.byteCount + RunFooter.byteCount
    guard fileByteCount >= UInt64(least) else {
      throw FormatError.truncated(
        needed: least, available: Int(clamping: fileByteCount), offset: 0)
    }
    self.source = source
    end = fileByteCount - UInt64(RunFooter.byteCount)
    let headerBytes = try source.read(
      RunBlockLocation(offset: 0, byteCount: RunFileHeader.byteCount))
    header = try RunFileHeader.decode(headerBytes.rawSpan, ledger: ledger)
    let footerBytes = try source.read(
      RunBlockLocation(offset: end, byteCount: RunFooter.byteCount))
    footer = try RunFooter.decode(footerBytes.rawSpan, fileByteCount: fileByteCount)
  }

  public var extent: IndexRunExtent { header.extent }

  /// The length of the file.
  public var fileByteCount: UInt64 { end + UInt64(RunFooter.byteCount) }

  /// Reads every block and holds it to the root.
  ///
  /// - Throws: `FormatError` where the file is damaged anywhere, or what the source throws.
  public func check() throws {
    try forEachEntry { _, list in
      for chunk in 0..<list.chunkCount { _ = try list.chunk(chunk) }
    }
  }

  /// Calls `body` with each entry's key hash, ascending, and its list.
  func forEachEntry(_ body: (SHA256Digest, RunRecordList) throws -> Void) throws {
    guard let tree = RunEntryTree(self) else { return }
    let fanOut = UInt64(FormatLimits.runFanOut)
    var last: SHA256Digest?
    for index in 0..<(footer.entryCount + fanOut - 1) / fanOut {
      let page = try tree.readPage(index)
      if let last, let first = page.keyHashes.first, first <= last {
        throw FormatError.notAscending(field: "key hash", offset: RunBlock.headByteCount)
      }
      last = page.keyHashes.last
      for place in page.keyHashes.indices {
        try body(page.keyHashes[place], tree.list(of: page, place))
      }
      // Directories behind are not needed again.
      if (index + 1).isMultiple(of: fanOut) { tree.directories.forget() }
    }
  }

  /// What an index record says of this run.
  public var commitment: IndexRunCommitment {
    IndexRunCommitment(extent: extent, entryCount: footer.entryCount, root: footer.root)
  }
}

/// The entries of a run for the length of one operation, with the pages it read.
final class RunEntryTree {
  let reader: RunReader
  let directories: RunDirectoryTree<SHA256Digest>
  private var pages: [UInt64: RunPage] = [:]

  /// Nil for an empty run.
  init?(_ reader: RunReader) {
    guard let top = reader.footer.top else { return nil }
    self.reader = reader
    let entryCount = reader.footer.entryCount
    directories = RunDirectoryTree(
      source: reader.source, top: top, topLevel: RunFooter.topLevel(leafCount: entryCount),
      topHash: reader.footer.root, bottomCount: (entryCount + 63) / 64, firstLevel: 1,
      end: reader.end)
  }

  var entryCount: UInt64 { reader.footer.entryCount }

  /// Page `index`, which must exist; kept.
  func page(_ index: UInt64) throws -> RunPage {
    if let known = pages[index] { return known }
    let page = try readPage(index)
    pages[index] = page
    return page
  }

  /// Page `index`, checked against the hash above it.
  func readPage(_ index: UInt64) throws -> RunPage {
    let (location, hash, least) = try directories.block(level: 0, index: index)
    let bytes = try reader.source.read(location)
    let page = try RunPage.decode(bytes.rawSpan, extent: reader.extent, end: reader.end)
    let fanOut = UInt64(FormatLimits.runFanOut)
    guard UInt64(page.keyHashes.count) == min(fanOut, entryCount - index * fanOut) else {
      throw FormatError.inconsistent(field: "page count", offset: 2)
    }
    guard least == nil || page.keyHashes.first == least else {
      throw FormatError.inconsistent(field: "key hash", offset: RunBlock.headByteCount)
    }
    guard IndexHash.fold(page.leafHashes) == hash else {
      throw FormatError.inconsistent(field: "page hash", offset: 0)
    }
    return page
  }

  /// The page and place of the entry at `position` of the run.
  func entry(at position: UInt64) throws -> (page: RunPage, place: Int) {
    let fanOut = UInt64(FormatLimits.runFanOut)
    return (try page(position / fanOut), Int(position % fanOut))
  }

  /// Where `keyHash` is, or would have to be inserted.
  func find(_ keyHash: SHA256Digest) throws -> (position: UInt64, isFound: Bool) {
    guard let index = try directories.bottomIndex(for: keyHash) else { return (0, false) }
    let page = try page(index)
    let place = page.lowerBound(keyHash)
    let isFound = place < page.keyHashes.count && page.keyHashes[place] == keyHash
    return (index * UInt64(FormatLimits.runFanOut) + UInt64(place), isFound)
  }

  /// The list of an entry, for reading it in parts.
  func list(of page: RunPage, _ place: Int) -> RunRecordList {
    switch page.lists[place] {
    case .inline(let range): RunRecordList(inline: Array(page.records[range]))
    case .tree(let tree): RunRecordList(tree, reader)
    }
  }
}

extension RunEntryTree: NodeHashReader {
  func hashes(at coordinates: [TreeCoordinate]) throws -> [SHA256Digest] {
    var hashes: [SHA256Digest] = []
    hashes.reserveCapacity(coordinates.count)
    for node in coordinates {
      let row = RunTreeRow(node)
      let level = row.level
      let children =
        level == 0
        ? try page(row.block).leafHashes
        : try directories.directory(level: level, index: row.block).children.map(\.hash)
      hashes.append(IndexHash.fold(Array(children[row.range])))
    }
    return hashes
  }
}

/// Which hashes of which block make a node of the tree: blocks hold every sixth level.
struct RunTreeRow {
  var level: Int
  var block: UInt64
  var range: Range<Int>

  init(_ node: TreeCoordinate) {
    let rest = UInt64(node.level % 6)
    let first = node.index << rest
    level = node.level / 6
    block = first / 64
    let offset = Int(first % 64)
    range = offset..<(offset + (1 << Int(rest)))
  }
}
