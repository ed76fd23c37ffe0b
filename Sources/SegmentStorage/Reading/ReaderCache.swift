internal import LedgerCryptography
internal import LedgerFormat
internal import Synchronization

/// Names one block for the cache.
struct BlockKey: Hashable, Sendable {
  var kind: BlockKind
  var isSealed: Bool
  /// Of the file.
  var firstRecord: UInt64
  var offset: UInt64
}

/// A block of headers with every header in full.
final class ExpandedHeaders: Sendable {
  let firstRecord: UInt64
  let leafHashBefore: SHA256Digest
  let bytes: ByteBuffer
  /// Where in `bytes` each header ends.
  let ends: [Int]
  let leafHashes: [SHA256Digest]

  init(_ block: BlockHeader, raw: RawSpan) throws(FormatError) {
    var bytes: ByteBuffer = []
    var ends: [Int] = []
    var leafHashes: [SHA256Digest] = []
    bytes.reserveCapacity(raw.byteCount + 48 * Int(block.entryCount))
    ends.reserveCapacity(Int(block.entryCount))
    leafHashes.reserveCapacity(Int(block.entryCount))
    _ = try HeaderBlock.walk(block, raw: raw) { _, header, leafHash in
      bytes.append(copying: header)
      ends.append(bytes.count)
      leafHashes.append(leafHash)
      return true
    }
    firstRecord = block.firstRecord
    leafHashBefore = block.leafHashBefore
    self.bytes = bytes
    self.ends = ends
    self.leafHashes = leafHashes
  }
}

/// The blocks that were expanded last, and the footers of body segments; shared by all snapshots
/// of a ledger.
final class ReaderCache: Sendable {
  private struct State {
    var headers: (key: BlockKey, block: ExpandedHeaders)?
    var bodies: (key: BlockKey, raw: ByteBuffer)?
    var bodyFooters: [(firstRecord: UInt64, footer: SegmentFooter)] = []
  }

  private static let bodyFooterCountMax = 16
  private let state = Mutex(State())

  func headers(_ key: BlockKey) -> ExpandedHeaders? {
    state.withLock { $0.headers?.key == key ? $0.headers?.block : nil }
  }

  func remember(_ block: ExpandedHeaders, _ key: BlockKey) {
    state.withLock { $0.headers = (key, block) }
  }

  func bodies(_ key: BlockKey) -> ByteBuffer? {
    state.withLock { $0.bodies?.key == key ? $0.bodies?.raw : nil }
  }

  func remember(_ raw: ByteBuffer, _ key: BlockKey) {
    state.withLock { $0.bodies = (key, raw) }
  }

  func bodyFooter(_ firstRecord: UInt64) -> SegmentFooter? {
    state.withLock { $0.bodyFooters.first { $0.firstRecord == firstRecord }?.footer }
  }

  func remember(_ footer: SegmentFooter) {
    state.withLock {
      $0.bodyFooters.removeAll { $0.firstRecord == footer.firstRecord }
      if $0.bodyFooters.count == Self.bodyFooterCountMax { $0.bodyFooters.removeFirst() }
      $0.bodyFooters.append((footer.firstRecord, footer))
    }
  }

  func forgetBodies() {
    state.withLock {
      $0.bodies = nil
      $0.bodyFooters = []
    }
  }
}
