public import LedgerCryptography
internal import MerkleLog

/// Writes a run file from its entries in the order of their key hashes, in bounded memory.
///
/// The bytes are a function of the entries alone, however they were gathered. What is written
/// waits in `output` until it is taken, so take it now and then.
public struct RunWriter: Sendable {
  /// The records that the run covers.
  public let extent: IndexRunExtent
  /// Bytes written and not taken yet.
  public private(set) var output: ByteBuffer
  /// How many bytes were taken: the place of `output` in the file.
  public private(set) var takenByteCount: UInt64 = 0
  /// Complete entries so far.
  public private(set) var entryCount: UInt64 = 0

  private var pairCount: UInt64 = 0
  private var pages = RunDirectoryStack<SHA256Digest>(firstLevel: 1)

  // The page being filled.
  private var pageKeyHashes: [SHA256Digest] = []
  private var pageContent: ByteBuffer = []
  private var pageLeafHashes: [SHA256Digest] = []

  // The entry being filled.
  private var keyHash: SHA256Digest?
  private var lastKeyHash: SHA256Digest?
  private var recordCount: UInt64 = 0
  private var leastRecord: UInt64 = 0
  private var chunk: [UInt64] = []
  private var chunks = RunDirectoryStack<UInt64>(firstLevel: 0)

  public init(ledgerID: LedgerID, extent: IndexRunExtent) {
    self.extent = extent
    output = RunFileHeader(ledgerID: ledgerID, extent: extent).encoded()
    chunk.reserveCapacity(FormatLimits.chunkRecordCount)
    pageContent.reserveCapacity(4_096)
  }

  /// Begins the entry of the entity with `keyHash`, which must be above the one before.
  public mutating func beginEntry(_ keyHash: SHA256Digest) {
    precondition(self.keyHash == nil, "the entry before was not ended")
    if let lastKeyHash {
      precondition(lastKeyHash < keyHash, "entries come in the order of their key hashes")
    }
    self.keyHash = keyHash
    recordCount = 0
    leastRecord = extent.firstRecord
  }

  /// Adds a record to the entry; it must be above the one before and within the run.
  @inline(__always)
  public mutating func append(_ record: UInt64) {
    precondition(
      record >= leastRecord && record < extent.endRecord, "a record out of order or outside")
    leastRecord = record + 1
    // Only a list that goes on beyond its first chunk has blocks of its own.
    if chunk.count == FormatLimits.chunkRecordCount { writeChunk() }
    chunk.append(record)
    recordCount += 1
  }

  /// Ends the entry, which has at least one record.
  public mutating func endEntry() {
    guard let keyHash, recordCount > 0 else {
      preconditionFailure("an entry has at least one record")
    }
    let listRoot: SHA256Digest
    if recordCount == UInt64(chunk.count) {
      listRoot = IndexHash.chunk(chunk)
      RunPage.append(chunk, of: extent, to: &pageContent)
      chunk.removeAll(keepingCapacity: true)
    } else {
      writeChunk()
      let top = chunks.finish(into: &output, fileOffset: takenByteCount)
      listRoot = top.hash
      RunPage.append(
        RunListTree(recordCount: recordCount, root: top.hash, location: top.location),
        to: &pageContent)
    }
    pageKeyHashes.append(keyHash)
    pageLeafHashes.append(
      IndexHash.entry(keyHash: keyHash, recordCount: recordCount, listRoot: listRoot))
    entryCount += 1
    pairCount += recordCount
    lastKeyHash = keyHash
    self.keyHash = nil
    if pageKeyHashes.count == FormatLimits.runFanOut { writePage() }
  }

  /// Hands over what was written since the last call.
  public mutating func takeOutput() -> [UInt8] {
    defer {
      takenByteCount += UInt64(output.count)
      output = []
    }
    return output
  }

