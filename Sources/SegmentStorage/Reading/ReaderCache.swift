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

/// Header blocks that were expanded, as many as fit, the block of bodies that was expanded last,
/// and the footers of body segments; shared by all snapshots of a ledger.
final class ReaderCache: Sendable {
  private struct State {
    var headers = BoundedCache<BlockKey, HeaderBlockContent>(byteCountMax: headerByteCountMax)
    var bodies: (key: BlockKey, raw: ByteBuffer)?
    var bodyFooters: [(firstRecord: UInt64, footer: SegmentFooter)] = []
  }

  private static let bodyFooterCountMax = 16
  /// Bytes of header blocks: those of about a million records, so that a closure over them expands
  /// each block once. Taken only by who asks for records all over the log.
  private static let headerByteCountMax = 192 << 20
  private let state: Mutex<State>

  init() { state = Mutex(State()) }

  private init(headers: BoundedCache<BlockKey, HeaderBlockContent>) {
    var state = State()
    state.headers = headers
    self.state = Mutex(state)
  }

  /// A cache of its own that begins with what this one has of sealed files: a file that is still
  /// written to may have been replaced by one with other groups at the same places.
  func keepingSealed() -> ReaderCache {
    var headers = state.withLock { $0.headers }
    headers.removeAll { !$0.isSealed }
    return ReaderCache(headers: headers)
  }

  func headers(_ key: BlockKey) -> HeaderBlockContent? { state.withLock { $0.headers[key] } }

  func remember(_ block: HeaderBlockContent, _ key: BlockKey) {
    state.withLock { $0.headers.insert(block, byteCount: block.byteCount, for: key) }
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