  /// Writes what is left and the footer. Nothing may be added afterwards.
  public mutating func finish() -> IndexRunCommitment {
    precondition(keyHash == nil, "the last entry was not ended")
    if !pageKeyHashes.isEmpty { writePage() }
    var footer = RunFooter(
      entryCount: entryCount, pairCount: pairCount, root: MerkleHash.empty, top: nil)
    if entryCount > 0 {
      let top = pages.finish(into: &output, fileOffset: takenByteCount)
      footer.root = top.hash
      footer.top = top.location
    }
    output.append(contentsOf: footer.encoded())
    return IndexRunCommitment(extent: extent, entryCount: entryCount, root: footer.root)
  }

  private mutating func writeChunk() {
    let start = output.count
    RunChunk.append(chunk, of: extent, to: &output)
    let location = RunBlockLocation(
      offset: takenByteCount + UInt64(start), byteCount: output.count - start)
    chunks.append(
      RunChild(key: chunk[0], location: location, hash: IndexHash.chunk(chunk)), into: &output,
      fileOffset: takenByteCount)
    chunk.removeAll(keepingCapacity: true)
  }

  private mutating func writePage() {
    let start = output.count
    RunBlock.begin(.page, level: 0, count: pageKeyHashes.count, in: &output)
    for keyHash in pageKeyHashes { output.append(keyHash) }
    output.append(contentsOf: pageContent)
    RunBlock.end(from: start, in: &output)
    let location = RunBlockLocation(
      offset: takenByteCount + UInt64(start), byteCount: output.count - start)
    let child = RunChild(
      key: pageKeyHashes[0], location: location, hash: IndexHash.fold(pageLeafHashes))
    pages.append(child, into: &output, fileOffset: takenByteCount)
    pageKeyHashes.removeAll(keepingCapacity: true)
    pageContent.removeAll(keepingCapacity: true)
    pageLeafHashes.removeAll(keepingCapacity: true)
  }
}

/// The directories being filled: at most 64 children of each level.
///
/// A directory is written as soon as it has 64 children, and at the end from the lowest level up,
/// until one block is left, which is then the last one written.
struct RunDirectoryStack<Key: RunDirectoryKey>: Sendable {
  private let firstLevel: Int
  private var levels: [[RunChild<Key>]] = []

  init(firstLevel: Int) { self.firstLevel = firstLevel }

  /// Adds the next block of the level below the first.
  mutating func append(
    _ child: RunChild<Key>, into output: inout ByteBuffer, fileOffset: UInt64
  ) {
    append(child, at: 0, &output, fileOffset)
  }

  private mutating func append(
    _ child: RunChild<Key>, at place: Int, _ output: inout ByteBuffer, _ fileOffset: UInt64
  ) {
    if place == levels.count { levels.append([]) }
    levels[place].append(child)
    if levels[place].count == FormatLimits.runFanOut { write(place, &output, fileOffset) }
  }

  private mutating func write(
    _ place: Int, _ output: inout ByteBuffer, _ fileOffset: UInt64
  ) {
    let children = levels[place]
    levels[place].removeAll(keepingCapacity: true)
    let start = output.count
    RunDirectory.append(children, level: firstLevel + place, to: &output)
    let location = RunBlockLocation(
      offset: fileOffset + UInt64(start), byteCount: output.count - start)
    let parent = RunChild(
      key: children[0].key, location: location, hash: IndexHash.fold(children.map(\.hash)))
    append(parent, at: place + 1, &output, fileOffset)
  }

  /// Writes the directories left and gives the topmost block; ready for the next tree.
  ///
  /// - Precondition: a child was added.
  mutating func finish(into output: inout ByteBuffer, fileOffset: UInt64) -> RunChild<Key> {
    var place = 0
    while true {
      precondition(place < levels.count, "a tree of blocks has one at least")
      let isLast = levels[(place + 1)...].allSatisfy(\.isEmpty)
      if isLast, levels[place].count == 1, let top = levels[place].first {
        levels[place].removeAll(keepingCapacity: true)
        return top
      }
      if !levels[place].isEmpty { write(place, &output, fileOffset) }
      place += 1
    }
  }
}
